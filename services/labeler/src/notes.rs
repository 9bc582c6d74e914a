//! The notes of a performance: heard in its sound, or given with it.

use crate::error::LabelError;
use crate::listen::listen;
use crate::progress::Listener;
use crate::request::{GivenNotes, TranscriberModel};
use bootstrap::models::ModelStore;
use labeling::seams::ModelFacts;
use labeling::truth;
use piano::{Note, PedalInterval};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Notes and pedal, and where they come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notes {
    /// By onset, then pitch; seconds of the video as the sound (or the giver) has it.
    pub notes: Vec<Note>,
    /// Sustain pedal.
    pub pedal: Vec<PedalInterval>,
    /// The model that heard them; none where they were given.
    pub heard_by: Option<ModelFacts>,
}

/// Loudness of notes whose source says none: the middle of the MIDI scale.
const UNKNOWN_VELOCITY: u8 = 64;
/// Length of notes whose source says none, seconds.
const UNKNOWN_LENGTH_SECS: f64 = 0.25;
/// Offsets are measured to a frame or two: a note so little before the first picture belongs to it.
const EARLY_SECS_MAX: f64 = 0.1;
/// Note files are some megabytes at most.
const NOTES_BYTES_MAX: u64 = 64 << 20;

/// Reads notes from a file, moved to the video's time. Notes before its beginning are left out; those that begin a moment
/// before it begin with it.
pub fn given(given: &GivenNotes) -> Result<Notes, LabelError> {
    let unreadable = |reason: String| LabelError::Usage(format!("--notes {}: {reason}", given.path.display()));
    let bytes = read_bounded(&given.path).map_err(|error| unreadable(error.to_string()))?;
    let pedal = piano::midi::read(&bytes).map(|contents| contents.sustain_pedal).unwrap_or_default();
    let read = truth::read(&bytes).map_err(|error| unreadable(crate::error::with_causes(&error)))?;
    if !given.offset_secs.is_finite() {
        return Err(LabelError::Usage("--notes-offset-secs must be a number of seconds".into()));
    }
    let mut notes: Vec<Note> = read
        .iter()
        .map(|note| {
            let onset_secs = note.onset_secs + given.offset_secs;
            let length_secs = note
                .offset_secs
                .map_or(UNKNOWN_LENGTH_SECS, |offset_secs| offset_secs - note.onset_secs);
            Note {
                pitch: note.pitch,
                onset_secs,
                offset_secs: onset_secs + length_secs,
                velocity: note.velocity.unwrap_or(UNKNOWN_VELOCITY),
            }
        })
        .filter(|note| note.onset_secs >= -EARLY_SECS_MAX)
        .map(|note| Note {
            onset_secs: note.onset_secs.max(0.0),
            ..note
        })
        .collect();
    piano::note::sort_notes(&mut notes);
    let moved = |pedal: PedalInterval| PedalInterval {
        start_secs: pedal.start_secs + given.offset_secs,
        end_secs: pedal.end_secs + given.offset_secs,
    };
    let pedal = pedal.into_iter().map(moved).filter(|pedal| pedal.start_secs >= 0.0).collect();
    Ok(Notes {
        notes,
        pedal,
        heard_by: None,
    })
}

/// Listens to a file's sound.
pub fn heard(input: &Path, model: TranscriberModel, store: &ModelStore, listener: &mut dyn Listener) -> Result<Notes, LabelError> {
    let (transcription, model) = listen(input, model, store, listener)?;
    Ok(Notes {
        notes: transcription.notes,
        pedal: transcription.sustain_pedal,
        heard_by: Some(model),
    })
}

fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, NOTES_BYTES_MAX), &mut bytes)?;
    Ok(bytes)
}
