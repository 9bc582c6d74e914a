//! What hands can hardly do: soft costs between two notes of one hand.
//!
//! Costs are negative log likelihoods and stay small beside those of places (a key width off costs about 6), so that they
//! decide only where the fingertips leave it open. Hard rules of this kind make labels worse, because players break them.

use piano::keyboard::center_x;
use piano::{Finger, Hand, Note};

/// One finger holding two keys at once: nearly impossible.
const SAME_FINGER_HELD: f64 = 5.0;
/// Releases are known to about this; shorter overlaps prove nothing.
const SURE_OVERLAP_SECS: f64 = 0.08;
/// One finger striking two keys one after the other in less than this time: it would have to jump.
const JUMP_SECS: f64 = 0.12;
const SAME_FINGER_JUMPS: f64 = 1.5;
/// Fingers crossed over each other while both hold a key; with the thumb that happens, in passing.
const CROSSED: f64 = 1.5;
const CROSSED_WITH_THUMB: f64 = 0.5;
/// Each white-key width by which two held keys lie further apart than the fingers reach, and the most that is charged.
const STRETCH_PER_KEY: f64 = 0.7;
const STRETCH_MOST: f64 = 2.0;

/// Comfortable reach between two fingers in white-key widths, thumb to little finger (after the largest practical spans of a
/// medium hand in Parncutt and others 1997, given there in semitones).
const REACH: [[f64; 5]; 5] = [
    [0.0, 5.8, 7.0, 8.2, 8.8],
    [5.8, 0.0, 2.9, 4.1, 5.8],
    [7.0, 2.9, 0.0, 2.4, 4.1],
    [8.2, 4.1, 2.4, 0.0, 2.9],
    [8.8, 5.8, 4.1, 2.9, 0.0],
];

/// How hard it is to strike `note` with `finger` after `earlier` was struck with `earlier_finger`; 0 for different hands.
pub(crate) fn cost(earlier: &Note, earlier_finger: Finger, note: &Note, finger: Finger) -> f64 {
    if earlier_finger.hand != finger.hand || earlier.pitch == note.pitch {
        return 0.0;
    }
    let gap_secs = note.onset_secs - earlier.onset_secs;
    let overlap_secs = earlier.offset_secs.min(note.offset_secs) - note.onset_secs;
    let held_together = if gap_secs < SURE_OVERLAP_SECS / 4.0 {
        1.0
    } else {
        (overlap_secs / SURE_OVERLAP_SECS).clamp(0.0, 1.0)
    };
    if earlier_finger == finger {
        let jump = (1.0 - gap_secs / JUMP_SECS).clamp(0.0, 1.0);
        return (SAME_FINGER_HELD * held_together).max(SAME_FINGER_JUMPS * jump);
    }
    held_together * (crossing(earlier, earlier_finger, note, finger) + stretch(earlier, earlier_finger, note, finger))
}

fn crossing(earlier: &Note, earlier_finger: Finger, note: &Note, finger: Finger) -> f64 {
    let higher_key = note.pitch > earlier.pitch;
    let higher_finger = finger.finger > earlier_finger.finger;
    let in_order = higher_finger == (higher_key == (finger.hand == Hand::Right));
    if in_order {
        0.0
    } else if finger.finger.get() == 1 || earlier_finger.finger.get() == 1 {
        CROSSED_WITH_THUMB
    } else {
        CROSSED
    }
}

fn stretch(earlier: &Note, earlier_finger: Finger, note: &Note, finger: Finger) -> f64 {
    let span = (center_x(note.pitch) - center_x(earlier.pitch)).abs();
    let beyond = span - REACH[finger.finger.index()][earlier_finger.finger.index()];
    (STRETCH_PER_KEY * beyond.max(0.0)).min(STRETCH_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    fn check(earlier: (u8, f64, f64, i8), later: (u8, f64, f64, i8), expected: f64) {
        let [a, b] = [earlier, later].map(|(midi, onset_secs, offset_secs, finger)| {
            let pitch = Pitch::new(midi).unwrap();
            let note = Note {
                pitch,
                onset_secs,
                offset_secs,
                velocity: 64,
            };
            (note, Finger::from_pig_number(finger).unwrap())
        });
        let found = cost(&a.0, a.1, &b.0, b.1);
        assert!((found - expected).abs() < 1e-9, "{earlier:?} then {later:?}: {found}");
    }

    #[test]
    fn only_what_hands_can_hardly_do_costs() {
        check((60, 0.0, 1.0, 1), (64, 0.0, 1.0, 3), 0.0);
        check((60, 0.0, 1.0, -3), (64, 0.0, 1.0, -1), 0.0);
        check((60, 0.0, 1.0, 1), (64, 0.0, 1.0, -1), 0.0);
        check((60, 0.0, 0.5, 1), (64, 0.5, 1.0, 1), 0.0);
        check((60, 0.0, 1.0, 1), (64, 0.5, 1.0, 1), SAME_FINGER_HELD);
        check((60, 0.0, 0.05, 1), (64, 0.06, 1.0, 1), SAME_FINGER_JUMPS / 2.0);
        check((60, 0.0, 1.0, 3), (64, 0.5, 1.0, 2), CROSSED);
        check((60, 0.0, 1.0, 3), (64, 0.5, 1.0, 1), CROSSED_WITH_THUMB);
        check((60, 0.0, 1.0, -3), (64, 0.5, 1.0, -4), CROSSED);
        // An octave between index and middle finger is out of reach.
        check((60, 0.0, 1.0, 2), (72, 0.0, 1.0, 3), STRETCH_MOST);
        check((60, 0.0, 1.0, 1), (72, 0.0, 1.0, 5), 0.0);
    }
}
