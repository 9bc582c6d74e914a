//! Triangles into samples: a z-buffer.

use crate::camera::Projected;

/// A colour as light: red, green, blue, 0 to 1 and sometimes above.
pub type Light = [f32; 3];

/// Samples of light with their distance from the camera.
#[derive(Clone, Debug)]
pub struct Canvas {
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Light of each sample.
    pub light: Vec<Light>,
    /// Distance of each sample along the camera's axis, meters.
    pub depth: Vec<f32>,
}

/// A part of a canvas: columns and rows, the ends left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First and past-the-last column.
    pub columns: [usize; 2],
    /// First and past-the-last row.
    pub rows: [usize; 2],
}

impl Region {
    /// The part of a canvas of this size that holds all points, with some samples around them; none if nothing does.
    pub fn around(points: impl IntoIterator<Item = (f64, f64)>, margin: f64, width: usize, height: usize) -> Option<Region> {
        let mut bounds = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
        for (x, y) in points {
            bounds = [bounds[0].min(x), bounds[1].max(x), bounds[2].min(y), bounds[3].max(y)];
        }
        // Casting saturates, so far-away points end at the canvas' edge.
        let span = |low: f64, high: f64, size: usize| {
            let first = (low - margin).floor().max(0.0) as usize;
            [first, ((high + margin).ceil().max(0.0) as usize).saturating_add(1).min(size)]
        };
        let (columns, rows) = (span(bounds[0], bounds[1], width), span(bounds[2], bounds[3], height));
        (columns[0] < columns[1] && rows[0] < rows[1]).then_some(Region { columns, rows })
    }

    /// The smallest region that holds both.
    pub fn union(self, other: Region) -> Region {
        let join = |a: [usize; 2], b: [usize; 2]| [a[0].min(b[0]), a[1].max(b[1])];
        Region {
            columns: join(self.columns, other.columns),
            rows: join(self.rows, other.rows),
        }
    }
}

impl Canvas {
    /// A canvas of one colour, infinitely far away.
    pub fn filled(width: usize, height: usize, light: Light) -> Canvas {
        Canvas {
            width,
            height,
            light: vec![light; width * height],
            depth: vec![f32::INFINITY; width * height],
        }
    }

    /// The whole of it.
    pub fn all(&self) -> Region {
        Region {
            columns: [0, self.width],
            rows: [0, self.height],
        }
    }

    /// Copies a region from a canvas of the same size.
    pub fn copy_from(&mut self, other: &Canvas, region: Region) {
        for row in region.rows[0]..region.rows[1] {
            let span = row * self.width + region.columns[0]..row * self.width + region.columns[1];
            self.light[span.clone()].copy_from_slice(&other.light[span.clone()]);
            self.depth[span.clone()].copy_from_slice(&other.depth[span]);
        }
    }

    /// Draws a triangle where it is nearer than what is there; the corners' lights blend across it.
    pub fn triangle(&mut self, corners: [Projected; 3], lights: [Light; 3], region: Region) {
        self.cover(corners, region, |light, depth, [a, b, c], nearness| {
            if 1.0 / nearness < *depth {
                *depth = 1.0 / nearness;
                *light = std::array::from_fn(|k| a * lights[0][k] + b * lights[1][k] + c * lights[2][k]);
            }
        });
    }

    /// Darkens (or lightens) what is there and lies no nearer than the triangle: shadows thrown on a plane.
    pub fn shade(&mut self, corners: [Projected; 3], factor: f32, region: Region) {
        /// Planes and what lies in them differ by rounding, meters.
        const SAME_PLANE: f32 = 5e-4;
        self.cover(corners, region, |light, depth, _, nearness| {
            if (1.0 / nearness - *depth).abs() < SAME_PLANE {
                *light = light.map(|channel| channel * factor);
            }
        });
    }

    /// Visits the samples inside a triangle with their barycentric weights and 1 / distance.
    fn cover(&mut self, corners: [Projected; 3], region: Region, mut visit: impl FnMut(&mut Light, &mut f32, [f32; 3], f32)) {
        if corners.iter().any(|corner| corner.depth.is_nan() || corner.depth <= 0.0) {
            return;
        }
        let [p, q, r] = corners;
        let area = (q.x - p.x) * (r.y - p.y) - (r.x - p.x) * (q.y - p.y);
        let within = Region::around(corners.map(|c| (c.x, c.y)), 0.0, self.width, self.height);
        let Some(bounds) = within.filter(|_| area.abs() > 1e-9) else {
            return;
        };
        let columns = [bounds.columns[0].max(region.columns[0]), bounds.columns[1].min(region.columns[1])];
        let rows = [bounds.rows[0].max(region.rows[0]), bounds.rows[1].min(region.rows[1])];
        let near = corners.map(|corner| (1.0 / corner.depth) as f32);
        let step_b = ((r.y - p.y) / area) as f32;
        let step_c = (-(q.y - p.y) / area) as f32;
        for row in rows[0]..rows[1] {
            let (x, y) = (columns[0] as f64 - p.x, row as f64 - p.y);
            let mut b = ((x * (r.y - p.y) - (r.x - p.x) * y) / area) as f32;
            let mut c = (((q.x - p.x) * y - x * (q.y - p.y)) / area) as f32;
            let start = row * self.width;
            for at in start + columns[0]..start + columns[1].max(columns[0]) {
                let a = 1.0 - b - c;
                if a >= -1e-6 && b >= -1e-6 && c >= -1e-6 {
                    let nearness = a * near[0] + b * near[1] + c * near[2];
                    visit(&mut self.light[at], &mut self.depth[at], [a, b, c], nearness);
                }
                b += step_b;
                c += step_c;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner(x: f64, y: f64, depth: f64) -> Projected {
        Projected { x, y, depth }
    }

    #[test]
    fn the_nearer_triangle_stays_whatever_the_order() {
        let far = [corner(-1.0, -1.0, 2.0), corner(20.0, -1.0, 2.0), corner(-1.0, 20.0, 2.0)];
        let near = far.map(|c| corner(c.x, c.y, 1.0));
        for order in [[(far, 0.2), (near, 0.9)], [(near, 0.9), (far, 0.2)]] {
            let mut canvas = Canvas::filled(8, 8, [0.0; 3]);
            for (corners, light) in order {
                canvas.triangle(corners, [[light; 3]; 3], canvas.all());
            }
            assert!((canvas.light[9][0] - 0.9).abs() < 1e-6);
        }
    }

    #[test]
    fn nothing_is_drawn_outside_the_region_or_behind_the_camera() {
        let mut canvas = Canvas::filled(8, 8, [0.0; 3]);
        let region = Region {
            columns: [2, 4],
            rows: [0, 8],
        };
        let corners = [corner(-9.0, -9.0, 1.0), corner(40.0, -9.0, 1.0), corner(-9.0, 40.0, 1.0)];
        canvas.triangle(corners, [[1.0; 3]; 3], region);
        assert_eq!(canvas.light.iter().filter(|light| light[0] > 0.5).count(), 16);
        let behind = [corners[0], corners[1], corner(-9.0, 40.0, -1.0)];
        let mut canvas = Canvas::filled(8, 8, [0.0; 3]);
        canvas.triangle(behind, [[1.0; 3]; 3], canvas.all());
        assert!(canvas.light.iter().all(|light| light[0] == 0.0));
    }
}
