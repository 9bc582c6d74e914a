//! `toccata synthesize`.

use crate::failure::Failure;
use clap::Args;

/// Render a fingered score as an overhead video with its exact truth
#[derive(Args)]
pub struct Synthesize {
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Synthesize {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Err(Failure::Usage("not there yet".into()))
    }
}
