//! Where models plug in: hands from pictures, notes from sound.

use hearing::{AudioReadError, AudioSource, Transcription};
use serde::{Deserialize, Serialize};
use vision::Frame;
use vision::hands::{HandObservation, HandRegion};

/// Which model gave a result, as written into provenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ModelFacts {
    /// Name on the command line: `mediapipe`, `transkun`.
    pub name: String,
    /// Version of the package the weights came from.
    pub version: String,
    /// sha256 of each weights file, hexadecimal.
    pub weights_sha256: Vec<String>,
    /// Licence of the weights.
    pub licence: String,
}

/// A model ran into an error of its own (not: found nothing).
#[derive(Debug, thiserror::Error)]
#[error("the model {model} failed to {doing}")]
pub struct ModelError {
    /// Which model.
    pub model: String,
    /// What it was doing: `find palms`.
    pub doing: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Finds hands in pictures. Knows one picture at a time; tracking, sides and smoothing are not its business.
pub trait HandEstimator {
    /// For provenance.
    fn model(&self) -> ModelFacts;

    /// Searches each picture for hands without knowing where they are. `tiles` are squares `[x, y, side]` in pixels to search
    /// besides the whole picture, because small hands are lost when the picture is shrunk.
    fn detect(&mut self, pictures: &[&Frame], tiles: &[[f32; 3]]) -> Result<Vec<Vec<HandObservation>>, ModelError>;

    /// Looks for one hand in each given region, all in one batch; none where no hand is.
    fn follow(&mut self, regions: &[(&Frame, HandRegion)]) -> Result<Vec<Option<HandObservation>>, ModelError>;
}

/// Hears notes in sound.
pub trait Transcriber {
    /// For provenance.
    fn model(&self) -> ModelFacts;

    /// Sample rate the audio source must have.
    fn sample_rate(&self) -> u32;

    /// Channels the audio source may have: 1 or 2.
    fn channels_max(&self) -> usize;

    /// Reads the source to its end. `progress` hears the seconds done so far and answers whether to go on.
    fn transcribe(&mut self, audio: &mut dyn AudioSource, progress: &mut dyn FnMut(f64) -> bool) -> Result<Transcription, TranscribeError>;
}

/// Why there is no transcription.
#[derive(Debug, thiserror::Error)]
pub enum TranscribeError {
    /// The samples ended in an error.
    #[error(transparent)]
    Audio(#[from] AudioReadError),
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// `progress` answered no.
    #[error("stopped on request")]
    Stopped,
}
