//! `toccata models`.

use crate::failure::Failure;
use clap::Args;

/// Fetch and inspect models
#[derive(Args)]
pub struct Models {
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Models {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Err(Failure::Usage("not there yet".into()))
    }
}
