//! `toccata evaluate`.

use crate::failure::Failure;
use clap::Args;

/// Compare labels with a truth
#[derive(Args)]
pub struct Evaluate {
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Evaluate {
    /// Whether the caller asked for JSON.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Err(Failure::Usage("not there yet".into()))
    }
}
