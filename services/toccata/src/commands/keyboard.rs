//! `toccata keyboard`.

use crate::failure::{Failure, fault};
use crate::terminal::Terminal;
use bootstrap::shutdown::Shutdown;
use clap::Args;
use labeler::error::LabelError;
use labeling::keyboard::{judge, settle_by_picture};
use labeling::performance::KeyboardSection;
use labeling::refusal::{Refusal, RefusalCode};
use media::SampledFrames;
use std::path::{Path, PathBuf};
use vision::keyboard::{KeyboardRegistration, RegisteredSection, register_picture};
use vision::{Frame, draw::key_names::draw_key_names};

/// What `toccata label --keyboard FILE` reads.
const CORRECTION_HELP: &str = r#"Where the keyboard is not found, say where it is in a file and give it to
`toccata label --keyboard FILE`:

  {"points": [
    {"pixel": [14, 517], "left_of": "A0", "edge": "front"},
    {"pixel": [1262, 517], "right_of": "C8", "edge": "front"},
    {"pixel": [14, 360], "left_of": "A0", "edge": "back"},
    {"pixel": [1262, 360], "right_of": "C8", "edge": "back"}]}

Four points or more on the sides of white keys; "front" is the edge nearest the
player, "back" where the white keys end. Or what `toccata keyboard --json` prints,
corrected."#;

/// Find the keyboard's keys in a video or picture
#[derive(Args)]
#[command(after_help = CORRECTION_HELP)]
pub struct Keyboard {
    /// A video, or a still picture (PNG or JPEG).
    pub input: PathBuf,
    /// Print the sections as JSON, with the field names of performance.json.
    #[arg(long)]
    pub json: bool,
    /// Write a picture with all keys by name here, as PNG.
    #[arg(long, value_name = "OUT.png")]
    pub picture: Option<PathBuf>,
}

impl Keyboard {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let is_picture = media::is_picture(&self.input);
        let registration = if is_picture {
            register_still(&self.input)?
        } else {
            register_video(&self.input, self.json)?
        };
        let keyboard = settle_by_picture(&registration)?;
        if let Some(out) = &self.picture {
            draw(&self.input, is_picture, &keyboard.sections[0], out)?;
        }
        if self.json {
            println!("{}", serde_json::to_string(&keyboard).map_err(fault)?);
        } else {
            keyboard.sections.iter().for_each(print_section);
            registration.sections.iter().for_each(print_left_out);
        }
        Ok(())
    }
}

fn register_still(input: &Path) -> Result<KeyboardRegistration, Failure> {
    let picture = media::read_picture(input).map_err(LabelError::from)?;
    let found = register_picture(&picture.luma());
    Ok(KeyboardRegistration {
        sections: found
            .map(|keyboard| RegisteredSection {
                start_secs: 0.0,
                end_secs: 0.0,
                keyboard,
            })
            .into_iter()
            .collect(),
    })
}

fn register_video(input: &Path, quiet: bool) -> Result<KeyboardRegistration, Failure> {
    let facts = media::probe(input).map_err(LabelError::from)?;
    let duration_secs = facts.duration_secs;
    let mut terminal = Terminal::new(quiet, Shutdown::listen().map_err(fault)?);
    Ok(labeler::register::look(input, duration_secs, &mut terminal)?)
}

/// Draws the first section's keys over a picture from its middle.
fn draw(input: &Path, is_picture: bool, section: &KeyboardSection, out: &Path) -> Result<(), Failure> {
    let picture: Frame = if is_picture {
        media::read_picture(input).map_err(LabelError::from)?
    } else {
        let middle = (section.start_secs + section.end_secs) / 2.0;
        let mut frames = SampledFrames::open(input, vec![middle]).map_err(LabelError::from)?;
        let sampled = vision::FrameSource::next_frame(&mut frames).map_err(fault)?;
        let missing = || {
            Refusal::new(
                RefusalCode::MediaUnreadable,
                format!("{} ends before {middle:.1} s", input.display()),
            )
        };
        sampled.ok_or_else(missing)?.frame
    };
    let drawn = draw_key_names(&picture, &section.keyboard_from_image, section.lowest_pitch, section.highest_pitch);
    media::write_png(out, &drawn).map_err(fault)
}

fn print_section(section: &KeyboardSection) {
    println!(
        "{:.1} to {:.1} s: keys {} to {} in sight, confidence {:.2}",
        section.start_secs,
        section.end_secs,
        section.lowest_pitch.name(),
        section.highest_pitch.name(),
        section.confidence
    );
}

/// Says which sections the pictures alone do not settle.
fn print_left_out(section: &RegisteredSection) {
    if let Err(code) = judge(&section.keyboard) {
        let (start_secs, end_secs) = (section.start_secs, section.end_secs);
        println!("{start_secs:.1} to {end_secs:.1} s: left out ({})", code.name());
    }
}
