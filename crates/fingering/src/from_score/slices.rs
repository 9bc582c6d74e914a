//! One hand's notes in slices: the keys struck at one moment, and those still down then.

use piano::{FingerNumber, Note, keyboard::center_x};

/// Onsets this close are one chord, seconds: the spread of fingers of one chord in performances.
pub(super) const CHORD_SECS: f64 = 0.035;
/// A key that stays down for less than this after the next one is struck is legato and shapes no grip, seconds.
const LEGATO_SECS: f64 = 0.08;
/// Fingers of a hand.
pub(super) const FINGERS: usize = 5;
/// What a hand holds lies within this many white-key widths, a ninth; a key further away is left to the pedal.
pub(super) const GRIP_WIDTH: f64 = 8.0;

/// A note of one hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct HandNote {
    /// The note. It ends where its key is struck again, by whichever hand.
    pub note: Note,
    /// Where it stands in the caller's list.
    pub index: usize,
    /// The finger, where it is known beforehand.
    pub known: Option<FingerNumber>,
}

/// The keys struck at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Slice {
    /// Indices among the hand's notes, from low to high; 1 to 5.
    pub struck: Vec<usize>,
    /// Those struck earlier and still down; no more than there are fingers left.
    pub down: Vec<usize>,
    /// Which of `down` stay down long enough to shape the grip.
    pub held: Vec<bool>,
    /// When, seconds.
    pub onset_secs: f64,
}

/// The slices of a hand's notes, which are by onset and no key twice at one moment. A sixth key and more at one moment are in none.
pub(super) fn slices(notes: &[HandNote]) -> Vec<Slice> {
    let mut slices: Vec<Slice> = Vec::new();
    let mut first = 0;
    while first < notes.len() {
        let onset_secs = notes[first].note.onset_secs;
        let end = first + notes[first..].partition_point(|note| note.note.onset_secs - onset_secs < CHORD_SECS);
        let mut struck: Vec<usize> = (first..end).collect();
        struck.sort_by_key(|index| notes[*index].note.pitch);
        while struck.len() > FINGERS {
            struck.remove(least_heard(notes, &struck));
        }
        let down = still_down(notes, slices.last(), &struck, onset_secs);
        let held = down
            .iter()
            .map(|index| notes[*index].note.offset_secs > onset_secs + LEGATO_SECS)
            .collect();
        slices.push(Slice {
            struck,
            down,
            held,
            onset_secs,
        });
        first = end;
    }
    slices
}

/// The note in the middle, among those whose finger is not known: melody and bass are what is heard.
fn least_heard(notes: &[HandNote], struck: &[usize]) -> usize {
    let middle = struck.len() / 2;
    let open = (0..struck.len()).filter(|place| notes[struck[*place]].known.is_none());
    open.min_by_key(|place| place.abs_diff(middle)).unwrap_or(middle)
}

/// Keys of the slice before that are still down, within one grip with those struck, as many as there are fingers left; the nearest stay.
fn still_down(notes: &[HandNote], before: Option<&Slice>, struck: &[usize], onset_secs: f64) -> Vec<usize> {
    let Some(before) = before else { return Vec::new() };
    let x = |index: usize| center_x(notes[index].note.pitch);
    let width = |index: usize| struck.iter().map(|other| (x(index) - x(*other)).abs()).fold(0.0, f64::max);
    let mut down: Vec<usize> = before.struck.iter().chain(&before.down).copied().collect();
    down.retain(|index| notes[*index].note.offset_secs > onset_secs && width(*index) <= GRIP_WIDTH);
    down.sort_by(|one, other| width(*one).total_cmp(&width(*other)).then(one.cmp(other)));
    down.truncate(FINGERS.saturating_sub(struck.len()));
    down
}
