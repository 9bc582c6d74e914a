//! Labels one video file: opens it, runs the stages, keeps what is finished, writes the results.
//!
//! This is where pianos meet files. Algorithms live below, in `labeling` and its neighbours; who asks for the work (a person
//! at a terminal, a queue) lives above.

pub mod child;
pub mod error;
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
mod stages;
pub mod transcribers;
mod watch;

pub use stages::label;
