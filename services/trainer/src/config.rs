//! The trainer's settings.

use crate::train::Method;
use artifacts::StoreConfig;
use bootstrap::service::ServiceConfig;
use bootstrap::tracing::LogConfig;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// The trainer's settings, with their defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainerConfig {
    /// How it logs.
    pub log: LogConfig,
    /// The database: `postgres://user:password@host/name` or `sqlite:FILE`.
    pub catalog_url: String,
    /// RabbitMQ: `amqp://user:password@host/vhost`.
    pub broker_url: String,
    /// Where objects are kept.
    pub artifacts: StoreConfig,
    /// Jobs done at a time.
    pub slots: usize,
    /// Threads that one job computes on.
    pub threads: NonZeroUsize,
    /// What it computes on; recorded with each attempt.
    pub device: String,
    /// How pieces are learned: `prior`, `plan` or `clone`.
    pub method: Method,
    /// Control steps that a planner may simulate for one piece.
    pub control_steps_max: u64,
    /// Pieces being learned are kept here, and deleted afterwards.
    pub work_folder: PathBuf,
    /// Silence before the first note of a piece in which the hands take their places, seconds.
    pub initial_buffer_secs: f64,
    /// Whether rollouts are drawn as videos, which takes about as long as they last.
    pub draw_rollouts: bool,
    /// Seconds a running job may take to stop when the program does.
    pub drain_secs: u64,
}

impl Default for TrainerConfig {
    fn default() -> TrainerConfig {
        TrainerConfig {
            log: LogConfig::default(),
            catalog_url: "sqlite:toccata.db".to_owned(),
            broker_url: String::new(),
            artifacts: StoreConfig::default(),
            slots: 1,
            threads: NonZeroUsize::MIN,
            device: "cpu".to_owned(),
            method: Method::Plan,
            // Some hours of one processor core.
            control_steps_max: 10_000_000,
            work_folder: std::env::temp_dir().join("toccata-training"),
            initial_buffer_secs: 0.5,
            draw_rollouts: true,
            drain_secs: 30,
        }
    }
}

impl ServiceConfig for TrainerConfig {
    fn log(&self) -> &LogConfig {
        &self.log
    }
}
