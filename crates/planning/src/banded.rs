//! Symmetric systems of equations whose numbers lie near the diagonal, solved in time proportional to their length.

/// A symmetric matrix with zeros beyond `half_width` from the diagonal. Row i keeps columns i - half_width to i.
#[derive(Clone, Debug)]
pub struct BandedMatrix {
    half_width: usize,
    rows: Vec<f64>,
}

impl BandedMatrix {
    /// All zeros.
    pub fn zeros(size: usize, half_width: usize) -> BandedMatrix {
        BandedMatrix {
            half_width,
            rows: vec![0.0; size * (half_width + 1)],
        }
    }

    /// Back to zeros.
    pub fn clear(&mut self) {
        self.rows.fill(0.0);
    }

    /// Number of rows.
    pub fn size(&self) -> usize {
        self.rows.len() / (self.half_width + 1)
    }

    /// The number at a row and a column not right of the diagonal, for changing. Panics outside the band.
    pub fn at(&mut self, row: usize, column: usize) -> &mut f64 {
        assert!(
            column <= row && row - column <= self.half_width,
            "({row}, {column}) is outside the band"
        );
        let width = self.half_width + 1;
        &mut self.rows[row * width + self.half_width - (row - column)]
    }

    /// Solves for one right side, in place; the matrix is replaced by its Cholesky factor. False where it is not positive definite.
    pub fn solve(&mut self, side: &mut [f64]) -> bool {
        if !self.factor() {
            return false;
        }
        let (width, band) = (self.half_width + 1, self.half_width);
        let size = self.size();
        for row in 0..size {
            let first = row.saturating_sub(band);
            let own = &self.rows[row * width..(row + 1) * width];
            let known = dot(&own[band - (row - first)..band], &side[first..row]);
            side[row] = (side[row] - known) / own[band];
        }
        for row in (0..size).rev() {
            let first = row.saturating_sub(band);
            let own = &self.rows[row * width..(row + 1) * width];
            let (before, rest) = side.split_at_mut(row);
            rest[0] /= own[band];
            for (number, factor) in before[first..].iter_mut().zip(&own[band - (row - first)..band]) {
                *number -= factor * rest[0];
            }
        }
        true
    }

    fn factor(&mut self) -> bool {
        let (width, band) = (self.half_width + 1, self.half_width);
        for row in 0..self.size() {
            let first = row.saturating_sub(band);
            let (above, own) = self.rows.split_at_mut(row * width);
            let own = &mut own[..width];
            for column in first..row {
                let other = &above[column * width..(column + 1) * width];
                // Both rows from the first column that both have.
                let start = first.max(column.saturating_sub(band));
                let known = dot(
                    &own[band - (row - start)..band - (row - column)],
                    &other[band - (column - start)..band],
                );
                let place = band - (row - column);
                own[place] = (own[place] - known) / other[band];
            }
            let rest = own[band] - dot(&own[band - (row - first)..band], &own[band - (row - first)..band]);
            if !(rest > 0.0 && rest.is_finite()) {
                return false;
            }
            own[band] = rest.sqrt();
        }
        true
    }
}

/// In four sums, so that the compiler may add several products at once.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let (one_chunks, one_rest) = one.as_chunks::<4>();
    let (other_chunks, other_rest) = other.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (one, other) in one_chunks.iter().zip(other_chunks) {
        for (sum, (one, other)) in sums.iter_mut().zip(one.iter().zip(other)) {
            *sum += one * other;
        }
    }
    let rest: f64 = one_rest.iter().zip(other_rest).map(|(one, other)| one * other).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_solves_its_equations() {
        let (size, band) = (40, 5);
        let mut matrix = BandedMatrix::zeros(size, band);
        for row in 0..size {
            for column in row.saturating_sub(band)..row {
                *matrix.at(row, column) = ((row * 7 + column * 3) % 11) as f64 / 11.0 - 0.5;
            }
            *matrix.at(row, row) = 8.0;
        }
        let side: Vec<f64> = (0..size).map(|row| (row % 7) as f64 - 3.0).collect();
        let (mut factored, mut solution) = (matrix.clone(), side.clone());
        assert!(factored.solve(&mut solution));
        for (row, right) in side.iter().enumerate() {
            let near = row.saturating_sub(band)..(row + band + 1).min(size);
            let left: f64 = near
                .map(|column| *matrix.at(row.max(column), row.min(column)) * solution[column])
                .sum();
            assert!((left - right).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_not_positive_definite_is_not_solved() {
        let mut matrix = BandedMatrix::zeros(2, 1);
        *matrix.at(0, 0) = 1.0;
        *matrix.at(1, 0) = 2.0;
        *matrix.at(1, 1) = 1.0;
        assert!(!matrix.solve(&mut [1.0, 1.0]));
    }
}
