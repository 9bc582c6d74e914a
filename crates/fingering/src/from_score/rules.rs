//! What a fingering costs: the rules of Parncutt and others 1997 (see [`super::spans`]), each with the weight it has there, and what
//! they leave out because they look at single melodies: chords, held keys, rests.
//!
//! Everything is said for a right hand; a left hand is one in the mirror.

use super::spans::spans;
use piano::{FingerNumber, Hand, Pitch};

/// A key and the finger on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Press {
    /// Semitones from the hand's thumb side towards its little finger's side.
    pub place: i32,
    /// Whether the key is black.
    pub black: bool,
    /// The finger.
    pub finger: FingerNumber,
}

impl Press {
    pub fn new(pitch: Pitch, hand: Hand, finger: FingerNumber) -> Press {
        let semitones = i32::from(pitch.midi());
        Press {
            place: if hand == Hand::Right { semitones } else { -semitones },
            black: pitch.is_black(),
            finger,
        }
    }

    fn is(self, number: u8) -> bool {
        self.finger.get() == number
    }
}

/// One finger strikes two keys one after the other: it has to jump.
const JUMP: f64 = 12.0;
/// A key is struck again with another finger: more to do than to strike it again with the same.
const CHANGE_ON_KEY: f64 = 1.0;
/// Each semitone beyond what is hardly possible, where it must be done at once.
const IMPOSSIBLE: f64 = 20.0;
/// Fingers crossed in a chord or over a held key; only thumbs pass beneath others.
const TANGLED: f64 = 40.0;

/// One key after another. `loose`, 0 to 1, is how little the first still binds the hand when the second is struck.
pub(super) fn step(first: Press, second: Press, loose: f64) -> f64 {
    let bound = 1.0 - loose;
    let on_second = weak_finger(second);
    if first.finger == second.finger {
        return on_second + if first.place == second.place { 0.0 } else { JUMP * bound };
    }
    if first.place == second.place {
        return on_second + CHANGE_ON_KEY;
    }
    let motion = reach(first, second, false) + passing(first, second) + three_to_four(first, second);
    on_second + bound * (motion + colors(first, second))
}

/// Two keys held at once.
pub(super) fn together(one: Press, other: Press) -> f64 {
    let tangled = (one.place < other.place) != (one.finger < other.finger);
    reach(one, other, true) + if tangled { TANGLED } else { 0.0 }
}

/// Three keys one after another.
pub(super) fn turn(first: Press, second: Press, third: Press) -> f64 {
    let numbers = [first, second, third].map(|press| press.finger.get());
    let mut sorted = numbers;
    sorted.sort_unstable();
    let three_four_five = if sorted == [3, 4, 5] { 1.0 } else { 0.0 };
    three_four_five + change_of_position(first, second, third)
}

/// What a fingering of one key costs by itself: fingers 4 and 5 are weak.
pub(super) fn weak_finger(press: Press) -> f64 {
    if press.finger.get() >= 4 { 1.0 } else { 0.0 }
}

/// The same in a chord, whose edge the little finger holds with the weight of the hand.
pub(super) fn weak_in_chord(press: Press) -> f64 {
    match press.finger.get() {
        4 => 1.0,
        5 => 0.5,
        _ => 0.0,
    }
}

/// Stretch, small span and large span. Beyond what is practical it is not a matter of comfort when the keys are held together.
fn reach(one: Press, other: Press, together: bool) -> f64 {
    let (lower, higher) = if one.finger < other.finger { (one, other) } else { (other, one) };
    if lower.finger == higher.finger {
        return IMPOSSIBLE;
    }
    let span = higher.place - lower.place;
    let known = spans(lower.finger, higher.finger);
    let beyond = |most: i32| f64::from((span - most).max(0));
    let below = |least: i32| f64::from((least - span).max(0));
    let stretch = 2.0 * (beyond(known.max_comfortable) + below(known.min_comfortable));
    let with_thumb = lower.is(1);
    let relaxed = (if with_thumb { 1.0 } else { 2.0 }) * (below(known.min_relaxed) + beyond(known.max_relaxed));
    let impossible = beyond(known.max_practical) + below(known.min_practical);
    stretch + relaxed + if together { IMPOSSIBLE * impossible } else { impossible }
}

/// The thumb passes under a finger, or a finger over the thumb.
fn passing(first: Press, second: Press) -> f64 {
    let (thumb, finger) = match (first.is(1), second.is(1)) {
        (true, false) => (first, second),
        (false, true) => (second, first),
        _ => return 0.0,
    };
    if thumb.place < finger.place {
        0.0
    } else if thumb.black == finger.black {
        1.0
    } else if thumb.black {
        3.0
    } else {
        0.0
    }
}

fn three_to_four(first: Press, second: Press) -> f64 {
    if first.is(3) && second.is(4) { 1.0 } else { 0.0 }
}

/// Fourth finger on a black key beside the third on a white one; thumb and little finger on black keys.
fn colors(first: Press, second: Press) -> f64 {
    let pair = [(first, second), (second, first)];
    let four = pair
        .iter()
        .any(|(one, other)| one.is(3) && !one.black && other.is(4) && other.black);
    let ends = pair.iter().map(|(one, other)| {
        let leaves_white = if other.black { 0.0 } else { 2.0 };
        match one.finger.get() {
            1 if one.black => 0.5 + leaves_white,
            5 if one.black => leaves_white,
            _ => 0.0,
        }
    });
    ends.sum::<f64>() + if four { 1.0 } else { 0.0 }
}

/// The hand has to move: the first and third key are further apart than their fingers comfortably are.
fn change_of_position(first: Press, second: Press, third: Press) -> f64 {
    let [least, most, least_practical, most_practical] = if first.finger == third.finger {
        [0; 4]
    } else {
        let known = spans(first.finger.min(third.finger), first.finger.max(third.finger));
        [
            known.min_comfortable,
            known.max_comfortable,
            known.min_practical,
            known.max_practical,
        ]
    };
    let span = if first.finger <= third.finger {
        third.place - first.place
    } else {
        first.place - third.place
    };
    let off = (span - most).max(least - span).max(0);
    if off == 0 {
        return 0.0;
    }
    let passed_under = second.is(1) && (first.place < second.place) == (second.place < third.place);
    let whole = passed_under && !(least_practical..=most_practical).contains(&span);
    f64::from(off) + if whole { 2.0 } else { 1.0 }
}
