//! Work that comes in.

use jobs::{BatchId, Class, JobId, KeyId, Payload, SourceId};

/// Videos (or a playlist) submitted together; accepted whole or not at all.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Who submits.
    pub key: Option<KeyId>,
    /// The batch they join.
    pub batch: BatchTarget,
    /// The videos.
    pub items: Vec<SubmittedItem>,
    /// Lines that are no videos; recorded in the batch.
    pub refused: Vec<RefusedItem>,
    /// W3C trace context of the request.
    pub traceparent: Option<String>,
    /// As many unfinished jobs as the key may have.
    pub active_jobs_max: Option<i64>,
}

/// Which batch submitted videos join.
#[derive(Clone, Debug)]
pub enum BatchTarget {
    /// None.
    Alone,
    /// A new one.
    New(NewBatch),
    /// One that exists; an item whose position it already has is not added again.
    Existing(BatchId),
}

/// A batch to be made.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// Its id, chosen by the submitter: a playlist's job has to name the batch its videos join.
    pub id: BatchId,
    /// What people call it.
    pub name: Option<String>,
    /// The playlist or channel it stands for.
    pub url: Option<String>,
    /// What was chosen for all of it: JSON.
    pub options: String,
}

/// One video (or playlist) to work on.
#[derive(Clone, Debug)]
pub struct SubmittedItem {
    /// Its line in the batch, from 0.
    pub position: i64,
    /// The source's canonical name: `youtube:<id>`, `sha256:<hash>`. Equal names are the same video.
    pub canonical: String,
    /// Its address, if it has one.
    pub url: Option<String>,
    /// Whose politeness applies.
    pub host: Option<String>,
    /// A title, if known already.
    pub title: Option<String>,
    /// The licence, as stated.
    pub licence: Option<String>,
    /// Why it may be processed.
    pub legal_basis: Option<String>,
    /// Equal keys are the same work: a second submission joins the first. None: never joined.
    pub dedupe_key: Option<String>,
    /// What to do.
    pub payload: Payload,
    /// How urgent.
    pub class: Class,
    /// Files it needs that are in the store already. They are recorded as artifacts of its job, so that no sweep takes them away
    /// while the job waits.
    pub inputs: Vec<crate::Artifact>,
}

/// A line that is no video.
#[derive(Clone, Debug)]
pub struct RefusedItem {
    /// Its line in the batch, from 0.
    pub position: i64,
    /// Stable name of the reason.
    pub code: String,
    /// What is wrong with it.
    pub message: String,
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The batch, unless the videos were submitted alone.
    pub batch: Option<BatchId>,
    /// In the order of their positions.
    pub items: Vec<AcceptedItem>,
    /// Lines that are no videos, and videos that were taken down.
    pub refused: Vec<RefusedItem>,
}

/// One accepted video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedItem {
    /// Its line in the batch.
    pub position: i64,
    /// The job that works on it.
    pub job: JobId,
    /// Whose video it is about.
    pub source: SourceId,
    /// Somebody had submitted the same work before.
    pub joined: bool,
}
