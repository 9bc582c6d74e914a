//! What failures on the way to labels mean for a job.

use crate::error::with_causes;
use artifacts::StoreError;
use jobs::Failure;
use sources::{FetchError, FetchErrorClass};
use std::time::Duration;
use worker::Interrupted;

/// How long a video that is live or premieres later is left alone.
const NOT_YET: Duration = Duration::from_secs(3600);
/// How long a host that asks for patience without saying how long is left alone, the first time.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The store failed, or our disk on the way from or to it. It will come back, or an operator will see why not.
pub fn of_store(error: &StoreError) -> Failure {
    match error {
        StoreError::File { source, .. } => Failure::retry(disk_code(source), with_causes(error)),
        StoreError::Full { .. } => Failure::retry("store_full", with_causes(error)),
        _ => Failure::retry("store_unavailable", with_causes(error)),
    }
}

/// The worker's own disk failed.
pub fn of_disk(error: &std::io::Error) -> Failure {
    Failure::retry(disk_code(error), format!("the worker's disk cannot be used: {error}"))
}

fn disk_code(error: &std::io::Error) -> &'static str {
    if is_full(error) { "disk_full" } else { "disk_failed" }
}

/// Whether there is no room for what was to be written.
pub fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

/// A video did not come.
pub fn of_fetch(error: FetchError, host: Option<&str>) -> Interrupted {
    let host = host.map(str::to_owned);
    Interrupted::Failed(match error.class {
        FetchErrorClass::Permanent => Failure::discard(error.code, error.message),
        FetchErrorClass::Deferred => Failure::snooze(error.retry_after.unwrap_or(NOT_YET), None, error.code, error.message),
        FetchErrorClass::Throttled => Failure::snooze(error.retry_after.unwrap_or(PATIENCE), host, error.code, error.message),
        FetchErrorClass::Transient | FetchErrorClass::StaleUrl | FetchErrorClass::ToolBug => Failure::retry(error.code, error.message),
        FetchErrorClass::Stopped => return Interrupted::Stopped,
    })
}
