//! The worker that trains policies on labelled performances, and the library behind `toccata train` and `toccata play`.

pub mod config;
pub mod distill;
pub mod error;
pub mod fingers;
pub mod hands;
pub mod person;
pub mod piece;
pub mod play;
pub mod policy;
pub mod recording;
pub mod result;
pub mod scene_video;
mod teacher;
pub mod train;
mod training_job;

use artifacts::ArtifactStore;
use broker::Broker;
use catalog::{Catalog, Worker};
use config::TrainerConfig;
use jobs::{JobKind, WorkerId};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use worker::{Driver, DriverSettings};

/// Works until `shutdown` turns true.
pub async fn run(
    config: TrainerConfig,
    catalog: Arc<dyn Catalog>,
    broker: Arc<dyn Broker>,
    store: ArtifactStore,
    shutdown: watch::Receiver<bool>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let url = config.catalog_url.clone();
    let work = training_job::TrainingJob {
        catalog: Arc::clone(&catalog),
        store,
        config: config.clone(),
    };
    let driver = Driver {
        catalog,
        connect: Arc::new(move || catalog::connect(&url, 2)),
        broker,
        handler: Arc::new(work),
        worker: Worker {
            id: WorkerId::from_uuid(uuid::Uuid::now_v7()),
            name: format!("trainer:{}", std::process::id()),
            kinds: vec![JobKind::TrainPolicy],
            device: config.device.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        settings: DriverSettings {
            slots: config.slots.max(1),
            drain_patience: Duration::from_secs(config.drain_secs),
            ..DriverSettings::default()
        },
    };
    driver.run(shutdown).await?;
    Ok(())
}
