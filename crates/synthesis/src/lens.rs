//! From samples of light to the bytes of a picture: averaging, a slight blur, darker corners, exposure and sensor noise.

use crate::raster::{Canvas, Light, Region};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vision::Frame;

/// What distinguishes one clip's pictures from another's.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Optics {
    /// Share of each pixel's light that goes to each of its four neighbours, 0 to 0.2.
    pub blur: f64,
    /// Standard deviation of the sensor's noise, of 255.
    pub noise: f64,
    /// How much more light the right and the lower edge get than the left and the upper, of the mean: no room is lit evenly.
    pub light_slope: [f64; 2],
}

/// What the camera's optics and sensor do to a picture.
#[derive(Clone, Debug)]
pub struct Lens {
    optics: Optics,
    /// A long run of normal deviates, reused from another place in every row of every picture.
    noise: Vec<f32>,
    seed: u64,
    /// Focal length, pixels.
    focal: f32,
}

/// Deviates drawn once for all pictures; a prime, so that rows do not repeat against each other.
const NOISE_LENGTH: usize = 65_521;

impl Lens {
    /// A lens of this focal length in pixels, whose noise comes from a seed.
    pub fn new(optics: Optics, focal_pixels: f64, seed: u64) -> Lens {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        // The sum of four uniform numbers is as good a bell as a sensor's.
        let deviate = || {
            let sum: f32 = (0..4).map(|_| generator.random::<f32>()).sum();
            (sum - 2.0) * 3.0_f32.sqrt() * optics.noise as f32
        };
        Lens {
            optics,
            noise: std::iter::repeat_with(deviate).take(NOISE_LENGTH).collect(),
            seed,
            focal: focal_pixels as f32,
        }
    }

    /// Pixels around a place that its light reaches.
    pub fn reach(&self) -> usize {
        1
    }

    /// The pixels of a region of a canvas that has `samples` samples along each pixel's side; the region's bounds are
    /// multiples of it. Row by row.
    pub fn resolve(&self, canvas: &Canvas, samples: usize, region: Region) -> Vec<Light> {
        let [columns, rows] = [region.columns, region.rows].map(|[from, to]| [from / samples, to.div_ceil(samples)]);
        let (width, height) = (columns[1] - columns[0], rows[1] - rows[0]);
        let mut mean = Vec::with_capacity(width * height);
        for row in rows[0]..rows[1] {
            for column in columns[0]..columns[1] {
                let mut sum = [0.0_f32; 3];
                for y in row * samples..(row + 1) * samples {
                    for light in &canvas.light[y * canvas.width + column * samples..y * canvas.width + (column + 1) * samples] {
                        (0..3).for_each(|k| sum[k] += light[k].min(1.2));
                    }
                }
                mean.push(sum.map(|channel| channel / (samples * samples) as f32));
            }
        }
        self.blurred(&mean, width, height)
    }

    fn blurred(&self, pixels: &[Light], width: usize, height: usize) -> Vec<Light> {
        let at = |x: usize, y: usize| pixels[y * width + x];
        let other = self.optics.blur.clamp(0.0, 0.2) as f32;
        let own = 1.0 - 4.0 * other;
        let mut blurred = Vec::with_capacity(pixels.len());
        for y in 0..height {
            for x in 0..width {
                let (left, right) = (at(x.saturating_sub(1), y), at((x + 1).min(width - 1), y));
                let (above, below) = (at(x, y.saturating_sub(1)), at(x, (y + 1).min(height - 1)));
                let center = at(x, y);
                blurred.push(std::array::from_fn(|k| {
                    own * center[k] + other * (left[k] + right[k] + above[k] + below[k])
                }));
            }
        }
        blurred
    }

    /// The finished picture with this number: bytes, with noise of its own.
    pub fn expose(&self, pixels: &[Light], width: usize, height: usize, number: usize) -> Frame {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed ^ (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut rgb = Vec::with_capacity(3 * pixels.len());
        for (y, row) in pixels.chunks_exact(width).enumerate() {
            let start = generator.random_range(0..NOISE_LENGTH);
            let [right, down] = self.optics.light_slope.map(|slope| slope as f32);
            let mut noise = self.noise.iter().cycle().skip(start);
            for (x, light) in row.iter().enumerate() {
                let lit = 1.0 + right * (x as f32 / width as f32 - 0.5) + down * (y as f32 / height as f32 - 0.5);
                let gain = 255.0 * lit * self.vignetting(x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
                rgb.extend(
                    light
                        .iter()
                        .zip(&mut noise)
                        .map(|(light, noise)| (gain * light + noise + 0.5).clamp(0.0, 255.0) as u8),
                );
            }
        }
        Frame { width, height, rgb }
    }

    /// What is left of the light this far from the picture's middle: a simple lens keeps the fourth power of the cosine of the
    /// field angle, and cameras correct about half of that.
    fn vignetting(&self, x: f32, y: f32) -> f32 {
        1.0 / (1.0 + (x * x + y * y) / (self.focal * self.focal))
    }
}
