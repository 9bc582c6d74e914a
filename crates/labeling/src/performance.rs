//! The labelled performance as it is written: `performance.json`.
//!
//! The schema is published as `docs/schema/performance-1.json`; a test holds it equal to these types. Fields are added,
//! never renamed; [`SCHEMA_VERSION`] counts changes that old readers cannot take.

use crate::seams::ModelFacts;
use piano::{FingerNumber, Hand, PedalInterval, Pitch};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vision::Homography;

/// Version of the schema below.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything known about one performance. All times are seconds of the video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Performance {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Version of Toccata that wrote it.
    pub toccata_version: String,
    /// The file that was labelled.
    pub source: Source,
    /// Facts about its pictures.
    pub video: VideoFacts,
    /// Where the keys are.
    pub keyboard: Keyboard,
    /// Seconds the sound (or the given notes) had to be moved by to fit the pictures: video time = sound time + this.
    pub audio_offset_secs: f64,
    /// The notes by onset, then pitch.
    pub notes: Vec<LabeledNote>,
    /// Sustain pedal.
    pub pedal: Vec<PedalInterval>,
    /// What computed it.
    pub models: Vec<ModelFacts>,
    /// What a reader should know before trusting it.
    pub warnings: Vec<Warning>,
}

/// The file that was labelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// File name without folders.
    pub name: String,
    /// sha256 of the file, hexadecimal.
    pub sha256: String,
    /// Length, seconds.
    pub duration_secs: f64,
    /// Where on the web it came from; absent for a file somebody had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Where a file came from, for whoever has to ask whether it may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// Its address.
    pub url: String,
    /// Its title, if its site states one.
    pub title: Option<String>,
    /// Its channel or owner, if its site states one.
    pub uploader: Option<String>,
    /// Its licence, if its site states one.
    pub licence: Option<String>,
    /// When it was fetched, milliseconds since 1970 (UTC).
    pub retrieved_ms: i64,
    /// What fetched it, with its version.
    pub tool_version: String,
}

/// Facts about the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VideoFacts {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Pictures a second as the container says.
    pub frames_per_second: f64,
}

/// Where the keys are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Keyboard {
    /// One section for each stretch in which the camera stands still.
    pub sections: Vec<KeyboardSection>,
}

/// The keyboard while the camera stands still.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeyboardSection {
    /// From here,
    pub start_secs: f64,
    /// to here.
    pub end_secs: f64,
    /// Pixels (centres at whole numbers, y down) to: x in white-key widths from the bass end of A0, 0 to 52; y 0 at the front
    /// edge of the white keys, 1 at their far end.
    pub keyboard_from_image: Homography,
    /// Lowest key in the picture.
    pub lowest_pitch: Pitch,
    /// Highest key in the picture.
    pub highest_pitch: Pitch,
    /// How sure it is that keys and octave are right, 0 to 1.
    pub confidence: f64,
}

/// A note and the finger that played it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LabeledNote {
    /// The key.
    pub pitch: Pitch,
    /// When it goes down.
    pub onset_secs: f64,
    /// When it is released.
    pub offset_secs: f64,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// The hand, null where unknown.
    pub hand: Option<Hand>,
    /// The finger, 1 thumb to 5 little finger, null where unknown.
    pub finger: Option<FingerNumber>,
    /// Of the notes given 0.9, nine in ten are right.
    pub confidence: f64,
    /// The next best finger.
    pub runner_up: Option<RunnerUp>,
    /// How much further from the key the runner-up was, white-key widths.
    pub margin_key_widths: Option<f64>,
    /// Which witnesses agree that the note was played so.
    pub witnesses: Witnesses,
}

/// The next best finger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunnerUp {
    /// Its hand.
    pub hand: Hand,
    /// The finger, 1 to 5.
    pub finger: FingerNumber,
}

/// Three independent witnesses of a note: true agrees, false contradicts, null could not see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Witnesses {
    /// The sound (or the notes given with the video).
    pub sound: Option<bool>,
    /// The key's own motion in the picture.
    pub key: Option<bool>,
    /// A fingertip over the key.
    pub fingertip: Option<bool>,
}

/// Something a reader should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Stable name: `camera_moves`.
    pub code: String,
    /// What was seen.
    pub message: String,
}
