//! `fetch_video`: a video's file comes into the store, and the job goes on as `label_performance`.

use super::{LabelerWork, NOTES, VIDEO};
use crate::failures;
use artifacts::ContentHash;
use catalog::{Artifact, HostTurn, Leased, Outcome, SourceFacts};
use jobs::{Failure, FetchVideo, LabelPerformance, MediaOrigin, MediaSource, Payload};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};
use worker::{Interrupted, JobContext};

/// A video's file in the store.
struct Fetched {
    sha256: String,
    size_bytes: u64,
    name: String,
    facts: SourceFacts,
    /// Where the file begins in the original, if only a part was fetched.
    section_start_secs: Option<f64>,
}

/// Fetches a video.
pub(super) async fn run(work: &LabelerWork, job: &Leased, video: &FetchVideo, context: &JobContext) -> Result<Outcome, Interrupted> {
    if let (MediaSource::Url(_), Some(host), false) = (&video.from, &job.host, video.host_turn)
        && let Some(wait) = wait_for_turn(work, host).await?
    {
        let mut later = video.clone();
        // A closed breaker means asking for a turn again; a reserved one is ours when its time comes.
        later.host_turn = matches!(wait, Wait::Reserved(_));
        return Ok(Outcome::Postponed {
            wait: wait.duration(),
            payload: Payload::FetchVideo(later),
        });
    }
    context.progress("fetch", 0.0);
    let fetched = match &video.from {
        MediaSource::Artifact { sha256, name } => from_store(work, sha256, name).await?,
        MediaSource::Path(path) => from_path(work, Path::new(path)).await?,
        MediaSource::S3 { uri } => from_bucket(work, uri, context).await?,
        MediaSource::Url(url) => from_web(work, job, url, video, context).await?,
    };
    handed_on(work, video, fetched).await
}

enum Wait {
    Reserved(Duration),
    Closed(Duration),
}

impl Wait {
    fn duration(&self) -> Duration {
        let (Wait::Reserved(wait) | Wait::Closed(wait)) = self;
        *wait
    }
}

async fn wait_for_turn(work: &LabelerWork, host: &str) -> Result<Option<Wait>, Interrupted> {
    let spacing = Duration::from_secs(work.config.host_spacing_secs);
    let turn = work
        .catalog
        .reserve_host(host, spacing)
        .await
        .map_err(|error| Failure::retry("catalog_unavailable", crate::error::with_causes(&error)))?;
    let millis = |ms: i64| Duration::from_millis(ms.unsigned_abs());
    Ok(match turn {
        HostTurn::Now => None,
        HostTurn::After(ms) => Some(Wait::Reserved(millis(ms))),
        HostTurn::Closed(ms) => Some(Wait::Closed(millis(ms))),
    })
}

/// An upload is in the store already.
async fn from_store(work: &LabelerWork, sha256: &str, name: &str) -> Result<Fetched, Interrupted> {
    let size_bytes = stored_size(work, sha256).await?.ok_or_else(|| {
        Failure::discard(
            "media_missing",
            format!("the store has no file with sha256 {sha256}; upload it again"),
        )
    })?;
    Ok(Fetched {
        sha256: sha256.to_owned(),
        size_bytes,
        name: name.to_owned(),
        facts: SourceFacts {
            title: Some(name.to_owned()),
            media_sha256: Some(sha256.to_owned()),
            tool_version: Some("upload".to_owned()),
            ..SourceFacts::default()
        },
        section_start_secs: None,
    })
}

async fn stored_size(work: &LabelerWork, sha256: &str) -> Result<Option<u64>, Interrupted> {
    let hash: ContentHash = sha256
        .parse()
        .map_err(|error| Failure::discard("payload_invalid", format!("{error}")))?;
    let size = work.store.size_bytes(&hash.key()).await;
    Ok(size.map_err(|error| artifacts::failure_of_store(&error))?)
}

async fn from_path(work: &LabelerWork, path: &Path) -> Result<Fetched, Interrupted> {
    if !work.config.local_paths {
        let message = "files of the worker's machine are only read in development (local_paths)";
        return Err(Failure::discard("local_path_not_allowed", message).into());
    }
    if !path.is_file() {
        return Err(Failure::discard("media_missing", format!("{} is not a file", path.display())).into());
    }
    store_file(work, path, "local path").await
}

async fn from_bucket(work: &LabelerWork, uri: &str, context: &JobContext) -> Result<Fetched, Interrupted> {
    let (bucket, key) = uri
        .strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or_else(|| Failure::discard("payload_invalid", format!("{uri} is not s3://bucket/key")))?;
    if !work.config.buckets.iter().any(|allowed| allowed == bucket) {
        let message = format!("the bucket {bucket} is not one of those that videos may come from (buckets)");
        return Err(Failure::discard("bucket_not_allowed", message).into());
    }
    let folder = work.folder(context)?;
    let path = folder.path().join(key.rsplit('/').next().unwrap_or(VIDEO));
    let config = work.config.artifacts.for_bucket(bucket);
    let theirs = artifacts::ArtifactStore::open(&config).map_err(|error| artifacts::failure_of_store(&error))?;
    theirs
        .copy_to(key, &path)
        .await
        .map_err(|error| artifacts::failure_of_store(&error))?;
    store_file(work, &path, "s3").await
}

async fn from_web(work: &LabelerWork, job: &Leased, url: &str, video: &FetchVideo, context: &JobContext) -> Result<Fetched, Interrupted> {
    let folder = work.folder(context)?;
    let host = job.host.as_deref();
    let fetched = sources::fetch::fetch(
        &sources::fetch::FetchRequest {
            url,
            section: video.options.section.map(|section| (section.start_secs, section.end_secs)),
            folder: folder.path(),
        },
        &work.config.fetch,
        &work.guard,
        |fraction| context.progress("fetch", fraction),
        context.stopped(),
    )
    .await
    .map_err(|error| failures::of_fetch(error, host))?;
    if let Some(host) = host
        && let Err(error) = work.catalog.host_answered(host).await
    {
        tracing::warn!(%error, "a host's earlier refusals are not forgotten yet");
    }
    let mut stored = store_file(work, &fetched.path, &fetched.tool_version).await?;
    context.spent(catalog::Cost {
        bytes_in: stored.size_bytes.cast_signed(),
        bytes_out: stored.size_bytes.cast_signed(),
        ..catalog::Cost::default()
    });
    stored.section_start_secs = fetched.section_start_secs;
    stored.facts = SourceFacts {
        title: fetched.title,
        uploader: fetched.uploader,
        licence: fetched.licence,
        duration_secs: fetched.duration_secs,
        ..stored.facts
    };
    Ok(stored)
}

async fn store_file(work: &LabelerWork, path: &Path, tool: &str) -> Result<Fetched, Interrupted> {
    let stored = work
        .store
        .put_file(path)
        .await
        .map_err(|error| artifacts::failure_of_store(&error))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Fetched {
        sha256: stored.sha256.to_string(),
        size_bytes: stored.size_bytes,
        facts: SourceFacts {
            title: Some(name.clone()),
            media_sha256: Some(stored.sha256.to_string()),
            tool_version: Some(tool.to_owned()),
            ..SourceFacts::default()
        },
        name,
        section_start_secs: None,
    })
}

async fn handed_on(work: &LabelerWork, video: &FetchVideo, fetched: Fetched) -> Result<Outcome, Interrupted> {
    let mut artifacts = vec![Artifact {
        name: VIDEO.to_owned(),
        sha256: fetched.sha256.clone(),
        size_bytes: fetched.size_bytes.cast_signed(),
        media_type: "application/octet-stream".to_owned(),
    }];
    if let Some(sha256) = &video.notes_sha256 {
        let missing = || Failure::discard("media_missing", "the store has no such notes; upload them again");
        let size = stored_size(work, sha256).await?.ok_or_else(missing)?;
        artifacts.push(Artifact {
            name: NOTES.to_owned(),
            sha256: sha256.clone(),
            size_bytes: size.cast_signed(),
            media_type: "application/octet-stream".to_owned(),
        });
    }
    let payload = Payload::LabelPerformance(LabelPerformance {
        media_sha256: fetched.sha256,
        media_name: fetched.name,
        origin: origin(&video.from, &fetched.facts),
        section_start_secs: fetched.section_start_secs.unwrap_or(0.0),
        // A part that was fetched as such need not be cut out again.
        section: video.options.section.filter(|_| fetched.section_start_secs.is_none()),
        notes_sha256: video.notes_sha256.clone(),
        notes_name: video.notes_name.clone(),
        options: video.options.clone(),
    });
    Ok(Outcome::HandedOn {
        payload,
        artifacts,
        source: fetched.facts,
    })
}

/// What a performance says of where its video came from.
fn origin(from: &MediaSource, facts: &SourceFacts) -> Option<MediaOrigin> {
    let (MediaSource::Url(url) | MediaSource::S3 { uri: url }) = from else {
        return None;
    };
    Some(MediaOrigin {
        url: url.clone(),
        title: facts.title.clone(),
        uploader: facts.uploader.clone(),
        licence: facts.licence.clone(),
        retrieved_ms: UNIX_EPOCH
            .elapsed()
            .map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX)),
        tool_version: facts.tool_version.clone().unwrap_or_default(),
    })
}
