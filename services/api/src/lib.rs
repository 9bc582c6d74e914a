//! The REST API, and the duties that live beside it: relay, scheduler, rescuer, webhooks, sweep.
//!
//! Accepts work and shows what became of it. Knows nothing of how videos are labelled, and does none of the work itself.

pub mod access;
mod artifacts;
mod batches;
mod config;
mod dashboard;
pub mod duties;
mod events;
mod health;
mod idempotency;
mod intake;
mod jobs;
mod keys;
mod metrics;
mod openapi;
mod performances;
mod problem;
mod router;
mod run;
mod schema;
mod sources;
mod state;
mod uploads;
mod usage;
mod videos;
mod web;
mod webhooks;
mod workers;

pub use config::{ApiConfig, DevConfig, LimitsConfig};
pub use idempotency::request_fingerprint;
pub use metrics::recorder;
pub use problem::{Code, Problem};
pub use router::{document, router};
pub use run::{Foundations, RunError, run, run_on, state};
pub use state::ApiState;
