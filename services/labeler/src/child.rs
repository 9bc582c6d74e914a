//! Labelling in a child process. Videos are hostile until proven otherwise: what crashes or eats memory is the child, and
//! what stops it at once is a signal to its process group. The child gets the request on its stdin and tells its progress
//! on stdout, a JSON line each. Its stdin stays open as long as its parent lives: a child whose parent was killed ends too, instead of
//! computing for hours what nobody will hear.

use crate::error::LabelError;
use crate::progress::{Listener, Progress};
use crate::request::Request;
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use labeling::performance::Performance;
use labeling::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Write};

/// The argument that makes a program of ours the child.
pub const CHILD_ARGUMENT: &str = "label-in-child";

/// The exit code of a child whose parent is gone.
pub const ORPHANED: i32 = 70;

/// What the child says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// It goes on.
    Progress(Progress),
    /// It is done; the results are in the request's folder.
    Labelled(Summary),
    /// The video cannot be labelled.
    Refused(Refusal),
    /// The request is wrong.
    Usage(String),
    /// It stopped when asked to.
    Stopped,
    /// There is no room for its results.
    DiskFull(String),
    /// A fault of ours or of the machine, with its causes.
    Fault(String),
}

/// A labelled performance in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Of the video.
    pub duration_secs: f64,
    /// Notes.
    pub notes: usize,
    /// Notes with a finger.
    pub fingered_notes: usize,
    /// Of the fingered notes; 0 without any.
    pub mean_confidence: f64,
    /// What labelled it: program and models, as in `performance.json`.
    pub engines: serde_json::Value,
}

impl Summary {
    /// The numbers of a performance.
    pub fn of(performance: &Performance) -> Summary {
        let confidences: Vec<f64> = performance
            .notes
            .iter()
            .filter(|note| note.finger.is_some())
            .map(|note| note.confidence)
            .collect();
        Summary {
            duration_secs: performance.source.duration_secs,
            notes: performance.notes.len(),
            fingered_notes: confidences.len(),
            mean_confidence: confidences.iter().sum::<f64>() / confidences.len().max(1) as f64,
            engines: serde_json::json!({ "toccata": performance.toccata_version, "models": performance.models }),
        }
    }
}

/// Whether this process was started as a child; then its main does nothing but [`run`].
pub fn is_child() -> bool {
    std::env::args().nth(1).is_some_and(|argument| argument == CHILD_ARGUMENT)
}

/// The child's whole life.
pub fn run() -> std::process::ExitCode {
    let line = match request() {
        Ok((request, shutdown, store)) => said(crate::label(&request, &store, &mut Teller(shutdown))),
        Err(error) => said(Err(error)),
    };
    match tell(&line) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(_) => std::process::ExitCode::FAILURE,
    }
}

fn request() -> Result<(Request, Shutdown, ModelStore), LabelError> {
    let shutdown = Shutdown::listen().map_err(LabelError::fault)?;
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text).map_err(LabelError::fault)?;
    let request = serde_json::from_str(&text).map_err(LabelError::fault)?;
    std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(end_with_parent)
        .map_err(LabelError::fault)?;
    Ok((request, shutdown, ModelStore::open().map_err(LabelError::fault)?))
}

/// Nothing more comes on stdin; it closes when the parent is gone. Finished stages are whole files, so nothing is lost by ending at once.
fn end_with_parent() {
    let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    std::process::exit(ORPHANED);
}

fn said(result: Result<Performance, LabelError>) -> Line {
    match result {
        Ok(performance) => Line::Labelled(Summary::of(&performance)),
        Err(LabelError::Refused(refusal)) => Line::Refused(refusal),
        Err(LabelError::Usage(message)) => Line::Usage(message),
        Err(LabelError::Stopped) => Line::Stopped,
        Err(LabelError::Fault(error)) => {
            let message = crate::error::with_causes(error.as_ref());
            if full_disk_caused(error.as_ref()) {
                Line::DiskFull(message)
            } else {
                Line::Fault(message)
            }
        }
    }
}

fn full_disk_caused(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.filter_map(|error| error.downcast_ref()).any(artifacts::is_disk_full)
}

fn tell(line: &Line) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Tells the parent; a parent that is gone is a reason to stop.
struct Teller(Shutdown);

impl Listener for Teller {
    fn hear(&mut self, progress: Progress) {
        if tell(&Line::Progress(progress)).is_err() {
            self.0.request();
        }
    }

    fn stop_requested(&self) -> bool {
        self.0.requested()
    }
}
