//! `api`: accepts work, shows what became of it, and keeps jobs moving.

use api::{ApiConfig, Foundations, run};
use std::error::Error;
use std::process::ExitCode;
use tokio::sync::watch;

fn main() -> ExitCode {
    bootstrap::service::main(work)
}

async fn work(config: ApiConfig, shutdown: watch::Receiver<bool>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let foundations = Foundations::open(&config).await?;
    Ok(run(config, foundations, shutdown).await?)
}
