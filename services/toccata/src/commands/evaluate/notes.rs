//! `toccata evaluate notes`.

use crate::failure::Failure;
use clap::Args;
use std::path::PathBuf;

/// Compare transcribed notes with the true ones
#[derive(Args)]
pub struct Notes {
    /// The notes to judge: a folder or performance.json written by `toccata label`, MIDI, or a tsv.
    #[arg(long, value_name = "DIR|FILE")]
    predicted: PathBuf,
    /// The true notes: MIDI, MAPS tsv, PIG, or a performance.json.
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Notes {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let _ = (self.predicted, self.truth);
        Err(Failure::Usage("not there yet".into()))
    }
}
