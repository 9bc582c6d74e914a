//! `toccata label`.

use crate::failure::Failure;
use clap::Args;

/// Label a video: every note with the finger that played it
#[derive(Args)]
pub struct Label {
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Label {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Err(Failure::Usage("not there yet".into()))
    }
}
