//! The words of the job engine: ids, kinds, states, leases, failures and when to try again.
//!
//! Knows neither pianos nor databases. Time and randomness are arguments.

mod dedupe;
mod failure;
mod ids;
mod kind;
mod lease;
mod limits;
mod options;
mod payload;
mod state;

pub use dedupe::{LABELLING_VERSION, dedupe_key};
pub use failure::{Failure, FailureCode, Verdict};
pub use ids::{BatchId, EndpointId, IdError, JobId, KeyId, PerformanceId, SourceId, UploadId, WorkerId};
pub use kind::{Class, JobKind, UnknownName};
pub use lease::{EXTEND_EVERY, Fence, LEASE, SELF_FENCE_AFTER};
pub use limits::{Backoff, Limits, Next, after_failure, after_loss};
pub use options::{Section, SubmitOptions};
pub use payload::{
    ExpandPlaylist, FetchVideo, LabelPerformance, MEDIA_ARTIFACT, MediaOrigin, MediaSource, NOTES_ARTIFACT, Payload, TrainPolicy,
};
pub use state::{IllegalTransition, JobState};
