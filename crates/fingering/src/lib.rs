//! Which finger played each note: cost, assignment, sequence smoothing, confidence.
//!
//! Works on notes and fingertips in keyboard coordinates. Knows nothing of pictures, cameras, sound or models.

pub mod evaluation;
pub mod evidence;
