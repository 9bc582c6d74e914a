//! `labeler`: a worker that lists playlists, fetches videos and labels them.

use labeler::config::LabelerConfig;
use labeler::service::{Parts, run};
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    if labeler::child::is_child() {
        return labeler::child::run();
    }
    bootstrap::service::main(work)
}

async fn work(config: LabelerConfig, shutdown: tokio::sync::watch::Receiver<bool>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let parts = Parts::open(&config).await?;
    run(config, parts, std::env::current_exe()?, shutdown).await
}
