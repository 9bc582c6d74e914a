//! Which place along the keyboard a pixel belongs to: the rows of the homography that give x.

use nalgebra::{SMatrix, SVector};

/// `x = (across · pixel) / (depth · pixel)`: the first and third row of a homography. Pictures of points whose x is known but
/// not their y fix exactly these two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Columns {
    pub across: [f64; 3],
    pub depth: [f64; 3],
}

/// A pixel whose x along the keyboard is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnPoint {
    pub pixel: [f64; 2],
    pub x: f64,
    pub weight: f64,
}

fn dot(row: &[f64; 3], [x, y]: [f64; 2]) -> f64 {
    row[0] * x + row[1] * y + row[2]
}

impl Columns {
    /// x of a pixel.
    pub fn x(&self, pixel: [f64; 2]) -> f64 {
        dot(&self.across, pixel) / dot(&self.depth, pixel)
    }

    /// The denominator of x: 1 in the middle of the fitted points, smaller or larger with distance from the camera, never 0 on the keyboard.
    pub fn depth(&self, pixel: [f64; 2]) -> f64 {
        dot(&self.depth, pixel)
    }

    /// Where x lies on the line `from + s * direction`: s.
    pub fn along(&self, x: f64, from: [f64; 2], direction: [f64; 2]) -> f64 {
        let row: [f64; 3] = std::array::from_fn(|i| self.across[i] - x * self.depth[i]);
        -dot(&row, from) / (row[0] * direction[0] + row[1] * direction[1])
    }

    /// Pixels to a white-key width at a pixel, along a direction of unit length.
    pub fn unit(&self, pixel: [f64; 2], direction: [f64; 2]) -> f64 {
        let ahead = [pixel[0] + 0.5 * direction[0], pixel[1] + 0.5 * direction[1]];
        let behind = [pixel[0] - 0.5 * direction[0], pixel[1] - 0.5 * direction[1]];
        1.0 / (self.x(ahead) - self.x(behind)).abs().max(1e-9)
    }

    /// The weighted least-squares fit, in white-key widths; none if the points leave it open. Directions in which the points do not
    /// spread (a single line of them) keep x constant, because of a small pull towards an affine map.
    pub fn fit(points: &[ColumnPoint]) -> Option<Columns> {
        let total: f64 = points.iter().map(|point| point.weight).sum();
        if points.len() < 4 || total <= 0.0 {
            return None;
        }
        let mean = |value: &dyn Fn(&ColumnPoint) -> f64| points.iter().map(|p| p.weight * value(p)).sum::<f64>() / total;
        let (mx, my, mk) = (mean(&|p| p.pixel[0]), mean(&|p| p.pixel[1]), mean(&|p| p.x));
        let spread = mean(&|p| (p.pixel[0] - mx).powi(2) + (p.pixel[1] - my).powi(2)).sqrt().max(1e-9);
        let spread_x = mean(&|p| (p.x - mk).powi(2)).sqrt().max(1e-9);
        let mut depth = [0.0; 2];
        let mut solution = SVector::<f64, 5>::zeros();
        // Dividing by the last round's denominator turns the algebraic error into the error of x.
        for _ in 0..3 {
            let mut normal = SMatrix::<f64, 5, 5>::zeros();
            let mut right = SVector::<f64, 5>::zeros();
            for point in points {
                let (u, v) = ((point.pixel[0] - mx) / spread, (point.pixel[1] - my) / spread);
                let k = (point.x - mk) / spread_x;
                let w = point.weight / total / (1.0 + depth[0] * u + depth[1] * v).powi(2).max(1e-3);
                let row = SVector::<f64, 5>::from([u, v, 1.0, -k * u, -k * v]);
                normal += row * row.transpose() * w;
                right += row * (w * k);
            }
            for i in 0..5 {
                normal[(i, i)] += if i == 2 { 1e-12 } else { RIDGE };
            }
            solution = normal.cholesky()?.solve(&right);
            depth = [solution[3], solution[4]];
        }
        if !solution.iter().all(|value| value.is_finite()) {
            return None;
        }
        let denominator = [depth[0] / spread, depth[1] / spread, 1.0 - (depth[0] * mx + depth[1] * my) / spread];
        let numerator = [
            solution[0] / spread,
            solution[1] / spread,
            solution[2] - (solution[0] * mx + solution[1] * my) / spread,
        ];
        let columns = Columns {
            across: std::array::from_fn(|i| spread_x * numerator[i] + mk * denominator[i]),
            depth: denominator,
        };
        // A vanishing line through the points themselves cannot come from a camera that sees them.
        points.iter().all(|point| columns.depth(point.pixel) > 0.05).then_some(columns)
    }
}

/// Pull towards an affine map, relative to points spread by 1: small against any real perspective, large against rounding.
const RIDGE: f64 = 1e-7;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Homography;

    #[test]
    fn known_columns_are_recovered_and_followed_back() {
        let truth = Homography([[0.04, 0.003, -1.0], [0.001, 0.01, 0.0], [1e-4, -2e-4, 1.0]]);
        let points: Vec<ColumnPoint> = (0..60)
            .map(|i| [f64::from(i * 20), f64::from((i * 7) % 40) + 200.0])
            .map(|pixel| ColumnPoint {
                pixel,
                x: truth.apply(pixel)[0],
                weight: 1.0,
            })
            .collect();
        let columns = Columns::fit(&points).unwrap();
        let pixel = [500.0, 215.0];
        assert!((columns.x(pixel) - truth.apply(pixel)[0]).abs() < 1e-4);
        assert!((columns.along(columns.x([640.0, 215.0]), pixel, [1.0, 0.0]) - 140.0).abs() < 1e-6);
    }

    #[test]
    fn a_single_line_of_points_leaves_x_constant_across_it() {
        let points: Vec<ColumnPoint> = (0..20)
            .map(|i| ColumnPoint {
                pixel: [f64::from(i * 30), 100.0],
                x: f64::from(i),
                weight: 1.0,
            })
            .collect();
        let columns = Columns::fit(&points).unwrap();
        assert!((columns.x([300.0, 100.0]) - columns.x([300.0, 140.0])).abs() < 1e-3);
    }
}
