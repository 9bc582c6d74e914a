//! The settings of the API.

use ::sources::guard::GuardConfig;
use artifacts::StoreConfig;
use bootstrap::service::ServiceConfig;
use bootstrap::tracing::LogConfig;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};

/// The settings of the API, with their defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// How it logs.
    pub log: LogConfig,
    /// Where requests are answered.
    pub listen: SocketAddr,
    /// How the outside world reaches it, for the addresses in answers and in the OpenAPI document; empty: addresses in answers
    /// are paths.
    pub public_url: String,
    /// The database: `postgres://user:password@host/name` or `sqlite:FILE`.
    pub catalog_url: String,
    /// RabbitMQ: `amqp://user:password@host/vhost`; empty: doorbells ring within this process only.
    pub broker_url: String,
    /// Where objects are kept.
    pub artifacts: StoreConfig,
    /// Where files are put on their way into the store; empty: the system's folder for such files.
    pub spool_folder: String,
    /// How much is too much.
    pub limits: LimitsConfig,
    /// What fetched and called addresses may lead to.
    pub guard: GuardConfig,
    /// Why videos may be processed, unless their submitter says otherwise; empty: not stated.
    pub legal_basis: String,
    /// Buckets that `s3://` addresses may name.
    pub buckets: Vec<String>,
    /// Names the labelling pipeline. Equal videos with equal options are the same work only under the same name, so a new one
    /// labels again what is submitted again.
    pub labelling_version: String,
    /// For development only.
    pub dev: DevConfig,
}

/// How much is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Requests in a minute of a key that has no limit of its own.
    pub requests_per_minute: i64,
    /// Longest upload, bytes.
    pub upload_bytes_max: u64,
    /// Longest file of notes, bytes.
    pub notes_bytes_max: u64,
    /// Lines of a batch.
    pub batch_lines_max: usize,
    /// Longest list of a batch, bytes.
    pub batch_bytes_max: usize,
    /// Hours an unfinished upload is kept.
    pub upload_keep_hours: u32,
}

/// For development only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DevConfig {
    /// Who asks from this machine needs no key.
    pub open_to_loopback: bool,
    /// Files of this machine may be submitted by their path.
    pub local_paths: bool,
}

impl Default for ApiConfig {
    fn default() -> ApiConfig {
        ApiConfig {
            log: LogConfig::default(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: String::new(),
            catalog_url: "sqlite:toccata.db".to_owned(),
            broker_url: String::new(),
            artifacts: StoreConfig {
                url: "artifacts".to_owned(),
                ..StoreConfig::default()
            },
            spool_folder: String::new(),
            limits: LimitsConfig::default(),
            guard: GuardConfig::default(),
            legal_basis: String::new(),
            buckets: Vec::new(),
            labelling_version: jobs::LABELLING_VERSION.to_owned(),
            dev: DevConfig::default(),
        }
    }
}

impl ServiceConfig for ApiConfig {
    fn log(&self) -> &LogConfig {
        &self.log
    }
}

impl Default for LimitsConfig {
    fn default() -> LimitsConfig {
        LimitsConfig {
            // Ten a second: a dashboard with several tabs, or a script that submits one by one.
            requests_per_minute: 600,
            // As much as the labeler takes.
            upload_bytes_max: 16 << 30,
            // As much as the labeler reads.
            notes_bytes_max: 64 << 20,
            batch_lines_max: 100_000,
            // 100,000 lines of 640 bytes.
            batch_bytes_max: 64 << 20,
            upload_keep_hours: 24,
        }
    }
}
