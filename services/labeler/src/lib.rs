//! Labels one video file: opens it, runs the stages, keeps what is finished, writes the results. Around that, the worker that
//! lists playlists, fetches videos and labels them for the service.
//!
//! This is where pianos meet files. Algorithms live below, in `labeling` and its neighbours; who asks for the work (a person
//! at a terminal, a queue) lives above.

pub mod checkpoints;
pub mod child;
pub mod config;
pub mod error;
pub mod failures;
pub mod hand_models;
pub mod inspect;
pub mod listen;
mod notes;
mod overlay;
pub mod parent;
pub mod progress;
pub mod register;
pub mod request;
pub mod results;
pub mod service;
mod stages;
pub mod transcribers;
mod watch;
pub mod work;

pub use stages::{STAGES_FOLDER, label};
