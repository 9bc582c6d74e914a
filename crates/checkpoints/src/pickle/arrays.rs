//! NumPy arrays, SciPy's sparse matrices and chumpy's arrays in pickles.

use super::View;
use crate::tensor::{gather, numbers_of, size_bytes};
use crate::{CheckpointError, ElementType, Tensor};
use std::borrow::Cow;

/// chumpy wraps arrays in arrays (`Select` of `Ch` of an array); published models have two layers.
const CHUMPY_LAYERS_MAX: usize = 8;

/// A matrix of which only numbers other than zero are kept, column by column (SciPy's `csc_matrix`).
#[derive(Clone, Debug, PartialEq)]
pub struct SparseMatrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// Row, column and number, column by column.
    pub entries: Vec<(usize, usize, f64)>,
}

impl SparseMatrix {
    /// All numbers, row by row; none if they would be beyond reason.
    pub fn to_dense(&self) -> Option<Vec<f64>> {
        let mut dense = vec![0.0; numbers_of(&[self.rows, self.columns])?];
        for (row, column, number) in &self.entries {
            dense[row * self.columns + column] += number;
        }
        Some(dense)
    }
}

impl View<'_> {
    /// The array this value is: a NumPy array or scalar, a chumpy array whose numbers stand in the pickle, or a number. `name` is for
    /// refusals.
    pub fn array(self, name: &str) -> Result<Tensor, CheckpointError> {
        let mut view = self;
        for _ in 0..CHUMPY_LAYERS_MAX {
            match view.class().as_deref() {
                Some("numpy.core.multiarray._reconstruct" | "numpy._core.multiarray._reconstruct") => return numpy_array(view, name),
                Some("numpy.core.multiarray.scalar" | "numpy._core.multiarray.scalar") => return numpy_scalar(view, name),
                // A chumpy array keeps its numbers as `x`. Other classes of chumpy compute theirs, and are refused by name below.
                Some("chumpy.ch.Ch") => {
                    view = view
                        .state()
                        .and_then(|state| state.get("x"))
                        .ok_or_else(|| CheckpointError::refused(name, "a chumpy array without numbers"))?;
                }
                Some(class) => return Err(CheckpointError::refused(name, format!("objects of class {class} are not known"))),
                None => return number(view, name),
            }
        }
        Err(CheckpointError::refused(name, "chumpy arrays are nested too deep"))
    }

    /// The sparse matrix this value is (SciPy's `csc_matrix`). `name` is for refusals.
    pub fn sparse(self, name: &str) -> Result<SparseMatrix, CheckpointError> {
        let class = self.class().unwrap_or_default();
        if !matches!(
            class.as_str(),
            "scipy.sparse.csc.csc_matrix" | "scipy.sparse._csc.csc_matrix" | "scipy.sparse._csc.csc_array"
        ) {
            let what = self.describe();
            return Err(CheckpointError::refused(
                name,
                format!("{what} is not a sparse matrix kept by columns"),
            ));
        }
        let state = self.state().ok_or_else(|| CheckpointError::CutOff(name.to_owned()))?;
        let part = |key: &str| {
            state
                .get(key)
                .ok_or_else(|| CheckpointError::refused(name, format!("it has no {key}")))
        };
        let shape = part("_shape")?.lengths().unwrap_or_default();
        let integers = |key: &str| -> Result<Vec<i64>, CheckpointError> {
            let array = part(key)?.array(name)?;
            array
                .to_integers()
                .ok_or_else(|| CheckpointError::refused(name, format!("{key} are no whole numbers")))
        };
        let (starts, rows) = (integers("indptr")?, integers("indices")?);
        let numbers = part("data")?.array(name)?.to_doubles();
        entries(&shape, &starts, &rows, &numbers).ok_or_else(|| CheckpointError::refused(name, "its indices leave the matrix"))
    }
}

/// Checks every index; none if one is wrong.
fn entries(shape: &[usize], starts: &[i64], row_of: &[i64], numbers: &[f64]) -> Option<SparseMatrix> {
    let &[rows, columns] = shape else { return None };
    if starts.len() != columns.checked_add(1)? || row_of.len() != numbers.len() {
        return None;
    }
    let mut entries = Vec::with_capacity(numbers.len());
    let mut next = 0;
    for (column, ends) in starts.windows(2).enumerate() {
        let (from, to) = (usize::try_from(ends[0]).ok()?, usize::try_from(ends[1]).ok()?);
        // Columns follow one another, so nothing is taken twice.
        if from != next || to < from {
            return None;
        }
        for (row, number) in row_of.get(from..to)?.iter().zip(&numbers[from..to]) {
            let row = usize::try_from(*row).ok().filter(|row| *row < rows)?;
            entries.push((row, column, *number));
        }
        next = to;
    }
    (next == numbers.len()).then_some(SparseMatrix { rows, columns, entries })
}

fn number(view: View<'_>, name: &str) -> Result<Tensor, CheckpointError> {
    match (view.int(), view.float()) {
        (Some(int), _) => Tensor::new(name, ElementType::I64, vec![], int.to_le_bytes().to_vec()),
        (None, Some(float)) => Tensor::new(name, ElementType::F64, vec![], float.to_le_bytes().to_vec()),
        (None, None) => Err(CheckpointError::refused(name, format!("{} is not an array", view.describe()))),
    }
}

/// An array's state is (version, shape, type, whether columns run fastest, bytes).
fn numpy_array(view: View<'_>, name: &str) -> Result<Tensor, CheckpointError> {
    let damaged = || CheckpointError::refused(name, "its array is not as NumPy writes them");
    let state: Vec<View<'_>> = view.state().ok_or_else(damaged)?.elements().collect();
    let [_, shape, dtype, by_columns, bytes] = state.as_slice() else {
        return Err(damaged());
    };
    let shape = shape.lengths().ok_or_else(damaged)?;
    let dtype = Dtype::read(*dtype, name)?;
    let bytes = raw_bytes(*bytes).ok_or_else(|| CheckpointError::refused(name, "its numbers are kept as objects"))?;
    let bytes = dtype.little_endian(&bytes);
    if bytes.len() != size_bytes(name, dtype.element, &shape)? {
        return Err(CheckpointError::CutOff(name.to_owned()));
    }
    if by_columns.int() != Some(1) {
        return Tensor::new(name, dtype.element, shape, bytes);
    }
    let rows = in_rows(&bytes, dtype.element, &shape).ok_or_else(damaged)?;
    Tensor::new(name, dtype.element, shape, rows)
}

/// Bytes in rows out of bytes whose first axis runs fastest.
pub(crate) fn in_rows(bytes: &[u8], element: ElementType, shape: &[usize]) -> Option<Vec<u8>> {
    let mut strides = vec![1_usize; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    gather(bytes, element.bytes(), 0, shape, &strides)
}

fn numpy_scalar(view: View<'_>, name: &str) -> Result<Tensor, CheckpointError> {
    let arguments: Vec<View<'_>> = view.arguments().map(|a| a.elements().collect()).unwrap_or_default();
    let [dtype, bytes] = arguments.as_slice() else {
        return Err(CheckpointError::CutOff(name.to_owned()));
    };
    let dtype = Dtype::read(*dtype, name)?;
    let bytes = raw_bytes(*bytes).ok_or_else(|| CheckpointError::refused(name, "a number kept as an object"))?;
    Tensor::new(name, dtype.element, vec![], dtype.little_endian(&bytes))
}

/// Bytes, or what Python 3 writes for them in protocol 2: text whose characters stand for bytes, to be encoded as Latin-1.
fn raw_bytes(view: View<'_>) -> Option<Cow<'_, [u8]>> {
    if let Some(bytes) = view.bytes() {
        return Some(Cow::Borrowed(bytes));
    }
    if view.class()? != "_codecs.encode" {
        return None;
    }
    let arguments: Vec<View<'_>> = view.arguments()?.elements().collect();
    let (text, encoding) = (arguments.first()?.text()?, arguments.get(1)?.text()?);
    if encoding != "latin1" {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    bytes.map(Cow::Owned)
}

/// NumPy's type of numbers with the order of their bytes.
pub(crate) struct Dtype {
    pub(crate) element: ElementType,
    pub(crate) big_endian: bool,
}

impl Dtype {
    /// A pickled type is made from `"f8"`; its state's second part is the order of bytes.
    fn read(view: View<'_>, name: &str) -> Result<Dtype, CheckpointError> {
        let what = view
            .arguments()
            .and_then(|arguments| arguments.elements().next())
            .and_then(View::text);
        if view.class().as_deref() != Some("numpy.dtype") {
            return Err(CheckpointError::refused(
                name,
                format!("{} is not a type of numbers", view.describe()),
            ));
        }
        let order = view.state().and_then(|state| state.elements().nth(1)).and_then(View::text);
        Dtype::parse(&format!("{}{}", order.unwrap_or(""), what.unwrap_or("")), name)
    }

    /// `<f8`, `|u1`, `>i4`: NumPy's short notation.
    pub(crate) fn parse(text: &str, name: &str) -> Result<Dtype, CheckpointError> {
        let plain = text.trim_start_matches(['<', '>', '=', '|']);
        let element = ElementType::from_numpy(plain)
            .ok_or_else(|| CheckpointError::refused(name, format!("numbers of type {plain:?} are not known")))?;
        Ok(Dtype {
            element,
            big_endian: text.starts_with('>'),
        })
    }

    /// The bytes in the order we keep them.
    pub(crate) fn little_endian(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if self.big_endian {
            bytes.chunks_exact_mut(self.element.bytes()).for_each(<[u8]>::reverse);
        }
        bytes
    }
}
