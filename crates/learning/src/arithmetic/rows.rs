//! What is done to each row of a hidden layer beside the matrix product: bias, dropout, normalisation, activation, and back.

use super::elementary::gelu_and_slope;

/// Added to the variance, as in flax's `LayerNorm`.
const NORM_EPSILON: f32 = 1e-6;
/// Numbers summed side by side, as wide as the widest vector registers.
const LANES: usize = 16;

/// Sum of `f` over pairs.
#[inline(always)]
pub fn sum2(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            lanes[lane] += f(a[lane], b[lane]);
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| f(*a, *b)).sum();
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
    }
    lanes[0] + rest
}

/// Sum.
#[inline(always)]
pub fn sum(a: &[f32]) -> f32 {
    sum2(a, a, |a, _| a)
}

/// Adds `from` to `to`.
#[inline(always)]
pub fn add(to: &mut [f32], from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

/// Puts 0 where a row's units are dropped; `dropped` counts over all rows, `next` is where this row begins in it, and where the row after
/// begins is returned.
#[inline(always)]
pub fn drop(numbers: &mut [f32], row: usize, dropped: &[u32], mut next: usize) -> usize {
    let start = row * numbers.len();
    while let Some(unit) = dropped.get(next).map(|unit| *unit as usize - start)
        && unit < numbers.len()
    {
        numbers[unit] = 0.0;
        next += 1;
    }
    next
}

/// Takes the mean away and divides by the standard deviation; returns one over the latter.
#[inline(always)]
pub fn normalise(row: &mut [f32]) -> f32 {
    let len = row.len() as f32;
    let mean = sum(row) / len;
    let variance = sum2(row, row, |a, _| (a - mean) * (a - mean)) / len;
    let inverse_deviation = 1.0 / (variance + NORM_EPSILON).sqrt();
    for number in row {
        *number = (*number - mean) * inverse_deviation;
    }
    inverse_deviation
}

/// The gradient before [`normalise`] from that after it, in place; `normalised` is what it made.
#[inline(always)]
pub fn normalise_backward(gradient: &mut [f32], normalised: &[f32], inverse_deviation: f32) {
    let len = gradient.len() as f32;
    let mean = sum(gradient) / len;
    let along = sum2(gradient, normalised, |g, x| g * x) / len;
    for (gradient, normalised) in gradient.iter_mut().zip(normalised) {
        *gradient = inverse_deviation * (*gradient - mean - normalised * along);
    }
}

/// GELU of `scale * x + shift`, and its slope.
#[inline(always)]
pub fn activate(x: &[f32], affine: Option<(&[f32], &[f32])>, activated: &mut [f32], slope: &mut [f32]) {
    let len = x.len();
    let (activated, slope) = (&mut activated[..len], &mut slope[..len]);
    match affine {
        Some((scale, shift)) => {
            let (scale, shift) = (&scale[..len], &shift[..len]);
            for index in 0..len {
                (activated[index], slope[index]) = gelu_and_slope(x[index].mul_add(scale[index], shift[index]));
            }
        }
        None => {
            for index in 0..len {
                (activated[index], slope[index]) = gelu_and_slope(x[index]);
            }
        }
    }
}
