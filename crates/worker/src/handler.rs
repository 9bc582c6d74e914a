//! What does the work.

use crate::JobContext;
use async_trait::async_trait;
use catalog::{Leased, Outcome};
use jobs::Failure;

/// Does jobs. Whatever it does beside returning an outcome must be safe to repeat: the same job may run again after a crash,
/// and may even run twice at once for a while, of which only one outcome is committed.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Does one job. Asks the context now and then whether to stop.
    async fn run(&self, job: &Leased, context: &JobContext) -> Result<Outcome, Interrupted>;
}

/// Why a handler has no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// It did not work.
    Failed(Failure),
    /// It stopped because the context said so.
    Stopped,
}

impl From<Failure> for Interrupted {
    fn from(failure: Failure) -> Interrupted {
        Interrupted::Failed(failure)
    }
}
