//! Work that is being done: leases and how attempts end.

use jobs::{Failure, Fence, JobId, JobKind, KeyId, Limits, Payload, PerformanceId, SourceId, WorkerId};

/// A worker process, as it introduces itself.
#[derive(Clone, Debug)]
pub struct Worker {
    /// From its start to its end.
    pub id: WorkerId,
    /// For people: the machine and the process.
    pub name: String,
    /// What it can do.
    pub kinds: Vec<JobKind>,
    /// What it computes on: `cpu`, `cuda:0`.
    pub device: String,
    /// Of the program.
    pub version: String,
}

/// A worker asks for a job.
#[derive(Clone, Copy, Debug)]
pub struct LeaseRequest<'a> {
    /// Who asks.
    pub worker: WorkerId,
    /// Recorded with the attempt.
    pub device: &'a str,
    /// Kinds it can do, the preferred first.
    pub kinds: &'a [JobKind],
    /// How long the lease lasts.
    pub lease: std::time::Duration,
    /// Now and then the least urgent class goes first, so that it does not starve.
    pub least_urgent_first: bool,
}

/// What proves that a worker holds a job: nothing about it can be committed with another fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeldJob {
    /// The job.
    pub job: JobId,
    /// Of this lease.
    pub fence: Fence,
}

/// A leased job.
#[derive(Clone, Debug)]
pub struct Leased {
    /// The proof.
    pub held: HeldJob,
    /// What it is about.
    pub source: Option<SourceId>,
    /// Whose politeness applies.
    pub host: Option<String>,
    /// Who submitted it.
    pub key: Option<KeyId>,
    /// What to do.
    pub payload: Payload,
    /// W3C trace context of the submission.
    pub traceparent: Option<String>,
    /// Failed attempts before this one.
    pub failures: u32,
    /// Workers lost at it before.
    pub losses: u32,
    /// Milliseconds it waited for this worker.
    pub waited_ms: i64,
}

/// What a worker hears when it extends its lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// It holds the job for another while.
    Held,
    /// It holds the job, and somebody wants it cancelled.
    CancelRequested,
    /// It does not hold the job any more.
    Lost,
}

/// How an attempt ends. Everything in it is committed together, and only if the fence is still valid.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The job is done.
    Completed {
        /// Files of its result.
        artifacts: Vec<Artifact>,
        /// A labelled performance, if that is what it made.
        performance: Option<NewPerformance>,
        /// Jobs that follow from it (training).
        follow_on: Vec<Payload>,
        /// Files that are not wanted any more, such as the video after labelling: their rows go, and the objects once nothing
        /// refers to them.
        drop_artifacts: Vec<String>,
    },
    /// This part is done; the job goes on as another kind of work.
    HandedOn {
        /// What to do next.
        payload: Payload,
        /// Files made on the way.
        artifacts: Vec<Artifact>,
        /// What is now known about the source.
        source: SourceFacts,
    },
    /// It did not work.
    Failed {
        /// What went wrong and what follows.
        failure: Failure,
        /// How often it may be tried.
        limits: Limits,
        /// 0 to 1, draws the wait.
        random: f64,
    },
    /// Not now, and nobody's fault: the host's turn is later. The job becomes due again with this payload.
    Postponed {
        /// How long.
        wait: std::time::Duration,
        /// What to do then.
        payload: Payload,
    },
    /// Somebody cancelled it.
    Cancelled,
    /// The worker stops and gives the job back. Costs no attempt.
    Released,
}

/// A file of a result, already in the store under its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// `performance.json`.
    pub name: String,
    /// Hexadecimal.
    pub sha256: String,
    /// Its length.
    pub size_bytes: i64,
    /// `application/json`.
    pub media_type: String,
}

/// A labelled performance to be recorded.
#[derive(Clone, Debug)]
pub struct NewPerformance {
    /// Its id.
    pub id: PerformanceId,
    /// Of the video.
    pub duration_secs: f64,
    /// Notes in it.
    pub notes: i64,
    /// Notes with a finger.
    pub fingered_notes: i64,
    /// Of the fingered notes; 0 without any.
    pub mean_confidence: f64,
    /// Names and versions of what labelled it: JSON.
    pub engine_versions: String,
    /// What the submitter wanted to find again: JSON.
    pub metadata: String,
}

/// What is learnt about a source when its file is fetched. None: not known, and what was known stays.
#[derive(Clone, Debug, Default)]
pub struct SourceFacts {
    /// Of the video.
    pub title: Option<String>,
    /// Its channel or owner.
    pub uploader: Option<String>,
    /// As the site states it.
    pub licence: Option<String>,
    /// Of the whole video.
    pub duration_secs: Option<f64>,
    /// Of the fetched file.
    pub media_sha256: Option<String>,
    /// What fetched it: `yt-dlp 2026.10.26`.
    pub tool_version: Option<String>,
}

/// What an attempt cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// From the lease to the end.
    pub wall_secs: f64,
    /// Of all threads and children.
    pub cpu_secs: f64,
    /// Held on the device.
    pub device_secs: f64,
    /// Read from the web or the store.
    pub bytes_in: i64,
    /// Written to the store.
    pub bytes_out: i64,
    /// Largest resident memory seen.
    pub peak_memory_bytes: i64,
}

/// When a host may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostTurn {
    /// Now.
    Now,
    /// After this many milliseconds. The turn is reserved.
    After(i64),
    /// Its circuit breaker is open for this many milliseconds.
    Closed(i64),
}
