//! One hand's notes in slices: the keys struck at one moment, and those still held then.

use piano::{FingerNumber, Note};

/// Onsets this close are one chord, seconds: the spread of fingers of one chord in performances.
const CHORD_SECS: f64 = 0.035;
/// A key held on for less than this beyond another's onset is legato, not held, seconds.
const OVERLAP_SECS: f64 = 0.08;
/// Fingers of a hand.
pub(super) const FINGERS: usize = 5;
/// Held keys further than this from the struck ones are not held by this hand any more (the pedal holds their sound), semitones.
const HELD_SEMITONES_MAX: i32 = 14;

/// A note of one hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct HandNote {
    /// The note.
    pub note: Note,
    /// Where it stands in the caller's list.
    pub index: usize,
    /// The finger, where it is known beforehand.
    pub known: Option<FingerNumber>,
}

/// The keys struck at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Slice {
    /// Indices among the hand's notes, from low to high.
    pub struck: Vec<usize>,
    /// Those struck earlier and still down, from low to high.
    pub held: Vec<usize>,
    /// When, seconds.
    pub onset_secs: f64,
}

/// The slices of a hand's notes, which are by onset. A sixth key and more at one moment, and a key that is struck twice, are in none.
pub(super) fn slices(notes: &[HandNote]) -> Vec<Slice> {
    let mut slices: Vec<Slice> = Vec::new();
    let mut first = 0;
    while first < notes.len() {
        let onset_secs = notes[first].note.onset_secs;
        let end = first + notes[first..].partition_point(|note| note.note.onset_secs - onset_secs < CHORD_SECS);
        let mut struck: Vec<usize> = (first..end).collect();
        struck.sort_by_key(|index| notes[*index].note.pitch);
        struck.dedup_by_key(|index| notes[*index].note.pitch);
        while struck.len() > FINGERS {
            // The inner voices go first: melody and bass are what is heard.
            struck.remove(struck.len() / 2);
        }
        let held = held(notes, slices.last(), &struck, onset_secs);
        slices.push(Slice { struck, held, onset_secs });
        first = end;
    }
    slices
}

/// Keys of the slice before that are still down, as many as there are fingers left; the nearest stay.
fn held(notes: &[HandNote], before: Option<&Slice>, struck: &[usize], onset_secs: f64) -> Vec<usize> {
    let Some(before) = before else { return Vec::new() };
    let pitch = |index: usize| i32::from(notes[index].note.pitch.midi());
    let distance = |index: usize| struck.iter().map(|other| (pitch(index) - pitch(*other)).abs()).max().unwrap_or(0);
    let down = before.struck.iter().chain(&before.held).copied();
    let mut held: Vec<usize> = down
        .filter(|index| notes[*index].note.offset_secs > onset_secs + OVERLAP_SECS)
        .filter(|index| struck.iter().all(|other| pitch(*other) != pitch(*index)))
        .filter(|index| distance(*index) <= HELD_SEMITONES_MAX)
        .collect();
    held.sort_by_key(|index| distance(*index));
    held.truncate(FINGERS - struck.len().min(FINGERS));
    held.sort_by_key(|index| pitch(*index));
    held
}
