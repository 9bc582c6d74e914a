//! `toccata hands`.

use crate::failure::Failure;
use clap::Args;

/// Find hands in a video or picture
#[derive(Args)]
pub struct Hands {
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Hands {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Err(Failure::Usage("not there yet".into()))
    }
}
