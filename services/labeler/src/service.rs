//! The labelling worker as a program: opens what it needs and works until told to stop.

use crate::config::LabelerConfig;
use crate::work::LabelerWork;
use artifacts::ArtifactStore;
use bootstrap::models::ModelStore;
use broker::Broker;
use catalog::{Catalog, Worker};
use jobs::{JobKind, WorkerId};
use sources::guard::Guard;
use sources::yt_dlp::YtDlpConfig;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use worker::{Driver, DriverSettings};

/// Connections of a worker to the catalog: a few for all slots together.
const CONNECTIONS_MAX: u32 = 5;

/// What a worker shares with other programs in its process.
pub struct Parts {
    /// Where jobs are.
    pub catalog: Arc<dyn Catalog>,
    /// What rings.
    pub broker: Arc<dyn Broker>,
    /// Where files are.
    pub store: ArtifactStore,
}

impl Parts {
    /// Opens them as the settings say.
    pub async fn open(config: &LabelerConfig) -> Result<Parts, Box<dyn Error + Send + Sync>> {
        let store = ArtifactStore::open(&config.artifacts)?;
        artifacts::check_at_start(&store).await?;
        Ok(Parts {
            catalog: catalog::open(&config.catalog_url, CONNECTIONS_MAX).await?,
            broker: broker::open(&config.broker_url)?,
            store,
        })
    }
}

/// yt-dlp as the set-up installs it, unless the settings say where else it is.
pub fn with_installed_yt_dlp(config: YtDlpConfig) -> YtDlpConfig {
    let wheels = || -> Result<Vec<PathBuf>, Box<dyn Error + Send + Sync>> {
        let store = ModelStore::open()?;
        Ok([store.files("yt-dlp")?, store.files("yt-dlp-ejs")?].concat())
    };
    match wheels() {
        Ok(wheels) => config.with_wheels(&wheels),
        Err(error) => {
            tracing::warn!(%error, "yt-dlp is not installed by the set-up: only files are fetched, unless Python finds another");
            config
        }
    }
}

/// Works until `shutdown` turns true. `program` is what is started as a labelling child (see [`crate::child`]).
pub async fn run(
    mut config: LabelerConfig,
    parts: Parts,
    program: PathBuf,
    shutdown: watch::Receiver<bool>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    config.fetch.yt_dlp = with_installed_yt_dlp(config.fetch.yt_dlp);
    let kinds = config.kinds.iter().map(|kind| kind.parse()).collect::<Result<Vec<JobKind>, _>>()?;
    let worker = Worker {
        id: WorkerId::from_uuid(uuid::Uuid::now_v7()),
        name: format!("{}:{}", host_name(), std::process::id()),
        kinds,
        device: config.device.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    tracing::info!(worker.id = %worker.id, worker.name = worker.name, "a labelling worker begins");
    let settings = DriverSettings {
        slots: config.slots.max(1),
        look_every: Duration::from_secs(config.look_every_secs.max(1)),
        drain_patience: Duration::from_secs(config.drain_secs),
        ..DriverSettings::default()
    };
    let url = config.catalog_url.clone();
    let work = LabelerWork {
        catalog: Arc::clone(&parts.catalog),
        store: parts.store,
        guard: Guard::new(config.guard.clone()),
        program,
        config,
    };
    let driver = Driver {
        catalog: parts.catalog,
        connect: Arc::new(move || catalog::connect(&url, 2)),
        broker: parts.broker,
        handler: Arc::new(work),
        worker,
        settings,
    };
    driver.run(shutdown).await?;
    Ok(())
}

fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").map_or_else(|_| "unknown".to_owned(), |name| name.trim().to_owned())
}
