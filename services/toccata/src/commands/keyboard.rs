//! `toccata keyboard`.

use crate::failure::Failure;
use clap::Args;

/// Find the keyboard's keys in a video or picture
#[derive(Args)]
pub struct Keyboard {
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Keyboard {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Err(Failure::Usage("not there yet".into()))
    }
}
