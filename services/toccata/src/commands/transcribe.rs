//! `toccata transcribe`.

use crate::failure::{Failure, fault};
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::{Args, ValueEnum};
use hearing::{AudioReadError, AudioSource, Transcription};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use labeler::transcribers::{self, OpenTranscriberError};
use labeling::refusal::{Refusal, RefusalCode};
use labeling::seams::{ModelFacts, TranscribeError, Transcriber};
use media::{AudioReader, MediaError};
use piano::midi::{self, HandedNote};
use std::error::Error;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Transcribe the notes of a recording
#[derive(Args)]
pub struct Transcribe {
    /// The recording: a sound or video file.
    #[arg(value_name = "MEDIA")]
    input: PathBuf,
    /// Where to write the notes, as MIDI.
    #[arg(long, value_name = "FILE.mid")]
    out: PathBuf,
    /// What hears the notes.
    #[arg(long, value_enum, default_value_t = TranscriberChoice::Transkun)]
    transcriber: TranscriberChoice,
    /// Print the notes for machines, with the field names of performance.json.
    #[arg(long)]
    pub json: bool,
}

/// What hears the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TranscriberChoice {
    /// Transkun v2: key releases, loudness and pedal
    Transkun,
    /// basic-pitch: light, less exact
    BasicPitch,
}

impl TranscriberChoice {
    fn open(self, store: &ModelStore) -> Result<Box<dyn Transcriber>, OpenTranscriberError> {
        Ok(match self {
            TranscriberChoice::Transkun => Box::new(transcribers::transkun(store)?),
            TranscriberChoice::BasicPitch => Box::new(transcribers::basic_pitch(store)?),
        })
    }
}

impl Transcribe {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let folder = existing_folder(&self.out)?;
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let (heard, model) = self.listen(&store, &shutdown)?;
        let notes: Vec<HandedNote> = heard.notes.iter().map(|note| HandedNote { note: *note, hand: None }).collect();
        let midi = midi::write(&notes, &heard.sustain_pedal).map_err(fault)?;
        write_whole(folder, &self.out, &midi).map_err(fault)?;
        if self.json {
            println!("{}", summary(&heard, model));
        } else {
            println!(
                "{} notes, the pedal down {} times: {}",
                heard.notes.len(),
                heard.sustain_pedal.len(),
                self.out.display()
            );
        }
        Ok(())
    }

    fn listen(&self, store: &ModelStore, shutdown: &Shutdown) -> Result<(Transcription, ModelFacts), Failure> {
        let mut transcriber = self.transcriber.open(store).map_err(fault)?;
        let audio = AudioReader::open(&self.input, transcriber.sample_rate(), transcriber.channels_max()).map_err(refused)?;
        let bar = progress_bar(self.json, audio.duration_secs());
        let mut audio = Counted { audio, frames: 0 };
        let mut progress = |secs: f64| {
            bar.set_position(secs.max(0.0) as u64);
            !shutdown.requested()
        };
        let heard = transcriber.transcribe(&mut audio, &mut progress);
        bar.finish_and_clear();
        let heard = heard.map_err(|error| match error {
            TranscribeError::Stopped => Failure::Interrupted,
            TranscribeError::Audio(error) => Refusal::new(RefusalCode::MediaUnreadable, with_causes(&error)).into(),
            TranscribeError::Model(error) => fault(error),
        })?;
        if audio.frames == 0 {
            let message = format!("{} has an audio stream, but nothing in it can be decoded", self.input.display());
            return Err(Refusal::new(RefusalCode::MediaUnreadable, message).into());
        }
        Ok((heard, transcriber.model()))
    }
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

/// The folder of the output, asked for before minutes of work.
fn existing_folder(out: &Path) -> Result<&Path, Failure> {
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if folder.is_dir() && out.file_name().is_some() && !out.is_dir() {
        Ok(folder)
    } else {
        Err(Failure::Usage(format!(
            "--out {} is not a file in a folder that exists",
            out.display()
        )))
    }
}

/// A reader on a half-written file would see nonsense, so the file appears whole or not at all.
fn write_whole(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

fn refused(error: MediaError) -> Failure {
    let code = match &error {
        MediaError::NoAudioStream { .. } => RefusalCode::NoAudioStream,
        MediaError::Unreadable { .. } | MediaError::NoVideoStream { .. } => RefusalCode::MediaUnreadable,
        MediaError::Unwritable { .. } => return fault(error),
    };
    Refusal::new(code, with_causes(&error)).into()
}

fn with_causes(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message += &format!(": {error}");
        cause = error.source();
    }
    message
}

/// Seconds of sound, for a person at a terminal.
fn progress_bar(quiet: bool, duration_secs: Option<f64>) -> ProgressBar {
    let target = if quiet {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(duration_secs.map(|secs| secs.ceil() as u64), target);
    match ProgressStyle::with_template("listening {bar:32} {pos} of {len} s  {elapsed}") {
        Ok(style) if duration_secs.is_some() => bar.with_style(style),
        _ => bar,
    }
}

fn summary(heard: &Transcription, model: ModelFacts) -> serde_json::Value {
    serde_json::json!({
        "notes": heard.notes,
        "pedal": heard.sustain_pedal,
        "models": [model],
        "note_count": heard.notes.len(),
        "pedal_count": heard.sustain_pedal.len(),
    })
}
