//! Hearing the notes of a file's sound, for a whole label or for the sound alone.

use crate::error::LabelError;
use crate::progress::{Listener, Progress, Stage};
use crate::request::TranscriberModel;
use crate::transcribers::{self, OpenTranscriberError};
use bootstrap::models::ModelStore;
use hearing::{AudioReadError, AudioSource, Transcription};
use labeling::refusal::{Refusal, RefusalCode};
use labeling::seams::{ModelFacts, Transcriber};
use media::AudioReader;
use std::path::Path;

/// Listens to a file's sound to its end.
pub fn listen(
    input: &Path,
    model: TranscriberModel,
    store: &ModelStore,
    listener: &mut dyn Listener,
) -> Result<(Transcription, ModelFacts), LabelError> {
    let mut transcriber = open(store, model).map_err(LabelError::fault)?;
    let audio = AudioReader::open(input, transcriber.sample_rate(), transcriber.channels_max())?;
    let duration_secs = audio.duration_secs().unwrap_or(0.0).max(1e-3);
    let mut audio = Counted { audio, frames: 0 };
    let mut progress = |secs: f64| {
        listener.hear(Progress::Advanced(Stage::Notes, secs / duration_secs));
        !listener.stop_requested()
    };
    let heard = transcriber.transcribe(&mut audio, &mut progress)?;
    if audio.frames == 0 {
        let message = format!("{} has an audio stream, but nothing in it can be decoded", input.display());
        return Err(Refusal::new(RefusalCode::MediaUnreadable, message).into());
    }
    Ok((heard, transcriber.model()))
}

fn open(store: &ModelStore, model: TranscriberModel) -> Result<Box<dyn Transcriber>, OpenTranscriberError> {
    Ok(match model {
        TranscriberModel::Transkun => Box::new(transcribers::transkun(store)?),
        TranscriberModel::BasicPitch => Box::new(transcribers::basic_pitch(store)?),
    })
}

/// Counts the sample frames that were there: a damaged file may open and then give none, which is not silence.
struct Counted {
    audio: AudioReader,
    frames: usize,
}

impl AudioSource for Counted {
    fn sample_rate(&self) -> u32 {
        self.audio.sample_rate()
    }

    fn channels(&self) -> usize {
        self.audio.channels()
    }

    fn duration_secs(&self) -> Option<f64> {
        self.audio.duration_secs()
    }

    fn read(&mut self, frames: usize, into: &mut Vec<f32>) -> Result<usize, AudioReadError> {
        let read = self.audio.read(frames, into)?;
        self.frames += read;
        Ok(read)
    }
}
