//! The scheduler: jobs that are due become available, batches whose jobs have all ended are finished, and what is old is
//! forgotten.

use crate::stopping::stopping;
use catalog::{Catalog, CatalogError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Rows changed in one transaction.
const BATCH: i64 = 500;
/// How often old rows are deleted.
const FORGET_EVERY: Duration = Duration::from_secs(3600);
/// Events, kept answers and workers stay this long. Idempotency keys are promised for a day.
const KEEP: Duration = Duration::from_secs(7 * 24 * 3600);

/// Schedules until `shutdown` turns true, and wakes the relay when something became available.
pub async fn run(catalog: &dyn Catalog, wake_relay: &Notify, mut shutdown: watch::Receiver<bool>) {
    let mut forgot: Option<Instant> = None;
    while !stopping(&shutdown) {
        match tick(catalog).await {
            Ok(0) => {}
            Ok(released) => {
                wake_relay.notify_one();
                if released >= BATCH {
                    continue;
                }
            }
            Err(error) => tracing::warn!(%error, "due jobs have to wait"),
        }
        if forgot.is_none_or(|at| at.elapsed() >= FORGET_EVERY) {
            match catalog.forget_old(KEEP).await {
                Ok(rows) => tracing::debug!(rows, "old rows are forgotten"),
                Err(error) => tracing::warn!(%error, "old rows stay for now"),
            }
            forgot = Some(Instant::now());
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = shutdown.wait_for(|stop| *stop) => {}
        }
    }
}

/// Does what is due now, up to a batch of it. Returns how many jobs became available.
pub async fn tick(catalog: &dyn Catalog) -> Result<i64, CatalogError> {
    let released = catalog.release_due(BATCH).await?;
    catalog.finish_batches(BATCH).await?;
    Ok(released)
}
