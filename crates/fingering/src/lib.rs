//! Which finger played each note: cost, assignment, sequence smoothing, confidence.
//!
//! Works on notes and fingertips in keyboard coordinates. Knows nothing of pictures, cameras, sound or models.

mod along_keyboard;
mod assignment;
mod cues;
pub mod evaluation;
pub mod evidence;
mod fingertips;
mod habits;
mod keys;
mod linear;
mod observation;
mod paper;
mod placement;
mod sequence;

pub use along_keyboard::along_keyboard;
pub use assignment::{Assignment, Witnesses};
pub use paper::paper;
