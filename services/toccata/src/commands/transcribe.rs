//! `toccata transcribe`.

use super::label::TranscriberChoice;
use crate::failure::{Failure, fault};
use crate::terminal::Terminal;
use artifacts::write_whole;
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::Args;
use hearing::Transcription;
use labeler::listen::listen;
use labeler::progress::{Listener, Progress, Stage};
use labeling::seams::ModelFacts;
use piano::midi::{self, HandedNote};
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

impl Transcribe {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        check_folder(&self.out)?;
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let mut terminal = Terminal::new(self.json, shutdown);
        terminal.hear(Progress::Begun(Stage::Notes));
        let heard = listen(&self.input, self.transcriber.into(), &store, &mut terminal);
        drop(terminal);
        let (heard, model) = heard?;
        let notes: Vec<HandedNote> = heard.notes.iter().map(|note| HandedNote { note: *note, hand: None }).collect();
        let midi = midi::write(&notes, &heard.sustain_pedal).map_err(fault)?;
        write_whole(&self.out, &midi).map_err(fault)?;
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
}

/// The folder of the output, asked for before minutes of work.
fn check_folder(out: &Path) -> Result<(), Failure> {
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if folder.is_dir() && out.file_name().is_some() && !out.is_dir() {
        Ok(())
    } else {
        Err(Failure::Usage(format!(
            "--out {} is not a file in a folder that exists",
            out.display()
        )))
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
