//! From samples to notes, without the networks: features and event decoding for the transcribers.
//!
//! Pure arithmetic: this crate knows no files, no audio container and no neural network.

pub mod basic_pitch;
pub mod note_scores;
pub mod transkun;

use piano::{Note, PedalInterval};

/// Samples that are read piece by piece, so that a long recording never stands in memory whole.
pub trait AudioSource {
    /// Samples a second in each channel.
    fn sample_rate(&self) -> u32;
    /// Channels: 1 or 2.
    fn channels(&self) -> usize;
    /// Length in seconds, where the container says it; for progress only.
    fn duration_secs(&self) -> Option<f64>;
    /// Appends up to `frames` further sample frames (interleaved, -1 to 1) to `into` and returns how many there were; 0 at
    /// the end. Sample frame 0 stands at time 0 of the video.
    fn read(&mut self, frames: usize, into: &mut Vec<f32>) -> Result<usize, AudioReadError>;
}

/// The samples could not be read on.
#[derive(Debug, thiserror::Error)]
#[error("reading samples failed: {0}")]
pub struct AudioReadError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What was heard. Times in seconds of the audio source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcription {
    /// Notes by onset, then pitch; offsets are key releases.
    pub notes: Vec<Note>,
    /// Sustain pedal.
    pub sustain_pedal: Vec<PedalInterval>,
    /// Soft pedal.
    pub soft_pedal: Vec<PedalInterval>,
}
