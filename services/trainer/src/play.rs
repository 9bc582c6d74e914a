//! Playing without learning: a recording again, or any score with a policy; in the exact model, measured.

use crate::error::TrainError;
use crate::fingers::{FingerSources, finger_to_play};
use crate::hands::Hands;
use crate::piece::Piece;
use crate::policy;
use crate::recording::{Playable, Recording};
use crate::result::Performed;
use simulation::environment::Environment;
use simulation::score::FrameSettings;
use std::path::Path;
use std::sync::Arc;
use training::metrics::{Actor, measure};
use training::rollout::{self, Recorded};

/// Does the same actions again.
pub fn replay(hands: &Hands, recording: Recording) -> Result<Performed, TrainError> {
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
    Ok(Performed {
        metrics: measure(&recording.playable.score, &rollout, Actor::OpenLoopPlan, None),
        playable: recording.playable,
        replay: recording.replay,
        rollout,
    })
}

/// Plays a piece with the network in `file` alone; notes without a finger are fingered from the score.
pub fn with_policy(hands: &Hands, file: &Path, piece: &Piece, frames: &FrameSettings) -> Result<(Performed, FingerSources), TrainError> {
    let policy = policy::read(file)?;
    let model = policy::model(&policy, hands)?;
    let fingered = finger_to_play(piece)?;
    let playable = Playable::new(&fingered.piece, frames)?;
    let rollout = policy::play(&policy, &model, &playable)?;
    let performed = Performed {
        metrics: measure(&playable.score, &rollout, Actor::Policy, None),
        replay: playable.replay(model.settings(), frames),
        playable,
        rollout,
    };
    Ok((performed, fingered.sources))
}
