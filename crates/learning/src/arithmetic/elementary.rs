//! Exponential, logarithm and what is made of them, without branches, so that the compiler makes vector instructions of loops over them.
//!
//! Polynomials are those of the Cephes library (`expf`, `logf`); the largest errors are about two units in the last place (of 1, for those that are bounded by 1), held by tests.

use std::f32::consts::{LN_2, LOG2_E};

/// `e` to the power of `x`; 0 below -87.3 and the greatest finite power above 88.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Adding and taking away 1.5 * 2^23 rounds to a whole number, which then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.3, 88.0);
    let shifted = x.mul_add(LOG2_E, ROUND);
    let power = shifted - ROUND;
    let r = power.mul_add(-LN_2_LOW, power.mul_add(-LN_2_HIGH, x));
    let p = 1.987_569_1e-4f32;
    let p = p.mul_add(r, 1.398_2e-3);
    let p = p.mul_add(r, 8.333_452e-3);
    let p = p.mul_add(r, 4.166_579_6e-2);
    let p = p.mul_add(r, 1.666_666_6e-1);
    let p = p.mul_add(r, 5.000_000_3e-1);
    let p = p.mul_add(r * r, r) + 1.0;
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

/// Natural logarithm of a positive, normal number.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    const SQRT_HALF_BITS: u32 = 0x3f35_04f3;
    // The mantissa between sqrt(1/2) and sqrt(2), and the power of two that goes with it.
    let bits = x.to_bits().wrapping_sub(SQRT_HALF_BITS);
    let power = (bits as i32 >> 23) as f32;
    let r = f32::from_bits((bits & 0x007f_ffff).wrapping_add(SQRT_HALF_BITS)) - 1.0;
    let p = 7.037_683_6e-2f32;
    let p = p.mul_add(r, -1.151_461e-1);
    let p = p.mul_add(r, 1.167_699_9e-1);
    let p = p.mul_add(r, -1.242_014_1e-1);
    let p = p.mul_add(r, 1.424_932_3e-1);
    let p = p.mul_add(r, -1.666_805_8e-1);
    let p = p.mul_add(r, 2.000_071_5e-1);
    let p = p.mul_add(r, -2.499_999_4e-1);
    let p = p.mul_add(r, 3.333_333e-1);
    let square = r * r;
    let p = (p * r).mul_add(square, -0.5 * square);
    power.mul_add(LN_2, p + r)
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    // Near 0 the quotient would lose digits; there the series says it better.
    let square = x * x;
    let near = x * square.mul_add(square.mul_add(2.0 / 15.0, -1.0 / 3.0), 1.0);
    let far = 1.0 - 2.0 / (exp(2.0 * x) + 1.0);
    if square < 0.01 { near } else { far }
}

/// `ln(1 + e^x)`.
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    x.max(0.0) + ln(1.0 + exp(-x.abs()))
}

/// GELU in its approximation by a hyperbolic tangent, and its slope.
#[inline(always)]
pub fn gelu_and_slope(x: f32) -> (f32, f32) {
    // x/2 (1 + tanh u) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3).
    const TWICE: f32 = 1.595_769;
    const CUBE: f32 = 0.044_715;
    let square = x * x;
    let gate = sigmoid(TWICE * x * square.mul_add(CUBE, 1.0));
    let inner_slope = TWICE * square.mul_add(3.0 * CUBE, 1.0);
    (x * gate, (x * gate * (1.0 - gate)).mul_add(inner_slope, gate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, ours: fn(f32) -> f32, exact: fn(f64) -> f64, range: [f32; 2], relative: f64, absolute: f64) {
        const POINTS: usize = 20_001;
        for index in 0..POINTS {
            let x = range[0] + (range[1] - range[0]) * index as f32 / (POINTS - 1) as f32;
            let (found, expected) = (f64::from(ours(x)), exact(f64::from(x)));
            let error = (found - expected).abs();
            assert!(
                error <= relative * expected.abs() + absolute,
                "{name}({x}) = {found}, not {expected}"
            );
        }
    }

    #[test]
    fn elementary_functions_are_right_to_the_last_digits() {
        check("exp", exp, f64::exp, [-87.0, 88.0], 2e-7, 0.0);
        check("ln", ln, f64::ln, [1e-30, 1e-3], 2e-7, 0.0);
        check("ln", ln, f64::ln, [0.01, 40.0], 1e-7, 1e-7);
        check("tanh", tanh, f64::tanh, [-20.0, 20.0], 0.0, 2e-7);
        check("tanh", tanh, f64::tanh, [-0.3, 0.3], 1.5e-6, 0.0);
        check(
            "softplus",
            softplus,
            |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
            [-30.0, 30.0],
            2e-7,
            1.2e-7,
        );
        check("sigmoid", sigmoid, |x| 1.0 / (1.0 + (-x).exp()), [-30.0, 30.0], 4e-7, 0.0);
    }

    #[test]
    fn gelu_and_its_slope() {
        fn gelu(x: f64) -> f64 {
            0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
        }
        check("gelu", |x| gelu_and_slope(x).0, gelu, [-8.0, 8.0], 1e-6, 1e-6);
        let slope = |x: f64| (gelu(x + 1e-6) - gelu(x - 1e-6)) / 2e-6;
        check("gelu'", |x| gelu_and_slope(x).1, slope, [-8.0, 8.0], 1e-6, 2e-6);
    }
}
