//! How training ends when it does not succeed.

use simulation::score::ScoreError;
use std::error::Error;

/// Why there is no result.
#[derive(Debug)]
pub enum TrainError {
    /// The piece cannot be played, or the recording not be replayed.
    Refused(Refusal),
    /// Somebody asked to stop. What was kept is gone on from next time.
    Stopped,
    /// A fault of ours or of the machine.
    Fault(Box<dyn Error + Send + Sync>),
}

/// What is wrong with the input, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Refusal {
    /// Stable name of the reason.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

impl TrainError {
    /// Any other error is a fault.
    pub fn fault(error: impl Error + Send + Sync + 'static) -> TrainError {
        TrainError::Fault(Box::new(error))
    }

    /// The input is refused.
    pub fn refused(code: &'static str, message: impl Into<String>, hint: &'static str) -> TrainError {
        TrainError::Refused(Refusal {
            code,
            message: message.into(),
            hint,
        })
    }
}

impl From<ScoreError> for TrainError {
    fn from(error: ScoreError) -> TrainError {
        let (code, hint) = match &error {
            ScoreError::Empty => ("score_empty", "Give a score with at least one note from A0 to C8."),
            ScoreError::PartlyFingered { .. } => ("score_partly_fingered", "Finger the rest with `toccata finger`."),
            ScoreError::BadTimes { .. } => (
                "score_times",
                "Every note needs an onset of 0 s or more and an offset not before it.",
            ),
            ScoreError::BadSettings { .. } => ("settings", "The stretch must be positive and the buffer 0 s or more."),
            ScoreError::TooLong { .. } => ("score_too_long", "Cut the piece and train its parts."),
        };
        TrainError::refused(code, error.to_string(), hint)
    }
}

/// An error's message followed by those of its causes.
pub fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}"))
}
