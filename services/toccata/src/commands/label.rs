//! `toccata label`.

use crate::failure::{Failure, fault};
use crate::from_web;
use crate::terminal::Terminal;
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::{Args, ValueEnum};
use labeler::request::{FingeringRule, GivenNotes, HandModel, Limits, Request, TranscriberModel};
use labeling::performance::Performance;
use rustix::fs::Access;
use std::path::{Path, PathBuf};

/// Label a video: every note with the finger that played it
#[derive(Args)]
#[command(after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP)]
pub struct Label {
    /// The video: a file, or its address on the web
    #[arg(value_name = "FILE|URL")]
    input: PathBuf,
    /// Folder for the results; made if missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Use these notes instead of transcribing the sound (MIDI, PIG or tab-separated)
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    /// Video time = note time + this
    #[arg(long, value_name = "S", default_value_t = 0.0, allow_negative_numbers = true, requires = "notes")]
    notes_offset_secs: f64,
    /// What finds the hands
    #[arg(long, value_enum, default_value_t = HandsChoice::Mediapipe)]
    hands: HandsChoice,
    /// What hears the notes
    #[arg(long, value_enum, default_value_t = TranscriberChoice::Transkun)]
    transcriber: TranscriberChoice,
    /// How fingers are chosen
    #[arg(long, value_enum, default_value_t = FingeringChoice::AlongKeyboard)]
    fingering: FingeringChoice,
    /// Where the keyboard is, marked by hand (see `toccata keyboard --help`)
    #[arg(long, value_name = "FILE")]
    keyboard: Option<PathBuf>,
    /// Draw a video with keyboard, fingertips and pressed keys coloured by finger
    #[arg(long)]
    overlay: bool,
    /// Keep a video from the web after it is labelled
    #[arg(long)]
    keep_video: bool,
    /// Largest file, bytes
    #[arg(long, value_name = "N", default_value_t = Limits::default().bytes_max, help_heading = LIMITS)]
    max_bytes: u64,
    /// Largest picture, pixels
    #[arg(long, value_name = "N", default_value_t = Limits::default().pixels_max, help_heading = LIMITS)]
    max_pixels: usize,
    /// Longest video, seconds
    #[arg(long, value_name = "S", default_value_t = Limits::default().secs_max, help_heading = LIMITS)]
    max_secs: f64,
    /// Print a summary for machines
    #[arg(long)]
    pub json: bool,
}

const LIMITS: &str = "Limits";

const AFTER_HELP: &str = "\
Example:
  toccata label performance.mp4 --out labels --overlay";

const AFTER_LONG_HELP: &str = "\
Examples:
  toccata label performance.mp4 --out labels --overlay
  toccata label performance.mp4 --out labels --notes piece.mid
  toccata label https://youtu.be/... --out labels

Stopped with Ctrl-C, or run again with other options, it goes on with what is finished. \
A video from the web is deleted once it is labelled, and its address, title, owner and licence are recorded. \
Whose addresses may be asked, and how, is said by the settings that TOCCATA_CONFIG names (those of the labeler: \
deploy/config/labeler.toml).

Exit status: 0 labelled; 3 the video cannot be labelled, and a name says why; 2 wrong usage; 1 a fault of ours or of the \
machine; 130 stopped.";

#[derive(Clone, Copy, ValueEnum)]
enum HandsChoice {
    /// MediaPipe's palm and landmark networks
    Mediapipe,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum TranscriberChoice {
    /// Transkun v2: key releases and pedal
    Transkun,
    /// basic-pitch: light, less exact
    BasicPitch,
}

#[derive(Clone, Copy, ValueEnum)]
enum FingeringChoice {
    /// The paper's rule: the closest fingertip in the picture plane, averaged over the note
    Paper,
    /// Distance along the keyboard, chords and held keys as a whole, calibrated confidence
    AlongKeyboard,
}

impl From<TranscriberChoice> for TranscriberModel {
    fn from(choice: TranscriberChoice) -> TranscriberModel {
        match choice {
            TranscriberChoice::Transkun => TranscriberModel::Transkun,
            TranscriberChoice::BasicPitch => TranscriberModel::BasicPitch,
        }
    }
}

impl Label {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        writable(&self.out)?;
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let (json, keep_video) = (self.json, self.keep_video);
        let mut request = self.request();
        let mut terminal = Terminal::new(json, shutdown.clone());
        let from_web = match from_web::address(&request.input) {
            Some(address) => Some(from_web::fetch(address, &request.out, &request.limits, &mut terminal, &shutdown)?),
            None => None,
        };
        if let Some(video) = &from_web {
            request.input.clone_from(&video.path);
            request.origin = Some(video.origin.clone());
        }
        let labelled = labeler::label(&request, &store, &mut terminal);
        drop(terminal);
        let performance = labelled?;
        if let Some(video) = from_web.filter(|_| !keep_video) {
            video.delete().map_err(fault)?;
        }
        if json {
            println!("{}", summary(&request, &performance));
        } else {
            println!("{}", people_summary(&request, &performance));
        }
        Ok(())
    }

    fn request(self) -> Request {
        let HandsChoice::Mediapipe = self.hands;
        Request {
            input: self.input,
            name: None,
            origin: None,
            out: self.out,
            notes: self.notes.map(|path| GivenNotes {
                path,
                offset_secs: self.notes_offset_secs,
            }),
            hands: HandModel::MediaPipe,
            transcriber: self.transcriber.into(),
            fingering: match self.fingering {
                FingeringChoice::Paper => FingeringRule::Paper,
                FingeringChoice::AlongKeyboard => FingeringRule::AlongKeyboard,
            },
            keyboard: self.keyboard,
            overlay: self.overlay,
            limits: Limits {
                bytes_max: self.max_bytes,
                pixels_max: self.max_pixels,
                secs_max: self.max_secs,
                ..Limits::default()
            },
        }
    }
}

/// Says before hours of work, not after, that the results have no place to go.
fn writable(out: &Path) -> Result<(), Failure> {
    let there = out
        .ancestors()
        .map(|folder| if folder == Path::new("") { Path::new(".") } else { folder });
    let Some(nearest) = there.into_iter().find(|folder| folder.exists()) else {
        return Ok(());
    };
    let problem = if !nearest.is_dir() {
        "is not a folder"
    } else if rustix::fs::access(nearest, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        "may not be written to"
    } else {
        return Ok(());
    };
    let (out, nearest) = (out.display(), nearest.display());
    Err(Failure::Usage(format!("the results cannot go to {out}: {nearest} {problem}")))
}

fn fingered(performance: &Performance) -> usize {
    performance.notes.iter().filter(|note| note.finger.is_some()).count()
}

/// How sure we are of the notes that got a finger, on average.
fn mean_confidence(performance: &Performance) -> f64 {
    let sure = performance
        .notes
        .iter()
        .filter(|note| note.finger.is_some())
        .map(|note| note.confidence);
    sure.sum::<f64>() / fingered(performance).max(1) as f64
}

fn summary(request: &Request, performance: &Performance) -> serde_json::Value {
    serde_json::json!({
        "out": request.out,
        "performance": request.out.join(labeler::results::PERFORMANCE_FILE),
        "notes": performance.notes.len(),
        "notes_with_finger": fingered(performance),
        "mean_confidence": mean_confidence(performance),
        "keyboard_sections": performance.keyboard.sections.len(),
        "audio_offset_secs": performance.audio_offset_secs,
        "warnings": performance.warnings,
    })
}

fn people_summary(request: &Request, performance: &Performance) -> String {
    let mut lines = vec![format!(
        "{} of {} notes have a finger, {:.0} % sure on average: {}",
        fingered(performance),
        performance.notes.len(),
        100.0 * mean_confidence(performance),
        request.out.join(labeler::results::PERFORMANCE_FILE).display()
    )];
    lines.extend(
        performance
            .warnings
            .iter()
            .map(|warning| format!("warning ({}): {}", warning.code, warning.message)),
    );
    lines.join("\n")
}
