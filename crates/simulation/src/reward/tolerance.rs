//! How close is close: `dm_control`'s tolerance with a Gaussian edge.

/// Value at the margin's end.
const AT_MARGIN: f64 = 0.1;

/// 1 from 0 to `bound`, outside it falling as a Gaussian to 0.1 at a distance of `margin`.
pub(super) fn tolerance(value: f64, bound: f64, margin: f64) -> f64 {
    if (0.0..=bound).contains(&value) {
        return 1.0;
    }
    let outside = if value < 0.0 { -value } else { value - bound } / margin;
    let scale = (-2.0 * AT_MARGIN.ln()).sqrt();
    (-0.5 * (outside * scale).powi(2)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_inside_a_tenth_at_the_margin_and_less_beyond() {
        assert_eq!(tolerance(0.0, 0.05, 0.5), 1.0);
        assert_eq!(tolerance(0.05, 0.05, 0.5), 1.0);
        assert!((tolerance(0.55, 0.05, 0.5) - 0.1).abs() < 1e-12);
        assert!((tolerance(-0.5, 0.05, 0.5) - 0.1).abs() < 1e-12);
        assert!(tolerance(1.0, 0.05, 0.5) < 0.05);
    }
}
