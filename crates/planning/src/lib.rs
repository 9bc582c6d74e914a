//! From a fingered score to actions that play it in the simulation: a prior from geometry, a controller around it, and a planner
//! that improves on it where it fails.
//!
//! This crate knows nothing of learning, videos or jobs, and touches no files: models are handed to it built.

pub mod arm;
pub mod banded;
mod cost;
pub mod demonstrations;
pub mod feedforward;
mod hand;
pub mod models;
mod noise;
mod person;
pub mod planner;
pub mod playback;
pub mod poses;
pub mod prior;
mod rollouts;
pub mod settings;
mod target;
pub mod tracking;
pub mod tuning;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A note has no finger; the score is to be fingered first.
    #[error(transparent)]
    UnknownFinger(#[from] simulation::schedule::UnknownFinger),
    /// The request to stop came.
    #[error("planning was stopped")]
    Stopped,
    /// A checkpoint of another score, of other hands or settings.
    #[error("the checkpoint is of another plan")]
    OtherCheckpoint,
    /// The model for kinematics has a piano.
    #[error(transparent)]
    NotHandsAlone(#[from] simulation::kinematics::NotHandsAlone),
}
