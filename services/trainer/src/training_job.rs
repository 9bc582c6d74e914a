//! `train_policy`.

use async_trait::async_trait;
use catalog::{Leased, Outcome};
use jobs::Failure;
use worker::{Handler, Interrupted, JobContext};

/// Trains a policy.
pub struct TrainingJob;

#[async_trait]
impl Handler for TrainingJob {
    async fn run(&self, job: &Leased, _context: &JobContext) -> Result<Outcome, Interrupted> {
        let kind = job.payload.kind();
        let message =
            format!("this version does not do {kind} jobs yet; the performance itself is labelled, retry the job after an upgrade");
        Err(Failure::discard("training_not_available", message).into())
    }
}
