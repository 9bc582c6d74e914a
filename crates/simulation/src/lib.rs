//! RoboPianist's task in Rust: two Shadow Hands at a piano in MuJoCo, what they see, and what they are rewarded for.
//!
//! Given the same actions it goes through the same states as the Python package RoboPianist 1.0.10. MuJoCo has its one home
//! here. This crate knows nothing of videos, learning algorithms or jobs, and reads no files: the hands' files come in as
//! bytes, and MuJoCo's library as a path that is only loaded from.

pub mod action;
pub mod controls;
pub mod environment;
pub mod keys;
pub mod kinematics;
pub mod metrics;
pub mod model;
pub mod mujoco;
pub mod observation;
pub mod physics;
pub mod picture;
pub mod reward;
pub mod scene;
pub mod schedule;
pub mod score;
mod touch;
pub mod trajectory;
pub mod vectorised;
pub mod velocity;
