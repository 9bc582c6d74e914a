//! `toccata evaluate`: how good labels are, against a truth.

mod fingering;
mod notes;

use crate::failure::Failure;
use clap::{Args, Subcommand};

/// Compare labels with a truth
#[derive(Args)]
pub struct Evaluate {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Fingering(fingering::Fingering),
    Notes(notes::Notes),
}

impl Evaluate {
    /// Whether the caller asked for JSON.
    pub fn json(&self) -> bool {
        match &self.what {
            What::Fingering(command) => command.json,
            What::Notes(command) => command.json,
        }
    }

    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Fingering(command) => command.run(),
            What::Notes(command) => command.run(),
        }
    }
}
