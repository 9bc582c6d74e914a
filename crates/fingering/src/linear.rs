//! Small symmetric systems of equations.

/// Solves `matrix * x = right` for a symmetric positive definite matrix (Cholesky); none where it is not one.
pub(crate) fn solve<const N: usize>(matrix: &[[f64; N]; N], right: &[f64; N]) -> Option<[f64; N]> {
    let mut lower = [[0.0; N]; N];
    for row in 0..N {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            let rest = matrix[row][column] - known;
            lower[row][column] = if row == column {
                (rest > 0.0).then(|| rest.sqrt())?
            } else {
                rest / lower[column][column]
            };
        }
    }
    let mut x = *right;
    for row in 0..N {
        let known: f64 = (0..row).map(|k| lower[row][k] * x[k]).sum();
        x[row] = (x[row] - known) / lower[row][row];
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|k| lower[k][row] * x[k]).sum();
        x[row] = (x[row] - known) / lower[row][row];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_solves_and_a_singular_system_has_none() {
        let x = solve(&[[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]], &[1.0, 2.0, 3.0]).unwrap();
        assert!((4.0 * x[0] + x[1] + 0.5 * x[2] - 1.0).abs() < 1e-12);
        assert!((0.5 * x[0] + 0.2 * x[1] + 2.0 * x[2] - 3.0).abs() < 1e-12);
        assert_eq!(solve(&[[1.0, 1.0], [1.0, 1.0]], &[1.0, 1.0]), None);
    }
}
