//! Labels one video file: opens it, runs the stages, keeps what is finished, writes the results.

pub mod transcribers;
