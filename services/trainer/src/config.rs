//! The trainer's settings.

use bootstrap::service::ServiceConfig;
use bootstrap::tracing::LogConfig;
use serde::{Deserialize, Serialize};

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
    /// Jobs done at a time.
    pub slots: usize,
    /// What it computes on; recorded with each attempt.
    pub device: String,
    /// Seconds a running job may take to stop when the program does.
    pub drain_secs: u64,
}

impl Default for TrainerConfig {
    fn default() -> TrainerConfig {
        TrainerConfig {
            log: LogConfig::default(),
            catalog_url: "sqlite:toccata.db".to_owned(),
            broker_url: String::new(),
            slots: 1,
            device: "cpu".to_owned(),
            drain_secs: 30,
        }
    }
}

impl ServiceConfig for TrainerConfig {
    fn log(&self) -> &LogConfig {
        &self.log
    }
}
