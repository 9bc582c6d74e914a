//! Position embeddings: what the network adds so that it knows time, frequency and symbol. They depend on weights alone, so they are
//! computed once, when the graph is written.

use checkpoints::{Checkpoint, CheckpointError};

/// A learned embedding of coordinates: cosines of a linear map, through a perceptron with one hidden layer.
pub struct PositionEmbedding {
    coordinates: usize,
    size: usize,
    projection: Vec<f32>,
    phase: Vec<f32>,
    hidden: Vec<f32>,
    hidden_bias: Vec<f32>,
    output: Vec<f32>,
    output_bias: Vec<f32>,
}

/// The hidden layer is this many times as wide as the embedding.
const HIDDEN_FACTOR: usize = 4;

impl PositionEmbedding {
    /// Reads the embedding called `name`, of `size` numbers for `coordinates` coordinates.
    pub fn read(checkpoint: &mut dyn Checkpoint, name: &str, coordinates: usize, size: usize) -> Result<Self, CheckpointError> {
        let hidden = HIDDEN_FACTOR * size;
        Ok(PositionEmbedding {
            coordinates,
            size,
            projection: checkpoint.floats(&format!("{name}.proj.weight"), &[size, coordinates])?,
            phase: checkpoint.floats(&format!("{name}.proj.bias"), &[size])?,
            hidden: checkpoint.floats(&format!("{name}.mlp.0.weight"), &[hidden, size])?,
            hidden_bias: checkpoint.floats(&format!("{name}.mlp.0.bias"), &[hidden])?,
            output: checkpoint.floats(&format!("{name}.mlp.3.weight"), &[size, hidden])?,
            output_bias: checkpoint.floats(&format!("{name}.mlp.3.bias"), &[size])?,
        })
    }

    /// The embedding of one point.
    pub fn at(&self, point: &[f32]) -> Vec<f32> {
        let gain = 1.0 / (self.size as f32 / 2.0).sqrt();
        let waves: Vec<f32> = self
            .projection
            .chunks_exact(self.coordinates)
            .zip(&self.phase)
            .map(|(row, phase)| gain * (dot(row, point) + phase).cos())
            .collect();
        let hidden: Vec<f32> = linear(&self.hidden, &self.hidden_bias, &waves).map(gelu).collect();
        linear(&self.output, &self.output_bias, &hidden).collect()
    }
}

/// `weights x + bias`, the weights row by row.
fn linear<'a>(weights: &'a [f32], bias: &'a [f32], x: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
    weights.chunks_exact(x.len()).zip(bias).map(move |(row, bias)| dot(row, x) + bias)
}

/// Sixteen sums side by side, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 16];
    let (a, b) = (a.chunks(16), b.chunks(16));
    for (a, b) in a.zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

/// The Gaussian error linear unit, exact to single precision.
fn gelu(x: f32) -> f32 {
    (0.5 * f64::from(x) * (1.0 + erf(f64::from(x) / std::f64::consts::SQRT_2))) as f32
}

/// The error function; Abramowitz and Stegun 7.1.6 near zero, and 7.1.14's continued fraction further out.
fn erf(x: f64) -> f64 {
    let (size, scale) = (x.abs(), std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp());
    if size < 2.5 {
        let mut term = x;
        let mut sum = x;
        for n in 1..60 {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
        }
        return scale * sum;
    }
    let mut fraction = 0.0;
    for n in (1..40).rev() {
        fraction = f64::from(n) / 2.0 / (size + fraction);
    }
    x.signum() * (1.0 - scale / 2.0 / (size + fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_the_tabulated_one() {
        for (x, expected) in [
            (0.0, 0.0),
            (0.5, 0.520_499_877_8),
            (1.0, 0.842_700_792_9),
            (-2.0, -0.995_322_265_0),
            (2.5, 0.999_593_047_98),
            (3.0, 0.999_977_909_5),
            (40.0, 1.0),
        ] {
            assert!((erf(x) - expected).abs() < 1e-9, "{x}: {}", erf(x));
        }
    }
}
