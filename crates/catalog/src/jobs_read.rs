//! What people look at.

use jobs::{BatchId, Class, JobId, JobKind, JobState, KeyId, PerformanceId, SourceId};

/// A job, as people see it.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it needs next, or needed last.
    pub kind: JobKind,
    /// How urgent.
    pub class: Class,
    /// Where it stands.
    pub state: JobState,
    /// Who submitted it.
    pub key: Option<KeyId>,
    /// What it is about.
    pub source: Option<SourceId>,
    /// The source's canonical name.
    pub source_name: Option<String>,
    /// The source's address.
    pub url: Option<String>,
    /// The source's title.
    pub title: Option<String>,
    /// JSON of [`jobs::Payload`].
    pub payload: String,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// When it was submitted.
    pub created_ms: i64,
    /// When it becomes due again.
    pub run_at_ms: Option<i64>,
    /// Leases so far.
    pub fence: i64,
    /// Failed attempts of this kind of work.
    pub failures: i64,
    /// Workers lost at it.
    pub losses: i64,
    /// Somebody wants it cancelled.
    pub cancel_requested: bool,
    /// What is being done.
    pub stage: Option<String>,
    /// How far, 0 to 1.
    pub progress: Option<f64>,
    /// Stable name of the last failure.
    pub failure_code: Option<String>,
    /// What was tried, on what, what to do.
    pub failure_message: Option<String>,
    /// When it ended.
    pub finished_ms: Option<i64>,
    /// Its result.
    pub performance: Option<PerformanceId>,
}

/// Which jobs. Newest first.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// In these states; empty: all.
    pub states: Vec<JobState>,
    /// Of this kind.
    pub kind: Option<JobKind>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// About this source.
    pub source: Option<SourceId>,
    /// Submitted with this key.
    pub key: Option<KeyId>,
    /// With this last failure.
    pub failure_code: Option<String>,
    /// Submitted at or after.
    pub created_after_ms: Option<i64>,
    /// Submitted before.
    pub created_before_ms: Option<i64>,
    /// Older than this job (where the page before ended).
    pub before: Option<JobId>,
    /// At most this many.
    pub limit: i64,
}

/// One attempt at a job.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Of its lease.
    pub fence: i64,
    /// What was done.
    pub kind: String,
    /// By whom.
    pub worker: jobs::WorkerId,
    /// On what.
    pub device: String,
    /// Milliseconds it had waited.
    pub queued_ms: i64,
    /// When it began.
    pub started_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// How: `completed`, `handed_on`, `failed`, `snoozed`, `cancelled`, `released`, `lost`.
    pub outcome: Option<String>,
    /// Stable name of what went wrong.
    pub failure_code: Option<String>,
    /// What it cost.
    pub cost: crate::Cost,
}

/// A batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// Who submitted it.
    pub key: Option<KeyId>,
    /// What people call it.
    pub name: Option<String>,
    /// The playlist it stands for.
    pub url: Option<String>,
    /// When it was submitted.
    pub created_ms: i64,
    /// When its last job ended.
    pub finished_ms: Option<i64>,
    /// When somebody cancelled it.
    pub cancelled_ms: Option<i64>,
    /// How far it is.
    pub counts: BatchCounts,
    /// How many jobs ended with each reason, the most frequent first.
    pub failures: Vec<(String, i64)>,
    /// Seconds until all have ended, from those that ended lately; none: cannot be told.
    pub eta_secs: Option<f64>,
}

/// How many items of a batch are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchCounts {
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

/// A line of a batch.
#[derive(Clone, Debug)]
pub struct BatchItem {
    /// From 0.
    pub position: i64,
    /// Its job.
    pub job: Option<JobId>,
    /// Or why there is none.
    pub refusal: Option<(String, String)>,
}

/// A video, whoever submitted it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// `youtube:<id>`, `sha256:<hash>`.
    pub canonical: String,
    /// Its address.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its channel or owner.
    pub uploader: Option<String>,
    /// As stated.
    pub licence: Option<String>,
    /// Why it may be processed.
    pub legal_basis: Option<String>,
    /// Of the whole video.
    pub duration_secs: Option<f64>,
    /// Of its file.
    pub media_sha256: Option<String>,
    /// When the file was fetched.
    pub retrieved_ms: Option<i64>,
    /// With what.
    pub tool_version: Option<String>,
    /// When somebody had it taken down.
    pub taken_down_ms: Option<i64>,
    /// Why.
    pub taken_down_reason: Option<String>,
    /// When it was first submitted.
    pub created_ms: i64,
}

/// A labelled performance.
#[derive(Clone, Debug)]
pub struct Performance {
    /// Its id.
    pub id: PerformanceId,
    /// The job that made it.
    pub job: JobId,
    /// The video.
    pub source: SourceId,
    /// The source's canonical name.
    pub source_name: String,
    /// The video's title.
    pub title: Option<String>,
    /// Its channel or owner.
    pub uploader: Option<String>,
    /// Its licence.
    pub licence: Option<String>,
    /// Its length.
    pub duration_secs: f64,
    /// Notes.
    pub notes: i64,
    /// Notes with a finger.
    pub fingered_notes: i64,
    /// Of the fingered notes.
    pub mean_confidence: f64,
    /// JSON.
    pub engine_versions: String,
    /// JSON.
    pub metadata: String,
    /// When it was committed.
    pub created_ms: i64,
}

/// Which performances. Newest first.
#[derive(Clone, Debug, Default)]
pub struct PerformanceFilter {
    /// At least this sure.
    pub confidence_min: Option<f64>,
    /// This licence.
    pub licence: Option<String>,
    /// This channel or owner.
    pub uploader: Option<String>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// Of this video.
    pub source: Option<SourceId>,
    /// Title contains (no matter the case).
    pub title_contains: Option<String>,
    /// Committed at or after.
    pub created_after_ms: Option<i64>,
    /// Older than this one.
    pub before: Option<PerformanceId>,
    /// At most this many.
    pub limit: i64,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Rises; a reader goes on after the last one it saw.
    pub seq: i64,
    /// To this job.
    pub job: Option<JobId>,
    /// To this batch.
    pub batch: Option<BatchId>,
    /// `job.running`, `job.progress`, `job.completed`, `batch.finished`.
    pub name: String,
    /// JSON.
    pub data: String,
    /// When.
    pub at_ms: i64,
}

/// Which events.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventFilter {
    /// Of this job.
    pub job: Option<JobId>,
    /// Of this batch and its jobs.
    pub batch: Option<BatchId>,
}

/// What usage is summed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageBy {
    /// Batches.
    Batch,
    /// Kinds of work.
    Kind,
    /// API keys.
    Key,
}

/// What attempts cost together.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// The batch, kind or key; none for attempts that have none.
    pub group: Option<String>,
    /// How many.
    pub attempts: i64,
    /// Milliseconds they waited.
    pub queued_ms: i64,
    /// Their cost; the peak is the largest.
    pub cost: crate::Cost,
    /// Of these, attempts whose worker was lost.
    pub lost_attempts: i64,
    /// Seconds on the clock they took with them.
    pub lost_wall_secs: f64,
}
