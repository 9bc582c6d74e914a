//! The labelling worker's settings.

use crate::parent::ChildLimits;
use artifacts::StoreConfig;
use bootstrap::service::ServiceConfig;
use bootstrap::tracing::LogConfig;
use serde::{Deserialize, Serialize};
use sources::fetch::FetchConfig;
use sources::guard::GuardConfig;
use std::path::PathBuf;

/// The labelling worker's settings, with their defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelerConfig {
    /// How it logs.
    pub log: LogConfig,
    /// The database: `postgres://user:password@host/name` or `sqlite:FILE`.
    pub catalog_url: String,
    /// RabbitMQ: `amqp://user:password@host/vhost`.
    pub broker_url: String,
    /// Where objects are kept.
    pub artifacts: StoreConfig,
    /// What it does: `expand_playlist`, `fetch_video`, `label_performance`.
    pub kinds: Vec<String>,
    /// Jobs done at a time.
    pub slots: usize,
    /// What it computes on; recorded with each attempt.
    pub device: String,
    /// Videos being worked on are kept here, and deleted afterwards.
    pub work_folder: PathBuf,
    /// Seconds a running job may take to stop when the program does.
    pub drain_secs: u64,
    /// Seconds an idle worker waits for a doorbell before it looks into the catalog anyway.
    pub look_every_secs: u64,
    /// What one labelling process may use up.
    pub label_limits: ChildLimits,
    /// Whether the video is deleted once it is labelled.
    pub delete_video_after_labelling: bool,
    /// Seconds between two videos from one host.
    pub host_spacing_secs: u64,
    /// How videos are fetched.
    pub fetch: FetchConfig,
    /// Names the labelling pipeline; the API's has to be the same.
    pub labelling_version: String,
    /// Who may be asked for videos.
    pub guard: GuardConfig,
    /// Buckets that videos may come from.
    pub buckets: Vec<String>,
    /// Whether videos may be files of this machine (development only).
    pub local_paths: bool,
}

impl Default for LabelerConfig {
    fn default() -> LabelerConfig {
        LabelerConfig {
            log: LogConfig::default(),
            catalog_url: "sqlite:toccata.db".to_owned(),
            broker_url: String::new(),
            artifacts: StoreConfig::default(),
            kinds: ["expand_playlist", "fetch_video", "label_performance"].map(str::to_owned).into(),
            slots: 1,
            device: "cpu".to_owned(),
            work_folder: std::env::temp_dir().join("toccata-work"),
            drain_secs: 30,
            look_every_secs: 5,
            label_limits: ChildLimits::default(),
            delete_video_after_labelling: true,
            // platform.md 3.1: five to fifteen seconds between videos.
            host_spacing_secs: 8,
            fetch: FetchConfig::default(),
            labelling_version: jobs::LABELLING_VERSION.to_owned(),
            guard: GuardConfig::default(),
            buckets: Vec::new(),
            local_paths: false,
        }
    }
}

impl ServiceConfig for LabelerConfig {
    fn log(&self) -> &LogConfig {
        &self.log
    }
}
