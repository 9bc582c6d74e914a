//! How a job's attempt ends when it does not succeed: what is wrong, and what follows from it.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

/// A stable, lower-case name of a reason, which users and programs match on: `no_keyboard`, `video_gone`.
pub type FailureCode = Cow<'static, str>;

/// What follows from a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may work another time: try again later, a limited number of times.
    Retry,
    /// Nobody's fault: try again after this long. Costs no attempt. With a host, nobody asks that host until then.
    Snooze {
        /// How long to wait.
        wait: Duration,
        /// The host that asked for patience, whose circuit breaker opens.
        host: Option<String>,
    },
    /// It will never work: end the job with this reason.
    Discard,
}

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// What follows.
    pub verdict: Verdict,
    /// Stable name of the reason.
    pub code: FailureCode,
    /// What was tried, on what, and what to do.
    pub message: String,
}

impl Failure {
    /// It may work another time.
    pub fn retry(code: impl Into<FailureCode>, message: impl Into<String>) -> Failure {
        Failure {
            verdict: Verdict::Retry,
            code: code.into(),
            message: message.into(),
        }
    }

    /// It will never work.
    pub fn discard(code: impl Into<FailureCode>, message: impl Into<String>) -> Failure {
        Failure {
            verdict: Verdict::Discard,
            code: code.into(),
            message: message.into(),
        }
    }

    /// Nobody's fault; later.
    pub fn snooze(wait: Duration, host: Option<String>, code: impl Into<FailureCode>, message: impl Into<String>) -> Failure {
        Failure {
            verdict: Verdict::Snooze { wait, host },
            code: code.into(),
            message: message.into(),
        }
    }
}
