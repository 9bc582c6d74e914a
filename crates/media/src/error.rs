//! What can go wrong with a media file.

use std::path::PathBuf;

/// Why a media file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Not a media file, damaged or cut off.
    #[error("{path} cannot be read as a media file")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is there but has no pictures.
    #[error("{path} has no video stream")]
    NoVideoStream {
        /// The file.
        path: PathBuf,
    },
    /// The file is there but has no sound.
    #[error("{path} has no audio stream")]
    NoAudioStream {
        /// The file.
        path: PathBuf,
    },
    /// Writing failed.
    #[error("{path} cannot be written")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the writer says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
