//! One file per verb.

pub mod cancel;
pub mod dev;
pub mod distill;
pub mod download;
pub mod evaluate;
pub mod finger;
pub mod hands;
pub mod keyboard;
pub mod keys;
pub mod label;
pub mod list;
pub mod models;
pub mod play;
pub mod retry;
pub mod submit;
pub mod synthesize;
pub mod train;
pub mod transcribe;
pub mod watch;
