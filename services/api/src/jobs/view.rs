//! A job as the API shows it.

use catalog::{Attempt, Cost, Job};
use jobs::{Class, JobId, JobKind, JobState, KeyId, Payload, PerformanceId, SourceId, SubmitOptions, WorkerId};
use serde::Serialize;
use utoipa::ToSchema;

/// A job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    /// Its id.
    #[schema(value_type = String, pattern = "^job_[0-9a-f]{32}$")]
    pub id: JobId,
    /// What it needs next, or needed last. A submitted video is fetched and then labelled under the same id.
    #[schema(schema_with = crate::schema::job_kind)]
    pub kind: JobKind,
    /// How urgent.
    #[schema(schema_with = crate::schema::class)]
    pub class: Class,
    /// Where it stands.
    #[schema(schema_with = crate::schema::job_state)]
    pub state: JobState,
    /// The key that submitted it.
    #[schema(value_type = Option<String>)]
    pub key: Option<KeyId>,
    /// What it is about.
    pub source: Option<SourceRef>,
    /// What was chosen when it was submitted.
    #[schema(schema_with = crate::schema::any_object)]
    pub options: SubmitOptions,
    /// What is being done.
    pub stage: Option<String>,
    /// How far that is.
    #[schema(minimum = 0, maximum = 1)]
    pub progress: Option<f64>,
    /// Why the last attempt did not succeed.
    pub failure: Option<FailureView>,
    /// Failed attempts of this kind of work.
    pub failures: i64,
    /// Workers that were lost while they worked on it.
    pub losses: i64,
    /// Somebody wants it cancelled, and its worker has not heard yet.
    pub cancel_requested: bool,
    /// The performance it made.
    #[schema(value_type = Option<String>)]
    pub performance: Option<PerformanceId>,
    /// When it was submitted, milliseconds since 1970.
    pub created_ms: i64,
    /// When it is tried again.
    pub run_at_ms: Option<i64>,
    /// When it ended.
    pub finished_ms: Option<i64>,
}

/// What a job is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceRef {
    /// Its id.
    #[schema(value_type = String, pattern = "^source_[0-9a-f]{32}$")]
    pub id: SourceId,
    /// Its canonical name: equal names are the same video.
    pub name: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// Its title, once known.
    pub title: Option<String>,
}

/// Why an attempt did not succeed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Failure)]
pub struct FailureView {
    /// Stable name of the reason.
    pub code: String,
    /// What was tried, on what, and what to do.
    pub message: Option<String>,
}

/// A job and every attempt at it.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobWithAttempts {
    /// The job.
    #[serde(flatten)]
    pub job: JobView,
    /// Attempts, the first one first.
    pub attempts: Vec<AttemptView>,
}

/// One attempt at a job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub struct AttemptView {
    /// Counts the leases of the job.
    pub fence: i64,
    /// What was done.
    #[schema(schema_with = crate::schema::job_kind)]
    pub kind: String,
    /// By whom.
    #[schema(value_type = String)]
    pub worker: WorkerId,
    /// On what.
    pub device: String,
    /// How long the job had waited for it.
    pub queued_ms: i64,
    /// When it began.
    pub started_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// How it ended.
    #[schema(pattern = "^(completed|handed_on|failed|snoozed|cancelled|released|lost)$")]
    pub outcome: Option<String>,
    /// Why it did not succeed.
    pub failure_code: Option<String>,
    /// What it cost.
    pub cost: CostView,
}

/// What work cost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cost)]
pub struct CostView {
    /// Seconds on the clock.
    pub wall_secs: f64,
    /// Seconds of all processors.
    pub cpu_secs: f64,
    /// Seconds the device was held.
    pub device_secs: f64,
    /// Bytes read from the web or the store.
    pub bytes_in: i64,
    /// Bytes written to the store.
    pub bytes_out: i64,
    /// Largest resident memory.
    pub peak_memory_bytes: i64,
}

impl From<Job> for JobView {
    fn from(job: Job) -> JobView {
        let source = job.source.map(|id| SourceRef {
            id,
            name: job.source_name,
            url: job.url,
            title: job.title,
        });
        JobView {
            id: job.id,
            kind: job.kind,
            class: job.class,
            state: job.state,
            key: job.key,
            source,
            options: options_of(&job.payload),
            stage: job.stage,
            progress: job.progress,
            failure: job.failure_code.map(|code| FailureView {
                code,
                message: job.failure_message,
            }),
            failures: job.failures,
            losses: job.losses,
            cancel_requested: job.cancel_requested,
            performance: job.performance,
            created_ms: job.created_ms,
            run_at_ms: job.run_at_ms,
            finished_ms: job.finished_ms,
        }
    }
}

/// What was chosen; nothing for work that has no choices, or that a newer program wrote.
fn options_of(payload: &str) -> SubmitOptions {
    match serde_json::from_str(payload) {
        Ok(Payload::ExpandPlaylist(work)) => work.options,
        Ok(Payload::FetchVideo(work)) => work.options,
        Ok(Payload::LabelPerformance(work)) => work.options,
        Ok(Payload::TrainPolicy(_) | Payload::BuildDataset { .. }) | Err(_) => SubmitOptions::default(),
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> AttemptView {
        AttemptView {
            fence: attempt.fence,
            kind: attempt.kind,
            worker: attempt.worker,
            device: attempt.device,
            queued_ms: attempt.queued_ms,
            started_ms: attempt.started_ms,
            ended_ms: attempt.ended_ms,
            outcome: attempt.outcome,
            failure_code: attempt.failure_code,
            cost: attempt.cost.into(),
        }
    }
}

impl From<Cost> for CostView {
    fn from(cost: Cost) -> CostView {
        CostView {
            wall_secs: cost.wall_secs,
            cpu_secs: cost.cpu_secs,
            device_secs: cost.device_secs,
            bytes_in: cost.bytes_in,
            bytes_out: cost.bytes_out,
            peak_memory_bytes: cost.peak_memory_bytes,
        }
    }
}
