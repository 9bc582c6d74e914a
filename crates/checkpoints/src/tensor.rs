//! A tensor as it stands in a file: a type, a shape and bytes.

use crate::CheckpointError;
use half::{bf16, f16};

/// Numbers of one tensor at most: 1 GiB of 32-bit floats, many times the largest matrix of the networks we read.
const NUMBERS_MAX: usize = 1 << 28;

/// Type of a tensor's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementType {
    /// Half float.
    F16,
    /// The upper half of a 32-bit float.
    BF16,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 8-bit integer with sign.
    I8,
    /// 16-bit integer with sign.
    I16,
    /// 32-bit integer with sign.
    I32,
    /// 64-bit integer with sign.
    I64,
    /// 8-bit integer without sign.
    U8,
    /// 16-bit integer without sign.
    U16,
    /// 32-bit integer without sign.
    U32,
    /// 64-bit integer without sign.
    U64,
    /// Truth value, one byte.
    Bool,
}

/// Numbers in rows: little-endian, the last axis running fastest, without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    element: ElementType,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl ElementType {
    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            ElementType::I8 | ElementType::U8 | ElementType::Bool => 1,
            ElementType::F16 | ElementType::BF16 | ElementType::I16 | ElementType::U16 => 2,
            ElementType::F32 | ElementType::I32 | ElementType::U32 => 4,
            ElementType::F64 | ElementType::I64 | ElementType::U64 => 8,
        }
    }

    /// The type that NumPy calls by a letter and a size (`f4`, `u8`), `?` or a name (`float32`).
    pub fn from_numpy(name: &str) -> Option<ElementType> {
        Some(match name {
            "f2" | "float16" => ElementType::F16,
            "bfloat16" => ElementType::BF16,
            "f4" | "float32" => ElementType::F32,
            "f8" | "float64" => ElementType::F64,
            "i1" | "int8" => ElementType::I8,
            "i2" | "int16" => ElementType::I16,
            "i4" | "int32" => ElementType::I32,
            "i8" | "int64" => ElementType::I64,
            "u1" | "uint8" => ElementType::U8,
            "u2" | "uint16" => ElementType::U16,
            "u4" | "uint32" => ElementType::U32,
            "u8" | "uint64" => ElementType::U64,
            "?" | "b1" | "bool" => ElementType::Bool,
            _ => return None,
        })
    }
}

impl Tensor {
    /// A tensor of little-endian bytes in rows; `name` is for the refusal if there are more or fewer than the shape needs.
    pub fn new(name: &str, element: ElementType, shape: Vec<usize>, bytes: Vec<u8>) -> Result<Tensor, CheckpointError> {
        if bytes.len() == size_bytes(name, element, &shape)? {
            Ok(Tensor { element, shape, bytes })
        } else {
            Err(CheckpointError::CutOff(name.to_owned()))
        }
    }

    /// Type of the numbers.
    pub fn element(&self) -> ElementType {
        self.element
    }

    /// Length of each axis; empty for a single number.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The bytes: little-endian, in rows.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The numbers in single precision, in rows.
    pub fn to_floats(&self) -> Vec<f32> {
        match self.element {
            ElementType::F32 => self.bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            ElementType::F16 => self.bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            ElementType::BF16 => self.bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
            _ => self.to_doubles().into_iter().map(|number| number as f32).collect(),
        }
    }

    /// The numbers in double precision, in rows.
    pub fn to_doubles(&self) -> Vec<f64> {
        let bytes = &self.bytes;
        match self.element {
            ElementType::F16 | ElementType::BF16 | ElementType::F32 => self.to_floats().into_iter().map(f64::from).collect(),
            ElementType::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            ElementType::U64 => bytes.as_chunks().0.iter().map(|b| u64::from_le_bytes(*b) as f64).collect(),
            _ => self.small_integers().map(|number| number as f64).collect(),
        }
    }

    /// The numbers as whole numbers, in rows; none if they are floats, or too large.
    pub fn to_integers(&self) -> Option<Vec<i64>> {
        match self.element {
            ElementType::F16 | ElementType::BF16 | ElementType::F32 | ElementType::F64 => None,
            ElementType::U64 => {
                let chunks = self.bytes.as_chunks().0.iter();
                chunks.map(|b| i64::try_from(u64::from_le_bytes(*b)).ok()).collect()
            }
            _ => Some(self.small_integers().collect()),
        }
    }

    /// The numbers of every integer type that fits into 64 bits with sign.
    fn small_integers(&self) -> impl Iterator<Item = i64> + '_ {
        let element = self.element;
        self.bytes.chunks_exact(element.bytes()).map(move |bytes| {
            let mut wide = [0; 8];
            wide[..bytes.len()].copy_from_slice(bytes);
            let number = i64::from_le_bytes(wide);
            match element {
                ElementType::I8 => i64::from(number as i8),
                ElementType::I16 => i64::from(number as i16),
                ElementType::I32 => i64::from(number as i32),
                _ => number,
            }
        })
    }
}

/// Bytes that a tensor of this shape takes, if that is not beyond reason.
pub(crate) fn size_bytes(name: &str, element: ElementType, shape: &[usize]) -> Result<usize, CheckpointError> {
    numbers_of(shape)
        .map(|numbers| numbers * element.bytes())
        .ok_or_else(|| CheckpointError::refused(name, format!("a shape of {shape:?} is beyond reason")))
}

/// How many numbers a shape holds; none beyond [`NUMBERS_MAX`].
pub(crate) fn numbers_of(shape: &[usize]) -> Option<usize> {
    let numbers = shape.iter().try_fold(1_usize, |product, length| product.checked_mul(*length));
    numbers.filter(|numbers| *numbers <= NUMBERS_MAX)
}

/// Bytes in rows out of bytes whose axes take the given steps (in numbers) from `offset` on; none if that leaves the bytes.
pub(crate) fn gather(bytes: &[u8], number_bytes: usize, offset: usize, shape: &[usize], strides: &[usize]) -> Option<Vec<u8>> {
    let numbers = numbers_of(shape)?;
    let mut rows = Vec::with_capacity(numbers * number_bytes);
    let mut place = vec![0; shape.len()];
    for _ in 0..numbers {
        let steps = place
            .iter()
            .zip(strides)
            .try_fold(offset, |at: usize, (index, stride): (&usize, &usize)| {
                at.checked_add(index.checked_mul(*stride)?)
            })?;
        let from = steps.checked_mul(number_bytes)?;
        rows.extend_from_slice(bytes.get(from..from.checked_add(number_bytes)?)?);
        for (index, length) in place.iter_mut().zip(shape).rev() {
            *index += 1;
            if *index < *length {
                break;
            }
            *index = 0;
        }
    }
    Some(rows)
}

/// Steps along each axis of numbers in rows.
pub(crate) fn row_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis].saturating_mul(shape[axis]);
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(element: ElementType, bytes: &[u8], expected: &[f64]) {
        let tensor = Tensor::new("t", element, vec![expected.len()], bytes.to_vec()).unwrap();
        assert_eq!(tensor.to_doubles(), expected, "{element:?}");
        let floats: Vec<f32> = expected.iter().map(|number| *number as f32).collect();
        assert_eq!(tensor.to_floats(), floats, "{element:?}");
    }

    #[test]
    fn numbers_of_every_type_are_what_their_bytes_say() {
        check(ElementType::F16, &[0x00, 0x3c, 0x00, 0xc1], &[1.0, -2.5]);
        check(ElementType::BF16, &[0x80, 0x3f, 0x20, 0xc0], &[1.0, -2.5]);
        check(ElementType::F32, &(-2.5_f32).to_le_bytes(), &[-2.5]);
        check(ElementType::F64, &0.25_f64.to_le_bytes(), &[0.25]);
        check(ElementType::I8, &[0xff, 0x7f], &[-1.0, 127.0]);
        check(ElementType::U8, &[0xff], &[255.0]);
        check(ElementType::I16, &(-300_i16).to_le_bytes(), &[-300.0]);
        check(ElementType::U16, &65_535_u16.to_le_bytes(), &[65_535.0]);
        check(ElementType::I32, &(-70_000_i32).to_le_bytes(), &[-70_000.0]);
        check(ElementType::U32, &4_000_000_000_u32.to_le_bytes(), &[4e9]);
        check(ElementType::I64, &(-5_i64).to_le_bytes(), &[-5.0]);
        check(ElementType::U64, &(1_u64 << 63).to_le_bytes(), &[9_223_372_036_854_775_808.0]);
        check(ElementType::Bool, &[0, 1], &[0.0, 1.0]);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let error = |shape: &[usize]| {
            Tensor::new("t", ElementType::U8, shape.to_vec(), vec![0; 4])
                .unwrap_err()
                .to_string()
        };
        assert_eq!(error(&[5]), "t is cut off");
        assert!(error(&[usize::MAX, 2]).contains("beyond reason"));
        assert!(error(&[1 << 20, 1 << 20]).contains("beyond reason"));
    }

    #[test]
    fn rows_are_gathered_along_any_strides() {
        let bytes: Vec<u8> = (0..7).collect();
        assert_eq!(gather(&bytes, 1, 1, &[2, 3], &[1, 2]).unwrap(), [1, 3, 5, 2, 4, 6]);
        assert_eq!(gather(&bytes, 1, 0, &[0], &[1]).unwrap(), []);
        assert_eq!(gather(&bytes, 1, 6, &[], &[]).unwrap(), [6]);
        assert_eq!(gather(&bytes, 1, 2, &[2, 3], &[1, 2]), None);
        assert_eq!(gather(&bytes, 1, usize::MAX, &[2], &[usize::MAX]), None);
    }
}
