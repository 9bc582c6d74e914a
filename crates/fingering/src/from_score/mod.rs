//! Fingers from the score alone: an ergonomic model, for scores nobody filmed and for notes of which a video does not tell.
//!
//! Each hand's notes are cut into slices (what is struck at one moment, and what is held), every way to finger a slice is weighed by the
//! rules of Parncutt and others (1997), and the cheapest way through the piece is found. Time and memory grow with the notes, not faster.

mod hands;
mod playability;
mod rules;
mod search;
mod slices;
mod spans;
mod weights;

use piano::{Finger, FingeredNote, Hand, Note};
use slices::{CHORD_SECS, HandNote};
use std::collections::HashMap;

pub use playability::{Unplayable, UnplayableReason, Warning, WarningKind};
pub use weights::Weights;

/// Longest score that is fingered, seconds: six hours.
pub const DURATION_SECS_MAX: f64 = 6.0 * 3600.0;
/// Most notes that are fingered: six hours at 30 a second.
pub const NOTES_MAX: usize = 650_000;

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

impl From<FingeredNote> for ScoreNote {
    fn from(fingered: FingeredNote) -> ScoreNote {
        ScoreNote {
            note: fingered.note,
            hand: fingered.finger.map(|finger| finger.hand),
            finger: fingered.finger,
        }
    }
}

/// A score in which every playable note has a finger.
#[derive(Clone, Debug, PartialEq)]
pub struct FingeredScore {
    /// The notes in the order they were given; those without a finger are in `unplayable`.
    pub notes: Vec<FingeredNote>,
    /// For each note whether its finger comes from here and not from the score.
    pub filled: Vec<bool>,
    /// Notes that no finger is left for.
    pub unplayable: Vec<Unplayable>,
    /// What two hands can hardly do as it is written.
    pub warnings: Vec<Warning>,
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
    /// More than [`NOTES_MAX`] notes.
    #[error("the score has {count} notes; {NOTES_MAX} are the most that are fingered")]
    TooManyNotes {
        /// How many.
        count: usize,
    },
    /// Whoever asked for the fingering wished to stop.
    #[error("stopped")]
    Stopped,
}

/// Gives every note a finger; fingers and hands that are known stay.
pub fn finger_score(notes: &[ScoreNote]) -> Result<FingeredScore, FingerScoreError> {
    finger_score_with(notes, &Weights::default(), &mut |_| true)
}

/// As [`finger_score`], with other weights. `advance` is told how much is done, 0 to 1, and says whether to go on.
pub fn finger_score_with(
    notes: &[ScoreNote],
    weights: &Weights,
    advance: &mut dyn FnMut(f64) -> bool,
) -> Result<FingeredScore, FingerScoreError> {
    check(notes)?;
    let score = Sorted::of(notes);
    let hands = hands::split(&score.notes, &score.hands);
    let mut fingers: Vec<Option<Finger>> = notes.iter().map(|note| note.finger).collect();
    let mut done = 0;
    for hand in Hand::BOTH {
        let own = score.of_hand(notes, &hands, hand);
        let slices = slices::slices(&own);
        let count = notes.len() as f64;
        let mut advance_hand = |slice: usize| !slice.is_multiple_of(SLICES_A_REPORT) || advance((done + slice) as f64 / count);
        let found = search::cheapest(&own, &slices, hand, weights, &mut advance_hand).ok_or(FingerScoreError::Stopped)?;
        for (note, finger) in own.iter().zip(found) {
            let filled = finger.map(|finger| Finger { hand, finger });
            fingers[note.index] = fingers[note.index].or(filled);
        }
        done += own.len();
    }
    let fingered = notes.iter().zip(&fingers).map(|(note, finger)| FingeredNote {
        note: note.note,
        finger: *finger,
    });
    let fingered: Vec<FingeredNote> = fingered.collect();
    Ok(FingeredScore {
        filled: notes
            .iter()
            .zip(&fingers)
            .map(|(note, finger)| note.finger.is_none() && finger.is_some())
            .collect(),
        unplayable: playability::unplayable(&fingered, &score.doubled),
        warnings: playability::warnings(&fingered, &score.order),
        notes: fingered,
    })
}

/// `advance` is asked once in so many slices, some milliseconds.
const SLICES_A_REPORT: usize = 256;

/// The notes by onset, then pitch, each ending where its key is struck again.
struct Sorted {
    notes: Vec<Note>,
    hands: Vec<Option<Hand>>,
    /// Where each stands in the caller's list.
    order: Vec<usize>,
    /// Notes of the caller's list whose key another note strikes at the same moment: a key has room for one finger.
    doubled: Vec<bool>,
}

impl Sorted {
    fn of(notes: &[ScoreNote]) -> Sorted {
        let mut order: Vec<usize> = (0..notes.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (notes[*a].note, notes[*b].note);
            a.onset_secs.total_cmp(&b.onset_secs).then(a.pitch.cmp(&b.pitch))
        });
        let mut sorted: Vec<Note> = order.iter().map(|index| notes[*index].note).collect();
        let mut doubled = vec![false; notes.len()];
        let mut last_of_key: HashMap<piano::Pitch, usize> = HashMap::new();
        for place in 0..sorted.len() {
            let note = sorted[place];
            if let Some(last) = last_of_key.get(&note.pitch).copied() {
                if note.onset_secs - sorted[last].onset_secs < CHORD_SECS {
                    // The one whose finger is known stays.
                    let keeps_last = notes[order[last]].finger.is_some() || notes[order[place]].finger.is_none();
                    doubled[order[if keeps_last { place } else { last }]] = true;
                    if keeps_last {
                        continue;
                    }
                }
                sorted[last].offset_secs = sorted[last].offset_secs.min(note.onset_secs);
            }
            last_of_key.insert(note.pitch, place);
        }
        Sorted {
            notes: sorted,
            hands: order.iter().map(|index| known_hand(&notes[*index])).collect(),
            order,
            doubled,
        }
    }

    fn of_hand(&self, notes: &[ScoreNote], hands: &[Hand], hand: Hand) -> Vec<HandNote> {
        let own = (0..self.notes.len()).filter(|place| hands[*place] == hand && !self.doubled[self.order[*place]]);
        own.map(|place| HandNote {
            note: self.notes[place],
            index: self.order[place],
            known: notes[self.order[place]].finger.map(|finger| finger.finger),
        })
        .collect()
    }
}

fn known_hand(note: &ScoreNote) -> Option<Hand> {
    note.finger.map(|finger| finger.hand).or(note.hand)
}

fn check(notes: &[ScoreNote]) -> Result<(), FingerScoreError> {
    if notes.is_empty() {
        return Err(FingerScoreError::Empty);
    }
    if notes.len() > NOTES_MAX {
        return Err(FingerScoreError::TooManyNotes { count: notes.len() });
    }
    for ScoreNote { note, .. } in notes {
        if !(note.onset_secs.is_finite() && note.offset_secs >= note.onset_secs && note.offset_secs.is_finite()) {
            return Err(FingerScoreError::BadTimes {
                name: note.pitch.name(),
                onset_secs: note.onset_secs,
                offset_secs: note.offset_secs,
            });
        }
    }
    let begin_secs = notes.iter().map(|note| note.note.onset_secs).fold(f64::INFINITY, f64::min);
    let end_secs = notes.iter().map(|note| note.note.offset_secs).fold(f64::NEG_INFINITY, f64::max);
    let secs = end_secs - begin_secs;
    if secs > DURATION_SECS_MAX {
        return Err(FingerScoreError::TooLong { secs });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
