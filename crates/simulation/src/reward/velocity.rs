//! Keys are struck as hard as the score says. An option beyond RoboPianist.

use super::tolerance::tolerance;

/// A stroke within this of its velocity is right, of 127: people hear smaller differences with difficulty.
const CLOSE: f64 = 5.0;
/// Further off than this by so much it is worth a tenth.
const MARGIN: f64 = 40.0;

/// Mean closeness of the strokes of due keys in a step, each given its velocity and the one that is due; 0 where nothing was struck.
pub(crate) fn velocity(strokes: impl IntoIterator<Item = (/* struck */ u8, /* due */ u8)>) -> f64 {
    let mut sum = 0.0;
    let mut count = 0_u32;
    for (struck, due) in strokes {
        sum += tolerance(f64::from(struck.abs_diff(due)), CLOSE, MARGIN);
        count += 1;
    }
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_stroke_is_worth_one_and_none_nothing() {
        assert_eq!(velocity([(64, 66)]), 1.0);
        assert_eq!(velocity([]), 0.0);
        assert!((velocity([(64, 64), (20, 65)]) - 0.55).abs() < 1e-9);
    }
}
