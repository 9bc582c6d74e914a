//! Where in a piece it went well and where not.

use crate::rollout::Rollout;
use serde::{Deserialize, Serialize};
use simulation::score::{CONTROL_TIMESTEP_SECS, Score};

/// A passage lasts so long: a few bars, about what a person practises at a time.
const PASSAGE_SECS: f64 = 5.0;

/// A stretch of the score and how it was played.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// From here, seconds of the score with the silence in front.
    pub start_secs: f64,
    /// To here.
    pub end_secs: f64,
    /// Frame F1 over the frames in which a note is due; none where none is.
    pub f1: Option<f64>,
    /// Notes that begin in it.
    pub notes: usize,
}

/// The score in passages, from its beginning to its end.
pub fn passages(score: &Score, rollout: &Rollout) -> Vec<Passage> {
    let frames_each = (PASSAGE_SECS / CONTROL_TIMESTEP_SECS).round() as usize;
    let frames: Vec<_> = rollout.played.each_frame(score).collect();
    let passages = frames.chunks(frames_each).enumerate().map(|(index, frames)| {
        let first = index * frames_each;
        let due: Vec<f64> = frames
            .iter()
            .filter(|(frame, _)| !frame.notes.is_empty())
            .map(|(_, scores)| scores.f1)
            .collect();
        Passage {
            start_secs: first as f64 * CONTROL_TIMESTEP_SECS,
            end_secs: (first + frames.len()) as f64 * CONTROL_TIMESTEP_SECS,
            f1: (!due.is_empty()).then(|| due.iter().sum::<f64>() / due.len() as f64),
            notes: (first..first + frames.len()).map(|frame| score.onsets(frame).count()).sum(),
        }
    });
    passages.collect()
}
