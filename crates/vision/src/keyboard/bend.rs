//! What a lens does to a row of keys beyond any homography.

use super::columns::{ColumnPoint, Columns};
use nalgebra::{SMatrix, SVector};

/// A smooth offset of x along the keyboard, white-key widths. Radial distortion of a straight row is a cubic up to terms that a
/// homography takes up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bend {
    middle: f64,
    half: f64,
    square: f64,
    cube: f64,
}

/// A homography's x and what the lens adds to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BentColumns {
    pub columns: Columns,
    pub bend: Bend,
}

/// Pull of the bend's terms towards none, in points: a few keys must not bend the rest of the keyboard. A square is also what tilt of
/// the camera does, so it is trusted less.
const PULL: [f64; 2] = [3.0, 0.3];
const ROUNDS: usize = 5;
const INVERSION_ROUNDS: usize = 4;

impl Bend {
    /// No bend.
    pub const NONE: Bend = Bend {
        middle: 0.0,
        half: 26.0,
        square: 0.0,
        cube: 0.0,
    };

    /// The offset at x. Beyond the points it was fitted to, the curve goes on straight: cubics do not extrapolate.
    pub fn at(&self, x: f64) -> f64 {
        let z = (x - self.middle) / self.half;
        let held = z.clamp(-1.05, 1.05);
        let slope = held * (2.0 * self.square + held * 3.0 * self.cube);
        held * held * (self.square + held * self.cube) + slope * (z - held)
    }
}

impl BentColumns {
    /// A homography alone.
    pub fn straight(columns: Columns) -> BentColumns {
        BentColumns { columns, bend: Bend::NONE }
    }

    /// x of a pixel.
    pub fn x(&self, pixel: [f64; 2]) -> f64 {
        let bent = self.columns.x(pixel);
        // The bend is a function of the true x, and changes slowly along it: each round leaves a tenth of the error.
        (0..INVERSION_ROUNDS).fold(bent, |x, _| bent - self.bend.at(x))
    }

    /// Where x lies on the line `from + s * direction`: s.
    pub fn along(&self, x: f64, from: [f64; 2], direction: [f64; 2]) -> f64 {
        self.columns.along(x + self.bend.at(x), from, direction)
    }

    /// Homography and bend together through the points, starting from a map that is right to within `tolerance` white-key widths for most of
    /// them. What lies further off has no say. `sameness` tells how many points say the same thing, being neighbours on one key.
    pub fn fit(start: BentColumns, points: &[ColumnPoint], tolerance: f64, sameness: f64) -> Option<BentColumns> {
        let mut map = start;
        for _ in 0..ROUNDS {
            let trusted: Vec<ColumnPoint> = points
                .iter()
                .filter_map(|point| {
                    let off = (map.x(point.pixel) - point.x) / tolerance;
                    let weight = point.weight * (1.0 - off * off).max(0.0).powi(2);
                    (weight > 0.0).then_some(ColumnPoint { weight, ..*point })
                })
                .collect();
            map = least_squares(&trusted, &map.columns, sameness)?;
        }
        Some(map)
    }
}

/// One weighted least-squares solution: five numbers of the homography and two of the bend, all linear once multiplied by the
/// denominator, for which the last round's serves.
fn least_squares(points: &[ColumnPoint], last: &Columns, sameness: f64) -> Option<BentColumns> {
    let total: f64 = points.iter().map(|point| point.weight).sum();
    if points.len() < 4 || total <= 0.0 {
        return None;
    }
    let mean = |value: &dyn Fn(&ColumnPoint) -> f64| points.iter().map(|p| p.weight * value(p)).sum::<f64>() / total;
    let (mx, my) = (mean(&|p| p.pixel[0]), mean(&|p| p.pixel[1]));
    let spread = mean(&|p| (p.pixel[0] - mx).powi(2) + (p.pixel[1] - my).powi(2)).sqrt().max(1e-9);
    let low = points.iter().map(|point| point.x).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|point| point.x).fold(f64::NEG_INFINITY, f64::max);
    let (middle, half) = ((low + high) / 2.0, ((high - low) / 2.0).max(1.0));
    let scale = last.depth([mx, my]);
    let mut normal = SMatrix::<f64, 7, 7>::zeros();
    let mut right = SVector::<f64, 7>::zeros();
    for point in points {
        let (u, v) = ((point.pixel[0] - mx) / spread, (point.pixel[1] - my) / spread);
        let z = (point.x - middle) / half;
        let depth = (last.depth(point.pixel) / scale).max(0.05);
        let row = SVector::<f64, 7>::from([u, v, 1.0, -z * u, -z * v, -z * z * depth, -z * z * z * depth]);
        let weight = point.weight / (depth * depth);
        normal += row * row.transpose() * weight;
        right += row * (weight * z);
    }
    for (i, pull) in [
        RIDGE * total,
        RIDGE * total,
        0.0,
        RIDGE * total,
        RIDGE * total,
        PULL[0] * sameness,
        PULL[1] * sameness,
    ]
    .into_iter()
    .enumerate()
    {
        normal[(i, i)] += pull;
    }
    let solution = normal.cholesky()?.solve(&right);
    if !solution.iter().all(|value| value.is_finite()) {
        return None;
    }
    let row = |a: f64, b: f64, c: f64| [a / spread, b / spread, c - (a * mx + b * my) / spread];
    let depth = row(solution[3], solution[4], 1.0);
    let across = row(solution[0], solution[1], solution[2]);
    let columns = Columns {
        across: std::array::from_fn(|i| half * across[i] + middle * depth[i]),
        depth,
    };
    let bend = Bend {
        middle,
        half,
        square: half * solution[5],
        cube: half * solution[6],
    };
    // A vanishing line through the points themselves cannot come from a camera that sees them.
    points
        .iter()
        .all(|point| columns.depth(point.pixel) > 0.05)
        .then_some(BentColumns { columns, bend })
}

/// Pull towards an affine map, a share of all points: small against any real perspective, large against rounding. It settles the directions
/// in which the points do not spread, as when all lie on one line.
const RIDGE: f64 = 1e-7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bent_row_is_followed_past_outliers_and_goes_on_straight() {
        let truth = |x: f64| {
            let z = (x - 26.0) / 26.0;
            let bent = z - 0.06 * z * z * z;
            600.0 * bent / (1.0 + 0.1 * bent)
        };
        let mut points: Vec<ColumnPoint> = (0..=52)
            .map(f64::from)
            .map(|x| ColumnPoint {
                pixel: [truth(x), 100.0],
                x,
                weight: 1.0,
            })
            .collect();
        for point in &mut points[20..26] {
            point.x += 0.6;
        }
        let start = BentColumns::straight(Columns::fit(&points).unwrap());
        let map = BentColumns::fit(BentColumns::fit(start, &points, 2.0, 0.1).unwrap(), &points, 0.25, 0.1).unwrap();
        for x in [0.0, 6.0, 22.0, 40.0, 52.0] {
            let found = map.x([truth(x), 100.0]);
            assert!((found - x).abs() < 0.03, "{x}: {found}");
            let s = map.along(x, [0.0, 100.0], [1.0, 0.0]);
            assert!((s - truth(x)).abs() < 1.0, "{x}: {s}");
        }
        let bend = map.bend;
        assert!(((bend.at(64.0) - bend.at(62.0)) - (bend.at(62.0) - bend.at(60.0))).abs() < 1e-9);
    }
}
