//! `toccata label`.

use crate::failure::{Failure, fault};
use crate::terminal::Terminal;
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::{Args, ValueEnum};
use labeler::request::{FingeringRule, GivenNotes, HandModel, Limits, Request, TranscriberModel};
use labeling::performance::Performance;
use std::path::PathBuf;

/// Label a video: every note with the finger that played it
#[derive(Args)]
pub struct Label {
    /// The video file
    input: PathBuf,
    /// Folder for the results
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
    /// Largest file, bytes
    #[arg(long, value_name = "N", default_value_t = Limits::default().bytes_max)]
    max_bytes: u64,
    /// Largest picture, pixels
    #[arg(long, value_name = "N", default_value_t = Limits::default().pixels_max)]
    max_pixels: usize,
    /// Longest video, seconds
    #[arg(long, value_name = "S", default_value_t = Limits::default().secs_max)]
    max_secs: f64,
    /// Print a summary for machines
    #[arg(long)]
    pub json: bool,
}

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
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let json = self.json;
        let request = self.request();
        let mut terminal = Terminal::new(json, shutdown);
        let labelled = labeler::label(&request, &store, &mut terminal);
        drop(terminal);
        let performance = labelled?;
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
