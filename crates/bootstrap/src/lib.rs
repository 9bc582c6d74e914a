//! What every program does the same way: settings, where models are kept, tracing, the clock, and stopping when asked.
//!
//! The only place that reads the environment and the system clock.

pub mod cache;
pub mod clock;
pub mod config;
pub mod digest;
pub mod models;
pub mod service;
pub mod shutdown;
pub mod sound_font;
pub mod tracing;
