//! Notes and pedal.

use crate::{Finger, Pitch};
use serde::{Deserialize, Serialize};

/// A key held down for a while.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Note {
    /// The key.
    pub pitch: Pitch,
    /// When the key goes down, seconds.
    pub onset_secs: f64,
    /// When the key is released (not when the sound ends), seconds.
    pub offset_secs: f64,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// A note and, where known, the finger that played it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FingeredNote {
    /// The note.
    pub note: Note,
    /// The finger that struck it.
    pub finger: Option<Finger>,
}

/// The sustain pedal held down for a while.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PedalInterval {
    /// When the pedal goes down, seconds.
    pub start_secs: f64,
    /// When it comes up, seconds.
    pub end_secs: f64,
}

/// Sorts by onset, then pitch: the order of every note list we write.
pub fn sort_notes(notes: &mut [Note]) {
    notes.sort_by(|a, b| a.onset_secs.total_cmp(&b.onset_secs).then(a.pitch.cmp(&b.pitch)));
}
