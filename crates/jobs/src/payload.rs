//! What a worker needs to know to do a job, besides which source it is about. Written as JSON in the job's row; fields are
//! only ever added.

use crate::ids::{BatchId, PerformanceId};
use crate::kind::JobKind;
use crate::options::{Section, SubmitOptions};
use serde::{Deserialize, Serialize};

/// A job's work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// List a playlist.
    ExpandPlaylist(ExpandPlaylist),
    /// Bring a file into the store.
    FetchVideo(FetchVideo),
    /// Label a file in the store.
    LabelPerformance(LabelPerformance),
    /// Train on a performance.
    TrainPolicy(TrainPolicy),
    /// Write a dataset.
    BuildDataset {
        /// Which.
        dataset: String,
    },
}

impl Payload {
    /// The kind of worker that can do it.
    pub fn kind(&self) -> JobKind {
        match self {
            Payload::ExpandPlaylist(_) => JobKind::ExpandPlaylist,
            Payload::FetchVideo(_) => JobKind::FetchVideo,
            Payload::LabelPerformance(_) => JobKind::LabelPerformance,
            Payload::TrainPolicy(_) => JobKind::TrainPolicy,
            Payload::BuildDataset { .. } => JobKind::BuildDataset,
        }
    }
}

/// The name of a video's file among the artifacts of its job, whether it was uploaded or fetched.
pub const MEDIA_ARTIFACT: &str = "media";

/// The name of the file of notes that came with a video, among the artifacts of its job.
pub const NOTES_ARTIFACT: &str = "notes";

/// Where a video's file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// On the web, at this address.
    Url(String),
    /// In an allow-listed bucket.
    S3 {
        /// `s3://bucket/key`.
        uri: String,
    },
    /// On this machine (development only).
    Path(String),
    /// In our own store already.
    Artifact {
        /// Its hash, hexadecimal.
        sha256: String,
        /// The name its uploader gave it.
        name: String,
    },
}

/// List the videos of a playlist or channel and submit each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpandPlaylist {
    /// The playlist or channel.
    pub url: String,
    /// The batch its videos join.
    pub batch: BatchId,
    /// What was chosen for all of them.
    pub options: SubmitOptions,
}

/// Bring a video's file into the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FetchVideo {
    /// Where it is.
    pub from: MediaSource,
    /// The hash of the notes given with it, if any.
    pub notes_sha256: Option<String>,
    /// The name of the file with the notes.
    pub notes_name: Option<String>,
    /// What was chosen.
    pub options: SubmitOptions,
    /// Set once the host's turn has come: the job was given this time slot and does not queue again.
    #[serde(default)]
    pub host_turn: bool,
}

/// Where on the web a file came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaOrigin {
    /// Its address.
    pub url: String,
    /// Its title, if its site states one.
    pub title: Option<String>,
    /// Its channel or owner, if its site states one.
    pub uploader: Option<String>,
    /// Its licence, if its site states one.
    pub licence: Option<String>,
    /// When it was fetched, milliseconds since 1970 (UTC).
    pub retrieved_ms: i64,
    /// What fetched it, with its version.
    pub tool_version: String,
}

/// Label a file that is in the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelPerformance {
    /// The hash of its file.
    pub media_sha256: String,
    /// The name of its file, with the extension.
    pub media_name: String,
    /// Where on the web it came from.
    #[serde(default)]
    pub origin: Option<MediaOrigin>,
    /// What was really fetched, where a section was asked for: seconds of the original video at second 0 of the file.
    pub section_start_secs: f64,
    /// The part asked for, in seconds of the original video.
    pub section: Option<Section>,
    /// The hash of the notes given with it, if any.
    pub notes_sha256: Option<String>,
    /// The name of the file with the notes.
    pub notes_name: Option<String>,
    /// What was chosen.
    pub options: SubmitOptions,
}

/// Train a policy on a labelled performance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainPolicy {
    /// What to learn.
    pub performance: PerformanceId,
}
