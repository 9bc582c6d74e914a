//! Fingers from the score alone: an ergonomic model, for scores nobody filmed and for notes of which a video does not tell.
//!
//! Each hand's notes are cut into slices (what is struck at one moment, and what is held), every way to finger a slice is weighed by the
//! rules of Parncutt and others (1997), and the cheapest way through the piece is found. Time and memory grow with the notes, not faster.

mod hands;
mod rules;
mod search;
mod slices;
mod spans;

use piano::{Finger, FingeredNote, Hand, Note};
use slices::HandNote;

/// Longest score that is fingered, seconds: six hours.
pub const DURATION_SECS_MAX: f64 = 6.0 * 3600.0;

/// A note of a score, with what is known of who plays it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreNote {
    /// The note.
    pub note: Note,
    /// The hand, where it is known.
    pub hand: Option<Hand>,
    /// The finger, where it is known. Its hand counts.
    pub finger: Option<Finger>,
}

/// A score in which every playable note has a finger.
#[derive(Clone, Debug, PartialEq)]
pub struct FingeredScore {
    /// The notes in the order they were given; those without a finger are in `unplayable`.
    pub notes: Vec<FingeredNote>,
    /// For each note whether its finger comes from here and not from the score.
    pub filled: Vec<bool>,
    /// Notes that no finger is left for (by their place in the list): more keys at one moment than a hand has fingers, or one key twice.
    pub unplayable: Vec<usize>,
}

/// Why a score cannot be fingered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FingerScoreError {
    /// Nothing to finger.
    #[error("the score has no notes")]
    Empty,
    /// A time that is no time, or a note that ends before it begins.
    #[error("the note {name} at {onset_secs} s ends at {offset_secs} s: its times are not in order")]
    BadTimes {
        /// Its pitch.
        name: String,
        /// Its onset, seconds.
        onset_secs: f64,
        /// Its offset, seconds.
        offset_secs: f64,
    },
    /// Longer than [`DURATION_SECS_MAX`].
    #[error("the score lasts {secs:.0} s; {DURATION_SECS_MAX} s are the most that are fingered")]
    TooLong {
        /// How long, seconds.
        secs: f64,
    },
}

/// Gives every note a finger; fingers and hands that are known stay.
pub fn finger_score(notes: &[ScoreNote]) -> Result<FingeredScore, FingerScoreError> {
    check(notes)?;
    let mut order: Vec<usize> = (0..notes.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (notes[*a].note, notes[*b].note);
        a.onset_secs.total_cmp(&b.onset_secs).then(a.pitch.cmp(&b.pitch))
    });
    let sorted: Vec<Note> = order.iter().map(|index| notes[*index].note).collect();
    let known: Vec<Option<Hand>> = order.iter().map(|index| known_hand(&notes[*index])).collect();
    let hands = hands::split(&sorted, &known);
    let mut fingers: Vec<Option<Finger>> = vec![None; notes.len()];
    for hand in Hand::BOTH {
        let own = order.iter().zip(&hands).filter(|(_, own)| **own == hand).map(|(index, _)| *index);
        finger_hand(notes, own.collect(), hand, &mut fingers);
    }
    let fingered = notes.iter().zip(&fingers).map(|(note, finger)| FingeredNote {
        note: note.note,
        finger: *finger,
    });
    Ok(FingeredScore {
        notes: fingered.collect(),
        filled: notes.iter().map(|note| note.finger.is_none()).collect(),
        unplayable: (0..notes.len()).filter(|index| fingers[*index].is_none()).collect(),
    })
}

fn known_hand(note: &ScoreNote) -> Option<Hand> {
    note.finger.map(|finger| finger.hand).or(note.hand)
}

fn finger_hand(notes: &[ScoreNote], own: Vec<usize>, hand: Hand, fingers: &mut [Option<Finger>]) {
    let own: Vec<HandNote> = own
        .into_iter()
        .map(|index| HandNote {
            note: notes[index].note,
            index,
            known: notes[index].finger.map(|finger| finger.finger),
        })
        .collect();
    let slices = slices::slices(&own);
    let found = search::cheapest(&own, &slices, hand);
    for (note, finger) in own.iter().zip(found) {
        fingers[note.index] = finger.map(|finger| Finger { hand, finger });
    }
}

fn check(notes: &[ScoreNote]) -> Result<(), FingerScoreError> {
    for ScoreNote { note, .. } in notes {
        if !(note.onset_secs >= 0.0 && note.offset_secs >= note.onset_secs && note.offset_secs.is_finite()) {
            return Err(FingerScoreError::BadTimes {
                name: note.pitch.name(),
                onset_secs: note.onset_secs,
                offset_secs: note.offset_secs,
            });
        }
    }
    let secs = notes.iter().map(|note| note.note.offset_secs).fold(0.0, f64::max);
    if notes.is_empty() {
        Err(FingerScoreError::Empty)
    } else if secs > DURATION_SECS_MAX {
        Err(FingerScoreError::TooLong { secs })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
