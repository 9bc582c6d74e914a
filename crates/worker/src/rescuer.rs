//! The rescuer: jobs whose worker stopped extending its lease are tried again, or discarded after too many workers were lost.

use crate::random;
use crate::stopping::stopping;
use catalog::{Catalog, CatalogError, Rescued};
use jobs::Limits;
use std::time::Duration;
use tokio::sync::watch;

/// How often it looks: with a lease of 30 s a dead worker's job is free again within 35 s.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Jobs rescued in one transaction.
const BATCH: i64 = 100;

/// Rescues until `shutdown` turns true.
pub async fn run(catalog: &dyn Catalog, limits: &Limits, mut shutdown: watch::Receiver<bool>) {
    while !stopping(&shutdown) {
        match tick(catalog, limits).await {
            // There may be more, when a whole rack of workers is gone.
            Ok(rescued) if rescued.retried + rescued.discarded >= BATCH => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "lost jobs are not rescued for now"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = shutdown.wait_for(|stop| *stop) => {}
        }
    }
}

/// Rescues what is lost now, up to a batch of it.
pub async fn tick(catalog: &dyn Catalog, limits: &Limits) -> Result<Rescued, CatalogError> {
    let rescued = catalog.rescue_lost(limits, BATCH, random::unit()).await?;
    if rescued != Rescued::default() {
        tracing::warn!(
            jobs.retried = rescued.retried,
            jobs.discarded = rescued.discarded,
            "workers were lost"
        );
        metrics::counter!("reaper_requeued_total").increment(rescued.retried.unsigned_abs());
        metrics::counter!("reaper_discarded_total").increment(rescued.discarded.unsigned_abs());
    }
    Ok(rescued)
}
