//! Plane-to-plane maps.

use nalgebra::{DMatrix, Matrix3, Vector3};
use serde::{Deserialize, Serialize};

/// A projective map of the plane, named by its ends, target first: `keyboard_from_image.apply(pixel)` is a place on the
/// keyboard. Serialised as three rows of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Homography(pub [[f64; 3]; 3]);

impl Homography {
    /// Every point stays where it is.
    pub const IDENTITY: Homography = Homography([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    fn matrix(&self) -> Matrix3<f64> {
        Matrix3::from_fn(|row, column| self.0[row][column])
    }

    fn from_matrix(matrix: &Matrix3<f64>) -> Homography {
        let scale = if matrix[(2, 2)].abs() > 1e-12 { 1.0 / matrix[(2, 2)] } else { 1.0 };
        Homography(std::array::from_fn(|row| {
            std::array::from_fn(|column| matrix[(row, column)] * scale)
        }))
    }

    /// Where a point goes; not finite for points on the line that maps to infinity.
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let v = self.matrix() * Vector3::new(x, y, 1.0);
        [v.x / v.z, v.y / v.z]
    }

    /// The map back, if there is one.
    pub fn inverse(&self) -> Option<Homography> {
        self.matrix().try_inverse().map(|inverse| Homography::from_matrix(&inverse))
    }

    /// `a.after(b)`: first `b`, then `a`.
    pub fn after(&self, first: &Homography) -> Homography {
        Homography::from_matrix(&(self.matrix() * first.matrix()))
    }

    /// The map that best takes each `from` to its `to` in the least-squares sense of the normalised direct linear
    /// transform (Hartley); needs four pairs, no three in a line.
    pub fn fit(pairs: &[([f64; 2], [f64; 2])]) -> Option<Homography> {
        if pairs.len() < 4 {
            return None;
        }
        let normalize = |points: Vec<[f64; 2]>| {
            let n = points.len() as f64;
            let mean = points.iter().fold([0.0, 0.0], |m, p| [m[0] + p[0] / n, m[1] + p[1] / n]);
            let spread = points.iter().map(|p| (p[0] - mean[0]).hypot(p[1] - mean[1])).sum::<f64>() / n;
            let s = std::f64::consts::SQRT_2 / spread.max(1e-12);
            let map = Matrix3::new(s, 0.0, -s * mean[0], 0.0, s, -s * mean[1], 0.0, 0.0, 1.0);
            (
                points
                    .into_iter()
                    .map(|p| [(p[0] - mean[0]) * s, (p[1] - mean[1]) * s])
                    .collect::<Vec<_>>(),
                map,
            )
        };
        let (from, from_map) = normalize(pairs.iter().map(|pair| pair.0).collect());
        let (to, to_map) = normalize(pairs.iter().map(|pair| pair.1).collect());
        let mut rows = DMatrix::zeros((2 * pairs.len()).max(9), 9);
        for (i, ([x, y], [u, v])) in from.iter().zip(&to).enumerate() {
            for (column, value) in [*x, *y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, -u].into_iter().enumerate() {
                rows[(2 * i, column)] = value;
            }
            for (column, value) in [0.0, 0.0, 0.0, *x, *y, 1.0, -v * x, -v * y, -v].into_iter().enumerate() {
                rows[(2 * i + 1, column)] = value;
            }
        }
        let svd = rows.svd(false, true);
        let v_t = svd.v_t?;
        let smallest = (0..svd.singular_values.len()).min_by(|a, b| svd.singular_values[*a].total_cmp(&svd.singular_values[*b]))?;
        let h = Matrix3::from_fn(|row, column| v_t[(smallest, 3 * row + column)]);
        let result = to_map.try_inverse()? * h * from_map;
        result
            .iter()
            .all(|value| value.is_finite())
            .then(|| Homography::from_matrix(&result))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_recovers_a_known_perspective_and_inverts() {
        let truth = Homography([[1.2, 0.1, 5.0], [-0.05, 0.9, 2.0], [1e-3, -2e-3, 1.0]]);
        let pairs: Vec<_> = [[0.0, 0.0], [10.0, 1.0], [3.0, 9.0], [8.0, 7.0], [5.0, 5.0]]
            .into_iter()
            .map(|p| (p, truth.apply(p)))
            .collect();
        let fitted = Homography::fit(&pairs).unwrap();
        for (from, to) in pairs {
            let [x, y] = fitted.apply(from);
            assert!((x - to[0]).hypot(y - to[1]) < 1e-6);
            let [x, y] = fitted.inverse().unwrap().apply(to);
            assert!((x - from[0]).hypot(y - from[1]) < 1e-6);
        }
    }
}
