//! `toccata evaluate`: how good labels are, against a truth.

mod fingering;
mod notes;

use crate::failure::{Failure, fault};
use clap::{Args, Subcommand};
use labeling::truth::{self, ReadTruthError, TruthNote};
use std::io::Read;
use std::path::{Path, PathBuf};

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

/// Labels and truths are some megabytes at most; what is larger is read no further and then refused as damaged.
const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// Why there are no notes to compare.
#[derive(Debug, thiserror::Error)]
enum ReadNotesError {
    #[error("{} cannot be read", file.display())]
    File { file: PathBuf, source: std::io::Error },
    #[error("{} holds no notes that can be compared", file.display())]
    Content { file: PathBuf, source: ReadTruthError },
}

/// Notes in any format [`truth::read`] knows, from a file or from the folder `toccata label` wrote.
fn read_notes(path: &Path) -> Result<Vec<TruthNote>, Failure> {
    let file = if path.is_dir() {
        path.join("performance.json")
    } else {
        path.to_owned()
    };
    let mut bytes = Vec::new();
    let reading = std::fs::File::open(&file).and_then(|opened| opened.take(LARGEST_FILE_BYTES).read_to_end(&mut bytes));
    if let Err(source) = reading {
        return Err(fault(ReadNotesError::File { file, source }));
    }
    truth::read(&bytes).map_err(|source| fault(ReadNotesError::Content { file, source }))
}
