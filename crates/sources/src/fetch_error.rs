//! Why a video did not come, sorted by what follows from it.

use std::time::Duration;

/// A fetch that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct FetchError {
    /// What follows from it.
    pub class: FetchErrorClass,
    /// Stable name of the reason: `video_private`.
    pub code: &'static str,
    /// What was tried, on what, and what came back.
    pub message: String,
    /// How long the other side asked us to wait.
    pub retry_after: Option<Duration>,
}

/// What follows from a failed fetch (platform.md 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchErrorClass {
    /// It will never come: gone, private, not a video.
    Permanent,
    /// Not yet: it is live, or premieres later.
    Deferred,
    /// The host wants to be left alone.
    Throttled,
    /// Network trouble.
    Transient,
    /// The address of the media went stale: extracting it again helps once.
    StaleUrl,
    /// The tool no longer understands the site; an operator must upgrade it.
    ToolBug,
    /// Somebody asked to stop.
    Stopped,
}

impl FetchError {
    /// An error without a wish to wait.
    pub fn new(class: FetchErrorClass, code: &'static str, message: impl Into<String>) -> FetchError {
        FetchError {
            class,
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    /// Somebody asked to stop.
    pub fn stopped() -> FetchError {
        FetchError::new(FetchErrorClass::Stopped, "stopped", "somebody asked to stop")
    }
}
