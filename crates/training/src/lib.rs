//! From a score to hands that play it: rollouts in RoboPianist's task, how good they are, and what is written of them.
//!
//! This crate knows nothing of jobs, files or the network: writers return bytes, and whoever calls keeps them.

pub mod imitation;
pub mod metrics;
pub mod npy;
pub mod person;
pub mod practice;
pub mod replay;
pub mod rollout;
pub mod sight;
pub mod songs;
pub mod sounded;
