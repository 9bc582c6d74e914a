//! Whether the fingers of the score played its notes.

use crate::rollout::Rollout;
use serde::{Deserialize, Serialize};
use simulation::score::{CONTROL_TIMESTEP_SECS, Score};

/// Who played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FingerScores {
    /// Strokes of keys while they were due with a finger.
    pub strokes: usize,
    /// Share of them by the finger that was due; none if there are none.
    pub by_labelled_finger: Option<f64>,
}

/// Looks at every stroke of a key that was due when it sounded.
pub fn finger_scores(score: &Score, rollout: &Rollout) -> FingerScores {
    let pairs = rollout.key_events.iter().filter(|event| event.on).filter_map(|event| {
        let frame = score.frames().get((event.at_secs / CONTROL_TIMESTEP_SECS) as usize)?;
        let due = frame.notes.iter().find(|note| note.pitch == event.pitch)?;
        Some((due.finger?, event.finger))
    });
    let (mut strokes, mut right) = (0, 0);
    for (due, struck) in pairs {
        strokes += 1;
        right += usize::from(struck == Some(due));
    }
    FingerScores {
        strokes,
        by_labelled_finger: (strokes > 0).then(|| right as f64 / strokes as f64),
    }
}
