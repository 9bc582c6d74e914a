//! What failures on the way to labels mean for a job.

use jobs::Failure;
use sources::{FetchError, FetchErrorClass};
use std::time::Duration;
use worker::Interrupted;

/// How long a video that is live or premieres later is left alone.
const NOT_YET: Duration = Duration::from_secs(3600);
/// How long a host that asks for patience without saying how long is left alone, the first time.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

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
