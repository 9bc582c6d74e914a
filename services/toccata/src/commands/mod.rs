//! One file per verb.

pub mod evaluate;
pub mod hands;
pub mod keyboard;
pub mod label;
pub mod models;
pub mod synthesize;
pub mod transcribe;
