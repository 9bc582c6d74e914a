//! Products of matrices, by the library `gemm`, which measured fastest per thread on a CPU.

use gemm::Parallelism;

/// A matrix in a slice, read by rows or, turned round, by columns.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    numbers: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Rows of `columns` numbers, one after another.
    pub fn new(numbers: &'a [f32], rows: usize, columns: usize) -> Matrix<'a> {
        Matrix::strided(numbers, rows, columns, columns)
    }

    /// Rows of `columns` numbers, the next one `stride` numbers after the last.
    pub fn strided(numbers: &'a [f32], rows: usize, columns: usize, stride: usize) -> Matrix<'a> {
        let end = if rows == 0 || columns == 0 {
            0
        } else {
            (rows - 1) * stride + columns
        };
        assert!(
            columns <= stride.max(columns) && end <= numbers.len(),
            "a matrix lies within its numbers"
        );
        Matrix {
            numbers,
            rows,
            columns,
            row_stride: stride,
            column_stride: 1,
        }
    }

    /// Rows as columns.
    pub fn transposed(self) -> Matrix<'a> {
        Matrix {
            numbers: self.numbers,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

/// Whether a product replaces what was there or is added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Into {
    /// Replaces.
    Replace,
    /// Adds.
    Add,
}

/// `left right`, written by rows to `product`, on the calling thread.
#[expect(unsafe_code, reason = "gemm takes pointers; the bounds are checked above the call")]
pub fn multiply(product: &mut [f32], how: Into, left: Matrix<'_>, right: Matrix<'_>) {
    assert_eq!(left.columns, right.rows, "as many columns on the left as rows on the right");
    assert_eq!(
        product.len(),
        left.rows * right.columns,
        "a product has the left's rows and the right's columns"
    );
    if product.is_empty() {
        return;
    }
    if left.columns == 0 {
        if how == Into::Replace {
            product.fill(0.0);
        }
        return;
    }
    // SAFETY: `Matrix` holds only what lies within its slice (checked in `strided`, kept by `transposed`), the inner lengths agree, and
    // `product` has exactly rows times columns numbers, borrowed for writing alone.
    unsafe {
        gemm::gemm(
            left.rows,
            right.columns,
            left.columns,
            product.as_mut_ptr(),
            1,
            right.columns as isize,
            how == Into::Add,
            left.numbers.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.numbers.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            1.0f32,
            1.0f32,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_by_hand() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 0.0, -1.0, 2.0, 0.5, 1.0]);
        let mut product = [0.0; 4];
        multiply(&mut product, Into::Replace, Matrix::new(&a, 2, 3), Matrix::new(&b, 3, 2));
        assert_eq!(product, [0.5, 7.0, 2.0, 16.0]);
        multiply(&mut product, Into::Add, Matrix::new(&a, 2, 3), Matrix::new(&b, 3, 2));
        assert_eq!(product, [1.0, 14.0, 4.0, 32.0]);
        // The first two of each row of three, against themselves turned round.
        let narrow = Matrix::strided(&a, 2, 2, 3);
        multiply(&mut product, Into::Replace, narrow, narrow.transposed());
        assert_eq!(product, [5.0, 14.0, 14.0, 41.0]);
    }

    #[test]
    fn an_empty_sum_is_zero() {
        let mut product = [3.0; 2];
        multiply(&mut product, Into::Replace, Matrix::new(&[], 2, 0), Matrix::new(&[], 0, 1));
        assert_eq!(product, [0.0; 2]);
    }
}
