//! Observations as networks take them in: most numbers dense, a range of rare ones (goal bits) as the list of those that are set.
//!
//! A goal row has 89 bits of which a handful are set. Adding the weight rows of the set bits is the same sum as the matrix product
//! over all of them, and takes a twentieth of the time.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How long an observation is, and which of its numbers are only ever 0 or 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputLayout {
    len: usize,
    bits: Range<usize>,
}

/// A layout that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bits {bits:?} are not within an observation of {len} numbers")]
pub struct LayoutError {
    len: usize,
    bits: Range<usize>,
}

/// An observation that no network should see.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ObservationError {
    /// Too few or too many numbers.
    #[error("an observation has {expected} numbers here, not {found}")]
    WrongLength {
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// NaN or infinite.
    #[error("number {index} of the observation is not finite")]
    NotFinite {
        /// Which.
        index: usize,
    },
    /// Neither 0 nor 1 where the layout promises bits.
    #[error("number {index} of the observation is {value}, not a bit")]
    NotABit {
        /// Which.
        index: usize,
        /// What it is.
        value: f32,
    },
}

impl InputLayout {
    /// `len` numbers of which `bits` are only ever 0 or 1 and mostly 0.
    pub fn new(len: usize, bits: Range<usize>) -> Result<InputLayout, LayoutError> {
        if bits.start > bits.end || bits.end > len {
            return Err(LayoutError { len, bits });
        }
        Ok(InputLayout { len, bits })
    }

    /// Numbers without bits among them.
    pub fn dense(len: usize) -> InputLayout {
        InputLayout { len, bits: 0..0 }
    }

    /// Numbers in an observation.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is observed.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where the bits are.
    pub fn bits(&self) -> Range<usize> {
        self.bits.clone()
    }

    /// Numbers that are not bits.
    pub fn dense_len(&self) -> usize {
        self.len - self.bits.len()
    }

    /// An observation without its bits, and its bits.
    pub fn split<'a>(&self, observation: &'a [f32]) -> (&'a [f32], &'a [f32], &'a [f32]) {
        let (before, rest) = observation.split_at(self.bits.start);
        let (bits, after) = rest.split_at(self.bits.len());
        (before, bits, after)
    }

    /// Refuses what no network should see.
    pub fn check(&self, observation: &[f32]) -> Result<(), ObservationError> {
        if observation.len() != self.len {
            return Err(ObservationError::WrongLength {
                expected: self.len,
                found: observation.len(),
            });
        }
        if let Some(index) = observation.iter().position(|number| !number.is_finite()) {
            return Err(ObservationError::NotFinite { index });
        }
        let (_, bits, _) = self.split(observation);
        match bits.iter().position(|bit| *bit != 0.0 && *bit != 1.0) {
            Some(offset) => Err(ObservationError::NotABit {
                index: self.bits.start + offset,
                value: bits[offset],
            }),
            None => Ok(()),
        }
    }
}

/// The inputs of a network for a batch: rows of dense numbers, some of them beside the observation (a critic's action), and set bits.
#[derive(Clone, Debug, Default)]
pub struct InputBatch {
    dense_len: usize,
    extra_len: usize,
    rows: Vec<f32>,
    starts: Vec<usize>,
    set: Vec<u32>,
}

impl InputBatch {
    /// An empty batch whose rows have room for `extra_len` numbers beside the observation.
    pub fn new(layout: &InputLayout, extra_len: usize) -> InputBatch {
        InputBatch {
            dense_len: layout.dense_len(),
            extra_len,
            rows: Vec::new(),
            starts: vec![0],
            set: Vec::new(),
        }
    }

    /// Removes all rows.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.set.clear();
        self.starts.truncate(1);
    }

    /// Adds an observation; what stands beside it is 0.
    pub fn push(&mut self, layout: &InputLayout, observation: &[f32]) -> Result<(), ObservationError> {
        layout.check(observation)?;
        let (before, bits, after) = layout.split(observation);
        self.rows.extend_from_slice(before);
        self.rows.extend_from_slice(after);
        let set = bits.iter().enumerate().filter(|(_, bit)| **bit == 1.0);
        self.set.extend(set.map(|(index, _)| index as u32));
        self.finish_row();
        Ok(())
    }

    /// Adds a row of dense numbers and packed bits, the lowest of a byte first, as the replay buffer keeps them.
    pub(crate) fn push_packed(&mut self, dense: impl Iterator<Item = f32>, packed_bits: &[u8]) {
        self.rows.extend(dense);
        for (index, byte) in packed_bits.iter().enumerate() {
            let mut left = *byte;
            while left != 0 {
                self.set.push(8 * index as u32 + left.trailing_zeros());
                left &= left - 1;
            }
        }
        self.finish_row();
    }

    fn finish_row(&mut self) {
        self.rows.resize(self.rows.len() + self.extra_len, 0.0);
        self.starts.push(self.set.len());
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts what stands beside the observations, one row after another.
    pub fn set_extra(&mut self, extra: &[f32]) {
        assert_eq!(
            extra.len(),
            self.len() * self.extra_len,
            "one row of extra numbers for each observation"
        );
        if self.extra_len == 0 {
            return;
        }
        let rows = self.rows.chunks_exact_mut(self.dense_len + self.extra_len);
        for (row, extra) in rows.zip(extra.chunks_exact(self.extra_len)) {
            row[self.dense_len..].copy_from_slice(extra);
        }
    }

    /// All rows of dense numbers, each with what stands beside it.
    pub(crate) fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// From one row of dense numbers to the next.
    pub(crate) fn stride(&self) -> usize {
        self.dense_len + self.extra_len
    }

    /// Which bits are set in a row, counted from the first bit.
    pub(crate) fn set_bits(&self, row: usize) -> &[u32] {
        &self.set[self.starts[row]..self.starts[row + 1]]
    }

    /// Which bits are set in any row; some more than once.
    pub(crate) fn all_set_bits(&self) -> &[u32] {
        &self.set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_listed_and_the_rest_is_dense() {
        let layout = InputLayout::new(6, 1..4).unwrap();
        let mut batch = InputBatch::new(&layout, 2);
        batch.push(&layout, &[0.5, 1.0, 0.0, 1.0, -2.0, 3.0]).unwrap();
        batch.push(&layout, &[0.0, 0.0, 0.0, 0.0, 1.0, 1.0]).unwrap();
        batch.set_extra(&[7.0, 8.0, 9.0, 10.0]);
        assert_eq!(batch.rows(), [0.5, -2.0, 3.0, 7.0, 8.0, 0.0, 1.0, 1.0, 9.0, 10.0]);
        assert_eq!((batch.set_bits(0), batch.set_bits(1)), (&[0, 2][..], &[][..]));
    }

    #[test]
    fn bad_observations_are_refused_by_name() {
        let layout = InputLayout::new(3, 1..3).unwrap();
        let mut batch = InputBatch::new(&layout, 0);
        let mut refused = |observation: &[f32]| batch.push(&layout, observation).unwrap_err();
        assert_eq!(refused(&[1.0]), ObservationError::WrongLength { expected: 3, found: 1 });
        assert_eq!(refused(&[f32::NAN, 0.0, 0.0]), ObservationError::NotFinite { index: 0 });
        assert_eq!(refused(&[0.0, 0.0, f32::INFINITY]), ObservationError::NotFinite { index: 2 });
        assert_eq!(refused(&[0.0, 0.5, 0.0]), ObservationError::NotABit { index: 1, value: 0.5 });
        assert!(InputLayout::new(3, 2..4).is_err());
        assert!(batch.is_empty());
    }
}
