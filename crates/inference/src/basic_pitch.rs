//! basic-pitch, the light transcriber: a 230 kB network that hears notes of any instrument, without pedal and with rough
//! velocities.

use crate::runtime::{Runtime, RuntimeError, SessionSettings};
use hearing::basic_pitch::notes::{NoteSettings, notes};
use hearing::basic_pitch::windows::{WINDOW_SAMPLES, WindowReader, append_window, truncate};
use hearing::basic_pitch::{Likelihoods, SAMPLE_RATE};
use hearing::{AudioSource, Transcription};
use labeling::seams::{ModelError, ModelFacts, TranscribeError, Transcriber};
use ort::session::Session;
use ort::value::TensorRef;

/// Version of the Python package whose wheel holds the network.
pub const BASIC_PITCH_VERSION: &str = "0.4.0";
const NAME: &str = "basic-pitch";
/// Names in `nmp.onnx`: samples `[1, WINDOW_SAMPLES, 1]`, and likelihoods `[1, 172, 88]`.
const SAMPLES: &str = "serving_default_input_2:0";
const SOUNDING: &str = "StatefulPartitionedCall:1";
const STRUCK: &str = "StatefulPartitionedCall:2";

/// The network, ready to run.
pub struct BasicPitch {
    network: Session,
    settings: NoteSettings,
    weights_sha256: Vec<String>,
}

impl BasicPitch {
    /// Prepares `nmp.onnx`. `weights_sha256` goes into provenance: the sum of that file.
    pub fn new(
        runtime: &Runtime,
        onnx: &[u8],
        weights_sha256: Vec<String>,
        notes: NoteSettings,
        settings: SessionSettings,
    ) -> Result<BasicPitch, RuntimeError> {
        Ok(BasicPitch {
            network: runtime.session(NAME, onnx, settings)?,
            settings: notes,
            weights_sha256,
        })
    }

    fn listen(&mut self, window: &[f32], likelihoods: &mut Likelihoods) -> Result<(), ort::Error> {
        let input = TensorRef::from_array_view(([1, WINDOW_SAMPLES, 1], window))?;
        let outputs = self.network.run(ort::inputs![SAMPLES => input])?;
        let (_, sounding) = outputs[SOUNDING].try_extract_tensor::<f32>()?;
        let (_, struck) = outputs[STRUCK].try_extract_tensor::<f32>()?;
        append_window(likelihoods, sounding, struck);
        Ok(())
    }
}

impl Transcriber for BasicPitch {
    fn model(&self) -> ModelFacts {
        ModelFacts {
            name: NAME.into(),
            version: BASIC_PITCH_VERSION.into(),
            weights_sha256: self.weights_sha256.clone(),
            licence: "Apache-2.0".into(),
        }
    }

    fn sample_rate(&self) -> u32 {
        SAMPLE_RATE
    }

    fn channels_max(&self) -> usize {
        1
    }

    fn transcribe(&mut self, audio: &mut dyn AudioSource, progress: &mut dyn FnMut(f64) -> bool) -> Result<Transcription, TranscribeError> {
        let mut reader = WindowReader::new(audio);
        let mut likelihoods = Likelihoods::default();
        while let Some(window) = reader.next_window()? {
            self.listen(&window, &mut likelihoods).map_err(|source| ModelError {
                model: NAME.into(),
                doing: "find notes",
                source: Box::new(source),
            })?;
            if !progress(reader.secs_read()) {
                return Err(TranscribeError::Stopped);
            }
        }
        truncate(&mut likelihoods, reader.frames_read());
        Ok(Transcription {
            notes: notes(&likelihoods, &self.settings),
            ..Transcription::default()
        })
    }
}
