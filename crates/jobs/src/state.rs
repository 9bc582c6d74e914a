//! The states of a job. The catalog's CHECK constraints say the same.

use crate::kind::{UnknownName, named};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// ```text
/// available -> running -> completed | retryable | cancelled | discarded
///     ^           |            retryable -> available when due
///     +-----------+  handed on to the next kind, or given back by a worker that stops
/// ```
/// `available` and `retryable` jobs can be cancelled; `cancelled` and `discarded` ones can be retried by a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// A worker may lease it.
    Available,
    /// Leased by a worker.
    Running,
    /// Waits until it is due, after a failure or because its host asked for patience.
    Retryable,
    /// Ended with a committed result.
    Completed,
    /// Ended because somebody cancelled it.
    Cancelled,
    /// Ended with a named reason.
    Discarded,
}

impl JobState {
    /// All of them.
    pub const ALL: [JobState; 6] = [
        JobState::Available,
        JobState::Running,
        JobState::Retryable,
        JobState::Completed,
        JobState::Cancelled,
        JobState::Discarded,
    ];

    /// The stable name: `available`.
    pub fn name(self) -> &'static str {
        match self {
            JobState::Available => "available",
            JobState::Running => "running",
            JobState::Retryable => "retryable",
            JobState::Completed => "completed",
            JobState::Cancelled => "cancelled",
            JobState::Discarded => "discarded",
        }
    }

    /// Whether nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(self, JobState::Completed | JobState::Cancelled | JobState::Discarded)
    }

    /// The next state, if it may follow this one.
    pub fn then(self, next: JobState) -> Result<JobState, IllegalTransition> {
        use JobState::*;
        let legal = match self {
            Available => matches!(next, Running | Cancelled),
            Running => matches!(next, Available | Retryable | Completed | Cancelled | Discarded),
            Retryable => matches!(next, Available | Cancelled),
            Cancelled | Discarded => matches!(next, Available),
            Completed => false,
        };
        if legal {
            Ok(next)
        } else {
            Err(IllegalTransition { from: self, to: next })
        }
    }
}
named!(JobState);

/// A state that may not follow another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {from} job cannot become {to}")]
pub struct IllegalTransition {
    /// Where it is.
    pub from: JobState,
    /// Where somebody wanted it.
    pub to: JobState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completed_job_stays_completed() {
        for next in JobState::ALL {
            assert!(JobState::Completed.then(next).is_err());
        }
    }

    #[test]
    fn only_a_running_job_ends_by_itself() {
        for end in [JobState::Completed, JobState::Discarded] {
            let before: Vec<JobState> = JobState::ALL.into_iter().filter(|state| state.then(end).is_ok()).collect();
            assert_eq!(before, [JobState::Running]);
        }
    }
}
