//! Transkun version 2, the default transcriber: key-release offsets, velocities and pedals from stereo sound.

mod attributes_graph;
mod convert;
mod encoder_graph;
mod positions;
mod scores;
mod transcriber;

pub use convert::{TranskunFiles, convert};
pub use transcriber::{TRANSKUN_VERSION, Transkun, TranskunError};
