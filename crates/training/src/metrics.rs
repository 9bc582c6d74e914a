//! How good a rollout is: `metrics.json`.

mod fingers;
mod notes;
mod passages;
mod smoothness;

use crate::rollout::Rollout;
use serde::{Deserialize, Serialize};
use simulation::metrics::FrameScores;
use simulation::reward::RewardTerms;
use simulation::score::Score;
use simulation::trajectory::Trajectory;

pub use fingers::{FingerScores, finger_scores};
pub use notes::{NoteScores, OnsetScores, note_scores};
pub use passages::{Passage, passages};
pub use smoothness::{Naturalness, naturalness};

/// What made the actions. Figures of one kind are never to be mixed with those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Actions worked out before, played back without looking.
    OpenLoopPlan,
    /// A planner that tries futures in the simulator while it plays.
    SampledPlan,
    /// A network alone: observation in, action out.
    Policy,
}

/// All figures of one rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// What made the actions.
    pub actor: Actor,
    /// Control steps of the score, and how many of them are silence put in front.
    pub frames: usize,
    /// Frames of silence put in front of the score.
    pub buffer_frames: usize,
    /// Whether the physics broke down before the end; what came after counts as not played.
    pub diverged: bool,
    /// RoboPianist's own figures: means over all frames. A silent frame played silently counts 1.
    pub frame: Scores,
    /// The same without the silence put in front.
    pub frame_without_buffer: Scores,
    /// The same over frames in which a note is due.
    pub frame_where_due: Scores,
    /// The pedal's.
    pub sustain: Scores,
    /// Notes by their onsets.
    pub notes: NoteScores,
    /// Who played.
    pub fingers: FingerScores,
    /// How the hands moved.
    pub naturalness: Naturalness,
    /// The reward's terms, means over steps.
    pub reward: RewardMeans,
    /// The piece in stretches of five seconds.
    pub passages: Vec<Passage>,
}

/// Precision, recall and F1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// How much of what sounded was due.
    pub precision: f64,
    /// How much of what was due sounded.
    pub recall: f64,
    /// Both in one.
    pub f1: f64,
}

/// Means of the reward's terms over steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RewardMeans {
    /// Of the sum.
    pub total: f64,
    /// Keys that are due are down, and no others.
    pub key_press: f64,
    /// The pedal is where it is due.
    pub sustain: f64,
    /// Moving costs: 0 or less.
    pub energy: f64,
    /// Fingers are at their keys.
    pub fingering: f64,
    /// The forearms keep off each other.
    pub forearm: f64,
    /// Keys are struck as hard as is due, where that is rewarded.
    pub velocity: f64,
    /// The hands move as the person's did, where that is rewarded.
    pub trajectory: f64,
}

/// Measures a rollout. `person` is how somebody moved who played the piece, if that is known.
pub fn measure(score: &Score, rollout: &Rollout, actor: Actor, person: Option<&Trajectory>) -> Metrics {
    let buffer_frames = score.buffer_frames();
    let played = &rollout.played;
    Metrics {
        actor,
        frames: score.frames().len(),
        buffer_frames,
        diverged: rollout.status == simulation::environment::EpisodeStatus::Diverged,
        frame: played.key_scores(score).into(),
        frame_without_buffer: played.key_scores_where(score, |index, _| index >= buffer_frames).into(),
        frame_where_due: played.key_scores_where(score, |_, frame| !frame.notes.is_empty()).into(),
        sustain: played.sustain_scores(score).into(),
        notes: note_scores(score, rollout),
        fingers: finger_scores(score, rollout),
        naturalness: naturalness(score, rollout, person),
        reward: means(&rollout.rewards),
        passages: passages(score, rollout),
    }
}

fn means(rewards: &[RewardTerms]) -> RewardMeans {
    let mean = |term: fn(&RewardTerms) -> f64| rewards.iter().map(term).sum::<f64>() / rewards.len().max(1) as f64;
    RewardMeans {
        total: mean(RewardTerms::total),
        key_press: mean(|terms| terms.key_press),
        sustain: mean(|terms| terms.sustain),
        energy: mean(|terms| terms.energy),
        fingering: mean(|terms| terms.fingering),
        forearm: mean(|terms| terms.forearm),
        velocity: mean(|terms| terms.velocity),
        trajectory: mean(|terms| terms.trajectory),
    }
}

impl From<FrameScores> for Scores {
    fn from(scores: FrameScores) -> Scores {
        Scores {
            precision: scores.precision,
            recall: scores.recall,
            f1: scores.f1,
        }
    }
}
