//! How the person of a labelled performance moved: its `hands.parquet` in the time of the score.

use crate::error::{TrainError, with_causes};
use crate::piece::Piece;
use piano::FingerNumber;
use simulation::score::{FrameSettings, Score};
use simulation::trajectory::Trajectory;
use std::fs::File;
use std::path::Path;
use training::person::{self, SeenHand};

/// The table's name in a labelled performance's folder.
pub const HANDS_FILE: &str = "hands.parquet";

/// The wrist among the landmarks.
const WRIST: usize = 0;

/// Reads where the hands were for each frame of a score that was made from this piece.
pub fn read(table: &Path, piece: &Piece, score: &Score, settings: &FrameSettings) -> Result<Trajectory, TrainError> {
    let refused = |reason: String| {
        let message = format!("{}: {reason}", table.display());
        TrainError::refused("hands_unreadable", message, "Label the video again.")
    };
    let file = File::open(table).map_err(|error| refused(error.to_string()))?;
    let rows = artifacts::read_hands(file).map_err(|error| refused(with_causes(&error)))?;
    let late_secs = score_lateness_secs(piece, score, settings);
    let seen = rows.iter().map(|row| {
        let [thumb, index, middle, ring, little] = FingerNumber::ALL.map(|finger| row.landmarks_keyboard[finger.tip_landmark()]);
        SeenHand {
            secs: settings.stretch * row.secs + late_secs,
            hand: row.hand,
            points: [thumb, index, middle, ring, little, row.landmarks_keyboard[WRIST]],
        }
    });
    Ok(person::trajectory(seen.collect(), score.frames().len()))
}

/// How much later than the (stretched) video a score runs: trimming moves its beginning, a buffer delays it.
fn score_lateness_secs(piece: &Piece, score: &Score, settings: &FrameSettings) -> f64 {
    let first = |notes: &[piano::FingeredNote]| notes.iter().map(|note| note.note.onset_secs).fold(f64::INFINITY, f64::min);
    first(score.notes()) - settings.stretch * first(&piece.notes)
}
