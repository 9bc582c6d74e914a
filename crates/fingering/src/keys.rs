//! Where along the keyboard a fingertip can press a key.

use piano::Pitch;
use piano::keyboard::{BLACK_KEY_FRONT_Y, span_x};

/// Over how much depth the wide front of a white key passes into its narrow tail: a fingertip is wider than the edge.
const TRANSITION_Y: f64 = 0.10;

/// The middle and half the width, in white-key widths, of the part of a key that a fingertip at depth `y` can press. White keys
/// are narrower between the black ones.
pub(crate) fn playable_x(pitch: Pitch, y: f64) -> (f64, f64) {
    let (mut low, mut high) = span_x(pitch);
    if !pitch.is_black() {
        let share = ((y - BLACK_KEY_FRONT_Y) / TRANSITION_Y + 0.5).clamp(0.0, 1.0);
        let black_beside = |semitones| pitch.transposed(semitones).filter(|key| key.is_black());
        if let Some(below) = black_beside(-1) {
            low += share * (span_x(below).1 - low);
        }
        if let Some(above) = black_beside(1) {
            high += share * (span_x(above).0 - high);
        }
    }
    ((low + high) / 2.0, (high - low) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_keys_narrow_between_the_black_ones() {
        let check = |midi: u8, y: f64, low: f64, high: f64| {
            let (middle, half) = playable_x(Pitch::new(midi).unwrap(), y);
            assert!(
                (middle - half - low).abs() < 0.01 && (middle + half - high).abs() < 0.01,
                "{midi} at {y}: {}..{}",
                middle - half,
                middle + half
            );
        };
        check(60, 0.1, 23.0, 24.0); // C4, front
        check(60, 0.8, 23.0, 23.61); // C4, left of C#4
        check(62, 0.8, 24.19, 24.81); // D4, between C#4 and D#4
        check(61, 0.1, 23.61, 24.19); // C#4
        check(108, 0.9, 51.0, 52.0); // C8 has no neighbour above
    }
}
