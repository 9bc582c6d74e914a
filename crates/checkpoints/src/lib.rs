//! Tensors out of other people's checkpoints, without running anything of theirs: PyTorch files, pickled NumPy, SciPy and chumpy
//! objects, NumPy's `npy` and `npz`, and t5x folders.
//!
//! Bytes in, tensors out: this crate knows no files, no network and no model. It is made for hostile bytes: sizes are checked before memory
//! is taken, nesting is bounded, and what is not understood is refused by name.

mod error;
pub mod numpy;
pub mod pickle;
mod tensor;
pub mod torch;

pub use error::CheckpointError;
pub use tensor::{ElementType, Tensor};

/// Tensors by name, whatever the format they are kept in. Their numbers are read when asked for.
pub trait Checkpoint {
    /// Names of all tensors, in no particular order.
    fn names(&self) -> Vec<String>;

    /// Shape of a tensor; none if there is none of that name.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;

    /// Reads a tensor.
    fn read(&mut self, name: &str) -> Result<Tensor, CheckpointError>;

    /// The numbers of a tensor that must have this shape, row by row. Other shapes are refused before anything is read.
    fn floats(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, CheckpointError> {
        let found = self.shape(name).ok_or_else(|| CheckpointError::NoTensor(name.to_owned()))?;
        if found != shape {
            return Err(CheckpointError::Shape {
                name: name.to_owned(),
                found,
                expected: shape.to_vec(),
            });
        }
        Ok(self.read(name)?.to_floats())
    }
}
