//! What a fingering costs: the rules of Parncutt and others 1997 (see [`super::spans`]), and what they leave out because they look at
//! single melodies: chords, held keys, leaps.
//!
//! Everything is said for a right hand; a left hand is one in the mirror.

use super::spans::spans;
use super::weights::Weights;
use piano::keyboard::center_x;
use piano::{Hand, Pitch};

/// A key and the finger on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Press {
    /// From the thumb's side towards the little finger's, semitones; in distance on the keyboard, at its mean width of a semitone, as far
    /// as [`Weights::physical`] says (Jacobs, "Refinements to the ergonomic model for keyboard fingering", Music Perception 18, 2001).
    pub place: f64,
    /// Whether the key is black.
    pub black: bool,
    /// The finger's number.
    pub finger: u8,
}

/// Semitones of mean width in a white key's width.
const SEMITONES_PER_WHITE_KEY: f64 = 12.0 / 7.0;
/// Places count from D4, about which the keyboard is its own mirror image: its MIDI note and its centre.
const MIDDLE_D: f64 = 62.0;
const MIDDLE_D_X: f64 = 24.5;

impl Press {
    pub fn new(pitch: Pitch, hand: Hand, finger: u8, weights: &Weights) -> Press {
        let (semitones, distance) = (f64::from(pitch.midi()) - MIDDLE_D, center_x(pitch) - MIDDLE_D_X);
        let place = semitones + weights.physical * (SEMITONES_PER_WHITE_KEY * distance - semitones);
        Press {
            place: if hand == Hand::Right { place } else { -place },
            black: pitch.is_black(),
            finger,
        }
    }

    /// Where the hand is when it presses this: its middle finger's place.
    fn hand_place(self) -> f64 {
        self.place - SEMITONES_PER_WHITE_KEY * (f64::from(self.finger) - 3.0)
    }
}

/// Fingers crossed in a chord or over a held key. Only thumbs pass beneath others, and not there.
const TANGLED: f64 = 40.0;
/// A semitone beyond what is practical between keys that are down together: not a matter of comfort.
const OUT_OF_REACH: f64 = 20.0;
/// Keys nearer to each other than this are the same, semitones.
const SAME_PLACE: f64 = 1e-6;

/// A finger's cost on a single key: fingers 4 and 5 are weak.
pub(super) fn single(press: Press, weights: &Weights) -> f64 {
    let on_black = if press.black && press.finger == 1 {
        weights.thumb_on_black
    } else {
        0.0
    };
    on_black + weak(press, weights)
}

/// A finger's cost in a chord, whose edge the little finger holds with the weight of the hand.
pub(super) fn in_chord(press: Press, weights: &Weights) -> f64 {
    if press.finger == 4 { weights.fourth_in_chord } else { 0.0 }
}

fn weak(press: Press, weights: &Weights) -> f64 {
    match press.finger {
        4 => weights.fourth,
        5 => weights.fifth,
        _ => 0.0,
    }
}

/// Two keys down at once.
pub(super) fn together(one: Press, other: Press, weights: &Weights) -> f64 {
    if one.finger == other.finger {
        return TANGLED + OUT_OF_REACH * (one.place - other.place).abs();
    }
    let (lower, higher) = by_finger(one, other);
    let known = spans(lower.finger, higher.finger);
    let span = higher.place - lower.place;
    let out_of_reach = (span - known.max_practical).max(known.min_practical - span).max(0.0);
    let tangled = if span < 0.0 { TANGLED } else { 0.0 };
    tangled + OUT_OF_REACH * out_of_reach + discomfort(lower, higher, weights)
}

/// One key after another.
pub(super) fn step(first: Press, second: Press, weights: &Weights) -> f64 {
    let same_place = (first.place - second.place).abs() < SAME_PLACE;
    let motion = match (first.finger == second.finger, same_place) {
        (true, true) => 0.0,
        (false, true) => weights.change_on_key,
        (true, false) => weights.jump,
        (false, false) => {
            let (lower, higher) = by_finger(first, second);
            let crossing = if higher.place > lower.place {
                0.0
            } else {
                crossing(lower, higher, weights)
            };
            discomfort(lower, higher, weights) + crossing + three_to_four(first, second, weights)
        }
    };
    motion.min(weights.leap) + colors(first, second, weights) + colors(second, first, weights)
}

/// Three keys one after another.
pub(super) fn turn(first: Press, second: Press, third: Press, weights: &Weights) -> f64 {
    let mut numbers = [first, second, third].map(|press| press.finger);
    numbers.sort_unstable();
    let three_four_five = if numbers == [3, 4, 5] { weights.three_four_five } else { 0.0 };
    three_four_five + change_of_position(first, second, third, weights).min(weights.leap)
}

/// A hand goes from some keys to others, of which at least two are a chord.
pub(super) fn chords_in_turn(before: &[Press], after: &[Press], weights: &Weights) -> f64 {
    let place = |presses: &[Press]| presses.iter().map(|press| press.hand_place()).sum::<f64>() / presses.len().max(1) as f64;
    let pairs = before.iter().flat_map(|one| after.iter().map(move |other| (one, other)));
    let changed = pairs.filter(|(one, other)| one.finger != other.finger && (one.place - other.place).abs() < SAME_PLACE);
    let moved = (place(after) - place(before)).abs();
    (weights.chord_move * moved).min(weights.leap) + weights.change_on_key * changed.count() as f64
}

fn by_finger(one: Press, other: Press) -> (Press, Press) {
    if one.finger < other.finger { (one, other) } else { (other, one) }
}

/// Stretched or cramped: how far two fingers' span is from what is relaxed, comfortable and practical.
fn discomfort(lower: Press, higher: Press, weights: &Weights) -> f64 {
    let span = higher.place - lower.place;
    let known = spans(lower.finger, higher.finger);
    let outside = |least: f64, most: f64| (span - most).max(least - span).max(0.0);
    let unrelaxed = if lower.finger == 1 {
        weights.unrelaxed_with_thumb
    } else {
        weights.unrelaxed
    };
    unrelaxed * outside(known.min_relaxed, known.max_relaxed)
        + weights.stretch * outside(known.min_comfortable, known.max_comfortable)
        + weights.impractical * outside(known.min_practical, known.max_practical)
}

/// The thumb passes under a finger, or a finger over the thumb; other fingers do not cross.
fn crossing(lower: Press, higher: Press, weights: &Weights) -> f64 {
    if lower.finger > 1 {
        return TANGLED;
    }
    match (lower.black, higher.black) {
        (true, false) => weights.pass_to_black,
        (false, true) => weights.pass_below_black,
        _ => weights.pass,
    }
}

fn three_to_four(first: Press, second: Press, weights: &Weights) -> f64 {
    let after = if first.finger == 3 && second.finger == 4 {
        weights.three_to_four
    } else {
        0.0
    };
    let (lower, higher) = by_finger(first, second);
    let four_on_black = lower.finger == 3 && higher.finger == 4 && !lower.black && higher.black;
    after + if four_on_black { weights.four_on_black } else { 0.0 }
}

/// Thumb and little finger are short: on a black key beside a white one they pull the hand into the keys.
fn colors(press: Press, neighbor: Press, weights: &Weights) -> f64 {
    match press.finger {
        1 if press.black && !neighbor.black => weights.thumb_black_beside_white,
        5 if press.black && !neighbor.black => weights.fifth_black_beside_white,
        _ => 0.0,
    }
}

/// The hand has to move: the first and third key are further apart, or nearer, than their fingers comfortably are.
fn change_of_position(first: Press, second: Press, third: Press, weights: &Weights) -> f64 {
    let (lower, higher) = by_finger(first, third);
    let span = higher.place - lower.place;
    let (comfortable, practical) = if lower.finger == higher.finger {
        ((0.0, 0.0), (0.0, 0.0))
    } else {
        let known = spans(lower.finger, higher.finger);
        (
            (known.min_comfortable, known.max_comfortable),
            (known.min_practical, known.max_practical),
        )
    };
    let outside = |(least, most): (f64, f64)| (span - most).max(least - span).max(0.0);
    let off = outside(comfortable);
    if off < SAME_PLACE {
        return 0.0;
    }
    let passed = second.finger == 1 && (first.place < second.place) == (second.place < third.place);
    let full = if passed && outside(practical) > SAME_PLACE {
        weights.change_full
    } else {
        0.0
    };
    weights.change + full + weights.change_semitone * off
}
