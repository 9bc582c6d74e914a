//! Keys that are due go down, and no other key sounds.

use super::tolerance::tolerance;
use crate::keys::KeyStates;
use crate::score::Frame;

/// A key this close to all the way down, in fractions of its travel, is down.
const CLOSE: f64 = 0.05;

/// Half for the due keys' depths (nothing if none is due), half for no wrong key sounding.
pub(crate) fn key_press(due: &Frame, keys: &KeyStates) -> f64 {
    let depths = due.notes.iter().map(|note| keys.depth[note.pitch.key_index()]);
    let pressed: f64 = depths.map(|depth| tolerance(1.0 - depth, CLOSE, CLOSE * 10.0)).sum();
    let pressed = if due.notes.is_empty() {
        0.0
    } else {
        pressed / due.notes.len() as f64
    };
    0.5 * pressed + if wrong_key_sounds(due, keys) { 0.0 } else { 0.5 }
}

/// Whether a key sounds that is not due.
pub(crate) fn wrong_key_sounds(due: &Frame, keys: &KeyStates) -> bool {
    let is_due = |key: usize| due.notes.iter().any(|note| note.pitch.key_index() == key);
    keys.sounding.iter().enumerate().any(|(key, sounding)| *sounding && !is_due(key))
}
