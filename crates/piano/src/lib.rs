//! The words every other crate speaks: pitch, note, keyboard, hand, finger; PIG and MIDI reading and writing.
//!
//! This crate knows nothing of pictures, sound, models or jobs, and touches no files: readers take text or bytes,
//! writers return them.

pub mod finger;
pub mod keyboard;
pub mod midi;
pub mod note;
pub mod pig;
pub mod pitch;

pub use finger::{Finger, FingerNumber, Hand};
pub use note::{FingeredNote, Note, PedalInterval};
pub use pitch::Pitch;
