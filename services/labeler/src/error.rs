//! How labelling ends when it does not succeed.

use labeling::hands::EstimateHandsError;
use labeling::refusal::{Refusal, RefusalCode};
use labeling::seams::TranscribeError;
use media::MediaError;
use std::error::Error;

/// Why a video was not labelled.
#[derive(Debug)]
pub enum LabelError {
    /// It cannot be labelled.
    Refused(Refusal),
    /// The request itself is wrong: a file it names cannot be used.
    Usage(String),
    /// Somebody asked to stop. Finished stages are kept.
    Stopped,
    /// A fault of ours or of the machine.
    Fault(Box<dyn Error + Send + Sync>),
}

impl LabelError {
    /// Any other error is a fault.
    pub fn fault(error: impl Error + Send + Sync + 'static) -> LabelError {
        LabelError::Fault(Box::new(error))
    }
}

impl From<Refusal> for LabelError {
    fn from(refusal: Refusal) -> LabelError {
        LabelError::Refused(refusal)
    }
}

impl From<MediaError> for LabelError {
    fn from(error: MediaError) -> LabelError {
        match refusal_of(&error) {
            Some(refusal) => LabelError::Refused(refusal),
            None => LabelError::fault(error),
        }
    }
}

impl From<TranscribeError> for LabelError {
    fn from(error: TranscribeError) -> LabelError {
        match error {
            TranscribeError::Stopped => LabelError::Stopped,
            // Samples that break off in the middle mean a damaged file.
            TranscribeError::Audio(error) => Refusal::new(RefusalCode::MediaUnreadable, with_causes(&error)).into(),
            TranscribeError::Model(error) => LabelError::fault(error),
        }
    }
}

impl From<EstimateHandsError> for LabelError {
    fn from(error: EstimateHandsError) -> LabelError {
        match error {
            EstimateHandsError::Stopped => LabelError::Stopped,
            EstimateHandsError::Frames(error) => Refusal::new(RefusalCode::MediaUnreadable, with_causes(&error)).into(),
            EstimateHandsError::Model(error) => LabelError::fault(error),
        }
    }
}

/// The refusal a media error means, unless it is about writing.
pub fn refusal_of(error: &MediaError) -> Option<Refusal> {
    let code = match error {
        MediaError::Unreadable { .. } => RefusalCode::MediaUnreadable,
        MediaError::NoVideoStream { .. } => RefusalCode::NoVideoStream,
        MediaError::NoAudioStream { .. } => RefusalCode::NoAudioStream,
        MediaError::Unwritable { .. } => return None,
    };
    Some(Refusal::new(code, with_causes(error)))
}

/// An error's message followed by those of its causes.
pub fn with_causes(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message += &format!(": {error}");
        cause = error.source();
    }
    message
}
