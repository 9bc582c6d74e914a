//! Which finger played each note: cost, assignment, sequence smoothing, confidence.
//!
//! Works on notes and fingertips in keyboard coordinates. Knows nothing of pictures, cameras, sound or models.

pub mod alignment;
mod along_keyboard;
mod assignment;
mod clip;
mod cues;
pub mod evaluation;
pub mod evidence;
mod fingertips;
pub mod from_score;
mod habits;
mod keys;
mod linear;
mod observation;
mod paper;
mod placement;
#[cfg(test)]
mod practice;
mod sequence;

pub use along_keyboard::along_keyboard;
pub use assignment::{Assignment, Witnesses};
pub use paper::paper;
