//! The main of every service: settings, logs, signals, and an exit status.

use crate::tracing::LogConfig;
use crate::{config, shutdown};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::process::ExitCode;
use tokio::sync::watch;

/// Settings every service has.
pub trait ServiceConfig: Default + Serialize + DeserializeOwned {
    /// How it logs.
    fn log(&self) -> &LogConfig;
}

type Failed = Box<dyn Error + Send + Sync>;

/// Runs a service until it is told to stop. The settings file is the one argument, or named by `TOCCATA_CONFIG`.
pub fn main<C: ServiceConfig, F: Future<Output = Result<(), Failed>>>(work: impl FnOnce(C, watch::Receiver<bool>) -> F) -> ExitCode {
    match begin(work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn begin<C: ServiceConfig, F: Future<Output = Result<(), Failed>>>(work: impl FnOnce(C, watch::Receiver<bool>) -> F) -> Result<(), Failed> {
    let file = std::env::args_os().nth(1).map(std::path::PathBuf::from);
    let settings: C = config::load(file.as_deref())?;
    crate::tracing::start_service(settings.log());
    let shutdown = shutdown::listen_for_tasks()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(work(settings, shutdown))
}
