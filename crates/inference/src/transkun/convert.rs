//! From Transkun's checkpoint to the files we run: two ONNX graphs and the front end's constants.

use super::attributes_graph::attributes;
use super::encoder_graph::encoder;
use checkpoints::torch::TorchCheckpoint;
use checkpoints::{Checkpoint, CheckpointError};
use hearing::transkun::WINDOW_SAMPLES;
use hearing::transkun::features::{MEL_BANDS, SPECTRUM_BINS, WINDOWS};
use prost::Message;
use std::io::Cursor;

/// What Transkun needs to run, as files.
#[derive(Clone, Debug)]
pub struct TranskunFiles {
    /// The encoder as ONNX, 62 MB.
    pub encoder_onnx: Vec<u8>,
    /// The network for the attributes of intervals as ONNX, 8 MB.
    pub attributes_onnx: Vec<u8>,
    /// Windows `[WINDOWS][WINDOW_SAMPLES]`, then the mel matrix `[SPECTRUM_BINS][MEL_BANDS]`: 32-bit floats, little-endian.
    pub front_end: Vec<u8>,
}

/// Bells that are laid over a frame besides the Hann window.
const BELLS: usize = WINDOWS - 1;

/// Converts `transkun/pretrained/2.0.pt` of the transkun 2.0.1 wheel. Takes seconds, and needs neither PyTorch nor the runtime.
pub fn convert(checkpoint: &[u8]) -> Result<TranskunFiles, CheckpointError> {
    let mut checkpoint = TorchCheckpoint::open(Cursor::new(checkpoint), &["best_state_dict", "state_dict"])?;
    Ok(TranskunFiles {
        encoder_onnx: encoder(&mut checkpoint)?.encode_to_vec(),
        attributes_onnx: attributes(&mut checkpoint)?.encode_to_vec(),
        front_end: front_end(&mut checkpoint)?,
    })
}

fn front_end(checkpoint: &mut dyn Checkpoint) -> Result<Vec<u8>, CheckpointError> {
    const PREFIX: &str = "framewiseFeatureExtractor";
    let mut numbers = checkpoint.floats(&format!("{PREFIX}.spectrogramExtractor.win"), &[WINDOW_SAMPLES])?;
    let centers = checkpoint.floats(&format!("{PREFIX}.spectrogramExtractor.winGen.center"), &[BELLS])?;
    let widths = checkpoint.floats(&format!("{PREFIX}.spectrogramExtractor.winGen.sigma"), &[BELLS])?;
    for (center, width) in centers.iter().zip(&widths) {
        numbers.extend((0..WINDOW_SAMPLES).map(|sample| bell(sample, sigmoid(*center), sigmoid(*width))));
    }
    numbers.extend(checkpoint.floats(&format!("{PREFIX}.freq2mels"), &[SPECTRUM_BINS, MEL_BANDS])?);
    Ok(numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
}

/// A Gaussian window whose centre is given in frame lengths and whose deviation in half frame lengths.
fn bell(sample: usize, center: f64, deviation: f64) -> f32 {
    let length = WINDOW_SAMPLES as f64;
    let distance = (sample as f64 - length * center) / (deviation * length / 2.0);
    (-0.5 * distance * distance).exp() as f32
}

fn sigmoid(x: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(x)).exp())
}
