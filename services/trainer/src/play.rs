//! Playing a recording again: the same actions in the exact model, measured anew.

use crate::error::TrainError;
use crate::hands::Hands;
use crate::recording::Recording;
use simulation::environment::Environment;
use std::sync::Arc;
use training::metrics::{Actor, Metrics, measure};
use training::rollout::{self, Recorded, Rollout};

/// Replays a recording.
pub fn replay(hands: &Hands, recording: &Recording) -> Result<(Rollout, Metrics), TrainError> {
    let model = hands.build(&recording.replay.scene())?;
    if model.action_len() != recording.action_len {
        let (found, expected) = (recording.action_len, model.action_len());
        let message = format!("its actions have {found} numbers; the hands that replay.json describes take {expected}");
        return Err(TrainError::refused(
            "recording_unreadable",
            message,
            "Record it again, or mend replay.json.",
        ));
    }
    let score = Arc::new(recording.playable.score.clone());
    let mut environment = Environment::new(&model, score, recording.replay.task());
    let rollout = rollout::perform(&mut environment, &mut Recorded(&recording.actions)).map_err(TrainError::fault)?;
    let metrics = measure(&recording.playable.score, &rollout, Actor::OpenLoopPlan, None);
    Ok((rollout, metrics))
}
