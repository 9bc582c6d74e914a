//! From TensorFlow Lite files to ONNX: the small convolutional networks of MediaPipe, thirteen kinds of operator.
//!
//! MediaPipe publishes its networks only as `.tflite`. [`onnx_from_tflite`] rewrites one as an ONNX model with the same
//! names for its outputs, a batch axis of any length, and float32 weights.

mod flatbuffer;
mod graph;
mod rewrite;

pub use rewrite::{INPUT, onnx_from_tflite};

/// Why a `.tflite` file cannot be rewritten.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TfliteError {
    /// Not a `.tflite` file, or one with an offset that leads outside it.
    #[error("the file is not a valid TensorFlow Lite model: {0}")]
    Malformed(&'static str),
    /// An operator, type or setting that MediaPipe's hand networks do not use.
    #[error("the model uses {0}, which is not supported")]
    Unsupported(String),
}
