//! What somebody wants labelled, and how.

use labeling::performance::Origin;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One video to label.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// The video file.
    pub input: PathBuf,
    /// What its owner calls the file, if not by the name it has here.
    #[serde(default)]
    pub name: Option<String>,
    /// Where on the web the file came from.
    #[serde(default)]
    pub origin: Option<Origin>,
    /// The folder results go to; made if missing.
    pub out: PathBuf,
    /// Notes to use instead of transcribing.
    pub notes: Option<GivenNotes>,
    /// What finds the hands.
    pub hands: HandModel,
    /// What hears the notes.
    pub transcriber: TranscriberModel,
    /// How fingers are chosen.
    pub fingering: FingeringRule,
    /// A keyboard somebody marked by hand.
    pub keyboard: Option<PathBuf>,
    /// Whether to draw a video of what was found.
    pub overlay: bool,
    /// What is too much.
    pub limits: Limits,
}

/// Notes that came with the video.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GivenNotes {
    /// A MIDI, PIG or tab-separated file.
    pub path: PathBuf,
    /// Video time = note time + this.
    pub offset_secs: f64,
}

/// What finds the hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandModel {
    /// MediaPipe's palm and landmark networks.
    MediaPipe,
}

/// What hears the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TranscriberModel {
    /// Transkun v2: key releases and pedal.
    Transkun,
    /// basic-pitch: light, less exact.
    BasicPitch,
}

/// How fingers are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FingeringRule {
    /// The closest fingertip in the picture plane, averaged over the note, as the paper says.
    Paper,
    /// Distance along the keyboard first, chords and held keys as a whole, calibrated confidence.
    AlongKeyboard,
}

/// What is too much. Uploads are hostile until proven otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest file, bytes.
    pub bytes_max: u64,
    /// Largest picture, pixels.
    pub pixels_max: usize,
    /// Longest video, seconds.
    pub secs_max: f64,
    /// Shortest video, seconds.
    pub secs_min: f64,
}

impl Default for Limits {
    /// Sixteen gibibytes, DCI 4K, four hours; and one second at least, in which a few notes can be seen.
    fn default() -> Limits {
        Limits {
            bytes_max: 16 << 30,
            pixels_max: 4096 * 2160,
            secs_max: 4.0 * 3600.0,
            secs_min: 1.0,
        }
    }
}
