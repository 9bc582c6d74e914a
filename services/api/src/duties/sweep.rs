//! The sweep: deletes from the store what nothing refers to any more.

use crate::state::ApiState;
use ::artifacts::{ContentHash, StoreError, SweepError, UPLOADS_PREFIX};
use catalog::CatalogError;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::watch;

/// How often condemned objects are deleted.
const DELETE_EVERY: Duration = Duration::from_secs(60);
/// Condemned objects taken at once.
const BATCH: i64 = 200;
/// Whoever is about to commit an object has put it just before, and putting makes young: a condemned object that is so young may
/// be wanted again and is looked at later.
pub const SETTLED_AFTER: Duration = Duration::from_secs(3600);
/// How often the whole store is looked through for orphans. Listing a million objects takes minutes and costs money.
const LOOK_THROUGH_EVERY: Duration = Duration::from_secs(6 * 3600);
/// No attempt takes longer from its last put to its commit.
const ORPHAN_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Why the store was not swept.
#[derive(Debug, thiserror::Error)]
pub enum SweepFailure {
    /// The catalog failed.
    #[error("the catalog does not say what may go")]
    Catalog(#[from] CatalogError),
    /// The store failed.
    #[error("the store cannot delete")]
    Store(#[from] StoreError),
    /// The look through the store ended early.
    #[error("the store could not be looked through")]
    Orphans(#[from] SweepError),
}

/// Sweeps until `shutdown` turns true.
pub async fn run(state: &ApiState, mut shutdown: watch::Receiver<bool>) {
    let mut looked_through = Instant::now();
    while !*shutdown.borrow() {
        let now = bootstrap::clock::now();
        if let Err(error) = delete_condemned(state, now - SETTLED_AFTER).await {
            tracing::warn!(%error, "condemned objects stay for now");
        }
        if looked_through.elapsed() >= LOOK_THROUGH_EVERY {
            if let Err(error) = delete_orphans(state, now).await {
                tracing::warn!(%error, "orphans stay for now");
            }
            looked_through = Instant::now();
        }
        tokio::select! {
            () = tokio::time::sleep(DELETE_EVERY) => {}
            _ = shutdown.wait_for(|stop| *stop) => {}
        }
    }
}

/// Deletes objects the catalog condemned and that were last put before `settled`. Returns how many.
pub async fn delete_condemned(state: &ApiState, settled: SystemTime) -> Result<u64, SweepFailure> {
    let condemned = state.catalog.take_deletions(BATCH).await?;
    let mut gone = Vec::new();
    for sha256 in condemned {
        // What is no hash names no object.
        let Ok(hash) = sha256.parse::<ContentHash>() else {
            gone.push(sha256);
            continue;
        };
        let found = state.store.find(&hash.key()).await?;
        if found.is_none_or(|object| object.stored_at < settled) {
            state.store.delete(&hash.key()).await?;
            gone.push(sha256);
        }
    }
    state.catalog.forget_deletions(&gone).await?;
    metrics::counter!("swept_objects_total", "reason" => "condemned").increment(gone.len() as u64);
    Ok(gone.len() as u64)
}

/// Deletes what attempts, uploads and writers left behind. Returns how many objects.
pub async fn delete_orphans(state: &ApiState, now: SystemTime) -> Result<u64, SweepFailure> {
    let known = |hashes: Vec<String>| async move { state.catalog.known_objects(&hashes).await.map_err(Into::into) };
    let orphans = state.store.delete_orphans(now - ORPHAN_AFTER, known).await?;
    let keep = Duration::from_secs(3600) * state.settings.limits.upload_keep_hours;
    let chunks = state.store.delete_older_than(UPLOADS_PREFIX, now - keep - ORPHAN_AFTER).await?;
    let half_written = state.store.delete_half_written(now - ORPHAN_AFTER).await?;
    for (reason, swept) in [("orphan", orphans), ("upload", chunks), ("half_written", half_written)] {
        metrics::counter!("swept_objects_total", "reason" => reason).increment(swept.deleted);
        if swept.deleted > 0 {
            tracing::info!(reason, objects = swept.deleted, bytes = swept.deleted_bytes, "objects were swept");
        }
    }
    Ok(orphans.deleted + chunks.deleted + half_written.deleted)
}
