//! How often a job may be tried, and how long to wait in between.

use crate::failure::Verdict;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Limits on the attempts of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Failed attempts before a job is discarded.
    pub attempts_max: u32,
    /// Workers a job may lose before it is discarded: a video that kills its worker must not take down a whole fleet.
    pub lost_max: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            attempts_max: 5,
            lost_max: 3,
        }
    }
}

/// Waiting times that double from `first` to `longest`, drawn evenly between nothing and that time ("full jitter"), so that
/// jobs that failed together do not come back together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// Longest wait after the first failure.
    pub first: Duration,
    /// Longest wait ever.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff {
            first: Duration::from_secs(10),
            longest: Duration::from_secs(3600),
        }
    }
}

impl Backoff {
    /// The wait after this many failures (1 or more). `random` is 0 to 1.
    pub fn wait(&self, failures: u32, random: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        doubled.min(self.longest).mul_f64(random.clamp(0.0, 1.0))
    }
}

/// What becomes of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try again after this long.
    Later(Duration),
    /// No more.
    Discard,
}

/// What becomes of a job whose attempt failed. `failures` counts this one too.
pub fn after_failure(verdict: &Verdict, failures: u32, limits: &Limits, backoff: &Backoff, random: f64) -> Next {
    match verdict {
        Verdict::Discard => Next::Discard,
        Verdict::Snooze { wait, .. } => Next::Later(*wait),
        Verdict::Retry if failures >= limits.attempts_max => Next::Discard,
        Verdict::Retry => Next::Later(backoff.wait(failures, random)),
    }
}

/// What becomes of a job whose worker was lost. `lost` counts this one too. The first time it is tried again at once: the
/// worker is more likely to blame than the job.
pub fn after_loss(lost: u32, limits: &Limits, backoff: &Backoff, random: f64) -> Next {
    if lost >= limits.lost_max {
        Next::Discard
    } else if lost <= 1 {
        Next::Later(Duration::ZERO)
    } else {
        Next::Later(backoff.wait(lost - 1, random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff::default();
        assert_eq!(backoff.wait(1, 1.0), Duration::from_secs(10));
        assert_eq!(backoff.wait(3, 1.0), Duration::from_secs(40));
        assert_eq!(backoff.wait(3, 0.5), Duration::from_secs(20));
        assert_eq!(backoff.wait(4_000_000_000, 1.0), Duration::from_secs(3600));
    }

    #[test]
    fn patience_ends() {
        let (limits, backoff) = (Limits::default(), Backoff::default());
        assert_eq!(
            after_failure(&Verdict::Retry, 4, &limits, &backoff, 0.0),
            Next::Later(Duration::ZERO)
        );
        assert_eq!(after_failure(&Verdict::Retry, 5, &limits, &backoff, 0.0), Next::Discard);
        let snooze = Verdict::Snooze {
            wait: Duration::from_secs(900),
            host: None,
        };
        assert_eq!(
            after_failure(&snooze, 99, &limits, &backoff, 0.0),
            Next::Later(Duration::from_secs(900))
        );
        assert_eq!(after_loss(1, &limits, &backoff, 0.9), Next::Later(Duration::ZERO));
        assert_eq!(after_loss(3, &limits, &backoff, 0.9), Next::Discard);
    }
}
