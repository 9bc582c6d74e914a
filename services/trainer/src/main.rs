//! `trainer`: a worker that trains policies.

use artifacts::ArtifactStore;
use std::error::Error;
use std::process::ExitCode;
use trainer::config::TrainerConfig;

fn main() -> ExitCode {
    bootstrap::service::main(work)
}

async fn work(config: TrainerConfig, shutdown: tokio::sync::watch::Receiver<bool>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let catalog = catalog::open(&config.catalog_url, 5).await?;
    let broker = broker::open(&config.broker_url)?;
    let store = ArtifactStore::open(&config.artifacts)?;
    artifacts::check_at_start(&store).await?;
    trainer::run(config, catalog, broker, store, shutdown).await
}
