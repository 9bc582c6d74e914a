//! The stages from a video to a labelled performance, in order, and the two model seams.
//!
//! Nothing here opens files, reads the clock or runs a network: frames, samples, models, progress and the request to stop
//! are arguments.

pub mod align;
pub mod assemble;
pub mod hands;
pub mod keyboard;
pub mod on_keyboard;
pub mod performance;
pub mod refusal;
pub mod seams;
pub mod truth;
