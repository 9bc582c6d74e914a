//! Why a checkpoint, or a tensor in it, cannot be read.

/// Why a checkpoint, or a tensor in it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The bytes are of another format, or damaged.
    #[error("this is not a readable {format}: {reason}")]
    Format {
        /// What it should be.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A zip archive is damaged.
    #[error("this is not a readable {format}: the archive cannot be read")]
    Archive {
        /// What it should be.
        format: &'static str,
        /// Why.
        #[source]
        source: zip::result::ZipError,
    },
    /// Bytes could not be read.
    #[error("{part} of the checkpoint cannot be read")]
    Read {
        /// Which part.
        part: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A pickle does something no checkpoint needs, or is damaged.
    #[error("the pickle is refused at byte {at}: {reason}")]
    Pickle {
        /// Where in the pickle.
        at: usize,
        /// What was met there.
        reason: String,
    },
    /// A tensor that is needed is not there.
    #[error("the checkpoint has no tensor {0}")]
    NoTensor(String),
    /// A tensor has another shape than the one needed.
    #[error("the tensor {name} is {found:?}, and {expected:?} is needed")]
    Shape {
        /// The tensor.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape asked for.
        expected: Vec<usize>,
    },
    /// Something is of a kind this reader does not know.
    #[error("{name} is refused: {reason}")]
    Refused {
        /// What.
        name: String,
        /// Why.
        reason: String,
    },
    /// Numbers are missing.
    #[error("{0} is cut off")]
    CutOff(String),
}

impl CheckpointError {
    pub(crate) fn format(format: &'static str, reason: impl Into<String>) -> CheckpointError {
        CheckpointError::Format {
            format,
            reason: reason.into(),
        }
    }

    pub(crate) fn refused(name: impl Into<String>, reason: impl Into<String>) -> CheckpointError {
        CheckpointError::Refused {
            name: name.into(),
            reason: reason.into(),
        }
    }
}
