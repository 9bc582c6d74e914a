//! `toccata evaluate fingering`.

use crate::failure::Failure;
use clap::Args;
use std::path::PathBuf;

/// Compare fingerings with the true ones
#[derive(Args)]
pub struct Fingering {
    /// The fingering to judge: a folder or performance.json written by `toccata label`.
    #[arg(long, value_name = "DIR|FILE")]
    predicted: PathBuf,
    /// The true fingering: PIG, a performance.json, or notes read by eye (JSON).
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Fingering {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let _ = (self.predicted, self.truth);
        Err(Failure::Usage("not there yet".into()))
    }
}
