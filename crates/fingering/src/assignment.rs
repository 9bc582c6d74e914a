//! The answer for one note, whichever rule gave it.

use crate::evidence::KeyMotion;
use piano::{Finger, FingerNumber, Hand, Note};

/// Who played a note, as far as the hands say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Assignment {
    /// The hand; none where unknown.
    pub hand: Option<Hand>,
    /// The finger of that hand; none where unknown.
    pub finger: Option<FingerNumber>,
    /// How likely hand and finger are right, 0 to 1; 0 where no finger is given.
    pub confidence: f64,
    /// The next best finger.
    pub runner_up: Option<Finger>,
    /// How much further from the key the runner-up was, white-key widths; negative where more than distance decided.
    pub margin_key_widths: Option<f64>,
    /// What agrees.
    pub witnesses: Witnesses,
}

/// Witnesses of a note: true agrees, false contradicts, none could not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Witnesses {
    /// The sound, or whoever gave the notes; always true here, because fingering starts from notes.
    pub sound: Option<bool>,
    /// The key's own motion.
    pub key: Option<bool>,
    /// A fingertip over the key.
    pub fingertip: Option<bool>,
}

/// A key moves within this time around its onset (the moment heard and the moment seen differ by a frame or two).
const KEY_MOTION_BEFORE_SECS: f64 = 0.05;
const KEY_MOTION_AFTER_SECS: f64 = 0.15;
/// Keys that look at least so pressed agree, at most so pressed contradict; between, the picture does not say.
const KEY_PRESSED: f32 = 0.5;
const KEY_AT_REST: f32 = 0.2;

/// Whether the key was seen to move when the note was struck.
pub fn key_witness(note: &Note, keys: &KeyMotion) -> Option<bool> {
    let (from, to) = (note.onset_secs - KEY_MOTION_BEFORE_SECS, note.onset_secs + KEY_MOTION_AFTER_SECS);
    match keys.strongest(note.pitch, from, to)? {
        pressed if pressed >= KEY_PRESSED => Some(true),
        pressed if pressed <= KEY_AT_REST => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    #[test]
    fn a_key_agrees_contradicts_or_could_not_be_seen() {
        let note = Note {
            pitch: Pitch::new(60).unwrap(),
            onset_secs: 1.0,
            offset_secs: 2.0,
            velocity: 64,
        };
        let check = |pressed: f32, expected: Option<bool>| {
            let mut row = [f32::NAN; 88];
            row[note.pitch.key_index()] = pressed;
            let keys = KeyMotion {
                secs: vec![0.0, 1.05],
                pressed: vec![[1.0; 88], row],
            };
            assert_eq!(key_witness(&note, &keys), expected, "{pressed}");
        };
        check(0.9, Some(true));
        check(0.1, Some(false));
        check(0.3, None);
        check(f32::NAN, None);
        assert_eq!(key_witness(&note, &KeyMotion::default()), None);
    }
}
