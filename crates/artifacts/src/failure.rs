//! What a store or a disk that fails means for a job: it is tried again, because somebody will mend it.

use crate::StoreError;
use jobs::Failure;
use std::error::Error;
use std::io::ErrorKind;

/// The store failed, or our disk on the way from or to it.
pub fn failure_of_store(error: &StoreError) -> Failure {
    match error {
        StoreError::File { source, .. } => Failure::retry(disk_code(source), with_causes(error)),
        StoreError::Full { .. } => Failure::retry("store_full", with_causes(error)),
        _ => Failure::retry("store_unavailable", with_causes(error)),
    }
}

/// The worker's own disk failed.
pub fn failure_of_disk(error: &std::io::Error) -> Failure {
    Failure::retry(disk_code(error), format!("the worker's disk cannot be used: {error}"))
}

fn disk_code(error: &std::io::Error) -> &'static str {
    if is_disk_full(error) { "disk_full" } else { "disk_failed" }
}

/// Whether there is no room for what was to be written.
pub fn is_disk_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}"))
}
