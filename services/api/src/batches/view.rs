//! A batch as the API shows it.

use crate::jobs::FailureView;
use catalog::{Batch, BatchCounts, BatchItem};
use jobs::{BatchId, JobId, KeyId};
use serde::Serialize;
use utoipa::ToSchema;

/// Videos submitted together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchView {
    /// Its id.
    #[schema(value_type = String, pattern = "^batch_[0-9a-f]{32}$")]
    pub id: BatchId,
    /// The key that submitted it.
    #[schema(value_type = Option<String>)]
    pub key: Option<KeyId>,
    /// What people call it.
    pub name: Option<String>,
    /// The playlist or channel it stands for.
    pub url: Option<String>,
    /// How many of its lines are where.
    pub counts: CountsView,
    /// How much of it has ended.
    #[schema(minimum = 0, maximum = 100)]
    pub percent: f64,
    /// Seconds until all of it has ended, judged by what ended lately; null: cannot be told.
    pub eta_secs: Option<f64>,
    /// How many jobs ended without a result for each reason, the most frequent first.
    pub failures: Vec<FailureCount>,
    /// When it was submitted, milliseconds since 1970.
    pub created_ms: i64,
    /// When its last job ended.
    pub finished_ms: Option<i64>,
    /// When somebody cancelled it.
    pub cancelled_ms: Option<i64>,
}

/// How many lines of a batch are where.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchCounts)]
pub struct CountsView {
    /// Lines.
    pub total: i64,
    /// Lines that are no videos.
    pub refused: i64,
    /// Jobs waiting for a worker.
    pub available: i64,
    /// Jobs being worked on.
    pub running: i64,
    /// Jobs waiting until they are due.
    pub retryable: i64,
    /// Jobs with a result.
    pub completed: i64,
    /// Jobs somebody cancelled.
    pub cancelled: i64,
    /// Jobs that ended with a reason.
    pub discarded: i64,
}

/// How many jobs ended for a reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureCount {
    /// Stable name of the reason.
    pub code: String,
    /// How many.
    pub jobs: i64,
}

/// A line of a batch: a job, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchItem)]
pub struct BatchItemView {
    /// From 0.
    pub position: i64,
    /// Its job.
    #[schema(value_type = Option<String>)]
    pub job: Option<JobId>,
    /// Why there is none.
    pub refusal: Option<FailureView>,
}

impl From<Batch> for BatchView {
    fn from(batch: Batch) -> BatchView {
        BatchView {
            percent: percent(&batch),
            id: batch.id,
            key: batch.key,
            name: batch.name,
            url: batch.url,
            counts: batch.counts.into(),
            eta_secs: batch.eta_secs,
            failures: batch.failures.into_iter().map(|(code, jobs)| FailureCount { code, jobs }).collect(),
            created_ms: batch.created_ms,
            finished_ms: batch.finished_ms,
            cancelled_ms: batch.cancelled_ms,
        }
    }
}

/// How much has ended. A batch without lines has, once it is finished: before, its playlist is still being read.
fn percent(batch: &Batch) -> f64 {
    let BatchCounts {
        total,
        refused,
        completed,
        cancelled,
        discarded,
        ..
    } = batch.counts;
    match total {
        0 if batch.finished_ms.is_some() => 100.0,
        0 => 0.0,
        total => 100.0 * (refused + completed + cancelled + discarded) as f64 / total as f64,
    }
}

impl From<BatchCounts> for CountsView {
    fn from(counts: BatchCounts) -> CountsView {
        CountsView {
            total: counts.total,
            refused: counts.refused,
            available: counts.available,
            running: counts.running,
            retryable: counts.retryable,
            completed: counts.completed,
            cancelled: counts.cancelled,
            discarded: counts.discarded,
        }
    }
}

impl From<BatchItem> for BatchItemView {
    fn from(item: BatchItem) -> BatchItemView {
        BatchItemView {
            position: item.position,
            job: item.job,
            refusal: item.refusal.map(|(code, message)| FailureView {
                code,
                message: Some(message),
            }),
        }
    }
}
