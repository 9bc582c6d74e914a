//! `toccata transcribe`.

use crate::failure::Failure;
use clap::Args;

/// Transcribe the notes of a recording
#[derive(Args)]
pub struct Transcribe {
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Transcribe {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Err(Failure::Usage("not there yet".into()))
    }
}
