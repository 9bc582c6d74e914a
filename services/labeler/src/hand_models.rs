//! Hand models out of the model store, ready to run.

use crate::error::LabelError;
use bootstrap::models::ModelStore;
use inference::mediapipe::{MediaPipe, MediaPipeFiles};
use inference::runtime::{Runtime, SessionSettings};
use inference::tflite::onnx_from_tflite;
use prost::Message;

/// One thread costs the fewest CPU seconds, and labelling runs beside other work.
const SETTINGS: SessionSettings = SessionSettings { intra_threads: 1 };

/// The runtime library.
pub fn runtime(store: &ModelStore) -> Result<Runtime, LabelError> {
    let library = store.file("onnxruntime", "libonnxruntime.so").map_err(LabelError::fault)?;
    Runtime::load(&library).map_err(LabelError::fault)
}

/// MediaPipe's hands. The networks are rewritten for the runtime on the way, which takes milliseconds.
pub fn mediapipe(store: &ModelStore) -> Result<MediaPipe, LabelError> {
    let onnx = |file: &str| -> Result<Vec<u8>, LabelError> {
        let path = store.file("mediapipe", file).map_err(LabelError::fault)?;
        let bytes = std::fs::read(path).map_err(LabelError::fault)?;
        Ok(onnx_from_tflite(&bytes).map_err(LabelError::fault)?.encode_to_vec())
    };
    let palm_onnx = onnx("palm_detection_full.tflite")?;
    let landmark_onnx = onnx("hand_landmark_full.tflite")?;
    let sums = store.package("mediapipe").files.iter().map(|file| file.sha256.clone()).collect();
    let files = MediaPipeFiles {
        palm_onnx: &palm_onnx,
        landmark_onnx: &landmark_onnx,
    };
    MediaPipe::new(&runtime(store)?, files, sums, SETTINGS).map_err(LabelError::fault)
}
