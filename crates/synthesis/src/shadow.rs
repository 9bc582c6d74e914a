//! The soft shadow that the hands throw on the keys.

use crate::arm::Surface;
use crate::camera::{Camera, Projected};
use crate::lighting::Lighting;
use crate::raster::{Canvas, Region};

/// A shadow is soft, so one value serves this many samples along each side.
const COARSENESS: usize = 4;
/// Radius of each of three box blurs, in the shadow's own coarse samples.
const SOFTNESS: usize = 1;
const BLURS: usize = 3;
/// Light that the full shadow leaves.
const DARKEST: f32 = 0.62;

/// How much of the keys' light the hands take away, in a region of the picture.
pub struct Shadow {
    region: Region,
    width: usize,
    height: usize,
    /// 0 no shadow, 1 full.
    cover: Vec<f32>,
}

impl Shadow {
    /// The shadow on the plane of the white keys' tops; none if it falls outside the picture.
    pub fn of(hands: &[Surface], samples_camera: &Camera, lighting: &Lighting, width: usize, height: usize) -> Option<Shadow> {
        let thrown: Vec<Vec<Projected>> = hands
            .iter()
            .map(|hand| {
                hand.vertices
                    .iter()
                    .map(|v| samples_camera.project(&lighting.shadow_on_keys(v)))
                    .collect()
            })
            .collect();
        let margin = (COARSENESS * (SOFTNESS * BLURS + 1)) as f64;
        let region = Region::around(thrown.iter().flatten().map(|p| (p.x, p.y)), margin, width, height)?;
        let coarse = |[from, to]: [usize; 2]| (to - from).div_ceil(COARSENESS);
        let (coarse_width, coarse_height) = (coarse(region.columns), coarse(region.rows));
        let mut mask = Canvas::filled(coarse_width, coarse_height, [0.0; 3]);
        let all = mask.all();
        for (hand, thrown) in hands.iter().zip(&thrown) {
            let at = |corner: u32| {
                let seen = thrown[corner as usize];
                Projected {
                    x: (seen.x - region.columns[0] as f64) / COARSENESS as f64,
                    y: (seen.y - region.rows[0] as f64) / COARSENESS as f64,
                    depth: 1.0,
                }
            };
            for triangle in &hand.triangles {
                mask.triangle(triangle.map(at), [[1.0; 3]; 3], all);
            }
        }
        let mut cover: Vec<f32> = mask.light.iter().map(|light| light[0]).collect();
        for _ in 0..BLURS {
            cover = transposed(&blurred_rows(&cover, coarse_width), coarse_width);
            cover = transposed(&blurred_rows(&cover, coarse_height), coarse_height);
        }
        Some(Shadow {
            region,
            width: coarse_width,
            height: coarse_height,
            cover,
        })
    }

    /// What it can darken.
    pub fn region(&self) -> Region {
        self.region
    }

    /// Takes its light from what is drawn so far.
    pub fn darken(&self, canvas: &mut Canvas) {
        for row in self.region.rows[0]..self.region.rows[1] {
            let coarse_row = ((row - self.region.rows[0]) / COARSENESS).min(self.height - 1);
            for column in self.region.columns[0]..self.region.columns[1] {
                let coarse_column = ((column - self.region.columns[0]) / COARSENESS).min(self.width - 1);
                let cover = self.cover[coarse_row * self.width + coarse_column];
                if cover > 0.0 {
                    let factor = 1.0 - cover * (1.0 - DARKEST);
                    let light = &mut canvas.light[row * canvas.width + column];
                    *light = light.map(|channel| channel * factor);
                }
            }
        }
    }
}

fn blurred_rows(values: &[f32], width: usize) -> Vec<f32> {
    let blurred = values.chunks_exact(width).flat_map(|row| {
        (0..width).map(move |x| {
            let (from, to) = (x.saturating_sub(SOFTNESS), (x + SOFTNESS + 1).min(width));
            row[from..to].iter().sum::<f32>() / (2 * SOFTNESS + 1) as f32
        })
    });
    blurred.collect()
}

fn transposed(values: &[f32], width: usize) -> Vec<f32> {
    let height = values.len() / width;
    (0..width)
        .flat_map(|x| (0..height).map(move |y| (x, y)))
        .map(|(x, y)| values[y * width + x])
        .collect()
}
