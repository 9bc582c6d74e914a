//! basic-pitch without its network: windows of sound in, likelihoods of notes out, made into notes.
//!
//! The model: Rachel Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note Transcription and
//! Multipitch Estimation", ICASSP 2022; code and weights <https://github.com/spotify/basic-pitch> (Apache-2.0), version
//! 0.4.0. Numbers in this folder are that package's.

pub mod notes;
pub mod windows;

/// Samples a second the model was trained on, one channel.
pub const SAMPLE_RATE: u32 = 22_050;
/// Samples from one frame to the next.
pub const HOP_SAMPLES: usize = 256;
/// Keys the model hears: A0 to C8.
pub const KEYS: usize = 88;

/// How likely each key sounds, and how likely it was struck, by frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Likelihoods {
    /// Key sounding, row by row `[frames][KEYS]`, 0 to 1.
    pub sounding: Vec<f32>,
    /// Key struck, row by row `[frames][KEYS]`, 0 to 1.
    pub struck: Vec<f32>,
}

impl Likelihoods {
    /// Number of whole frames in both.
    pub fn frames(&self) -> usize {
        self.sounding.len().min(self.struck.len()) / KEYS
    }
}
