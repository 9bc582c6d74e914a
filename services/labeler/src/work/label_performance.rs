//! `label_performance`: a video in the store becomes a labelled performance in the store.

use super::{LabelerWork, NOTES, VIDEO};
use crate::checkpoints::Checkpoints;
use crate::child::Summary;
use crate::parent::{ChildEnd, label_in_child};
use crate::progress::Progress;
use crate::request::{FingeringRule, GivenNotes, HandModel, Limits, Request, TranscriberModel};
use crate::results::{HANDS_FILE, MIDI_FILE, OVERLAY_FILE, PERFORMANCE_FILE, PIG_FILE};
use artifacts::{ArtifactRef, ContentHash};
use catalog::{Artifact, Cost, NewPerformance, Outcome};
use jobs::{Failure, LabelPerformance, MediaOrigin, Payload, PerformanceId, TrainPolicy};
use labeling::performance::Origin;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use worker::{Interrupted, JobContext};

/// Result files and what they are.
const RESULTS: [(&str, &str); 5] = [
    (PERFORMANCE_FILE, "application/json"),
    (PIG_FILE, "text/plain; charset=utf-8"),
    (MIDI_FILE, "audio/midi"),
    (HANDS_FILE, "application/vnd.apache.parquet"),
    (OVERLAY_FILE, "video/mp4"),
];

/// Labels a video.
pub(super) async fn run(work: &LabelerWork, job: &LabelPerformance, context: &JobContext) -> Result<Outcome, Interrupted> {
    let folder = work.folder(context)?;
    context.progress("download", 0.0);
    let request = request(work, job, folder.path(), context).await?;
    let mut checkpoints = Checkpoints::new(&work.store, &checkpoint_name(job), &request.out.join(crate::STAGES_FOLDER));
    if let Err(error) = checkpoints.restore().await {
        tracing::warn!(%error, "finished stages cannot be restored; they are done again");
    }
    let summary = label(work, &request, &mut checkpoints, context).await?;
    context.progress("upload", 0.0);
    let artifacts = upload(work, &request.out, context).await?;
    let id = PerformanceId::from_uuid(uuid::Uuid::now_v7());
    Ok(Outcome::Completed {
        artifacts,
        performance: Some(performance(id, job, &summary)),
        follow_on: if job.options.train {
            vec![Payload::TrainPolicy(TrainPolicy { performance: id })]
        } else {
            vec![]
        },
        drop_artifacts: if work.config.delete_video_after_labelling {
            vec![VIDEO.to_owned(), NOTES.to_owned()]
        } else {
            vec![]
        },
    })
}

/// The part of a video that is labelled has finished stages of its own.
fn checkpoint_name(job: &LabelPerformance) -> String {
    match job.section {
        None => job.media_sha256.clone(),
        Some(section) => format!("{}-{}-{}", job.media_sha256, section.start_secs, section.end_secs),
    }
}

async fn request(work: &LabelerWork, job: &LabelPerformance, folder: &Path, context: &JobContext) -> Result<Request, Interrupted> {
    // Children get names of ours: the uploader's name may hold anything.
    let input = folder.join(VIDEO).with_extension(extension(&job.media_name));
    let options = &job.options;
    let transcriber = match options.transcriber.as_deref() {
        None | Some("transkun") => TranscriberModel::Transkun,
        Some("basic-pitch") => TranscriberModel::BasicPitch,
        Some(other) => return Err(unknown("transcriber", other, "transkun, basic-pitch")),
    };
    let fingering = match options.fingering.as_deref() {
        None | Some("along-keyboard") => FingeringRule::AlongKeyboard,
        Some("paper") => FingeringRule::Paper,
        Some(other) => return Err(unknown("fingering", other, "along-keyboard, paper")),
    };
    download(work, &job.media_sha256, &input, context).await?;
    let notes = match &job.notes_sha256 {
        None => None,
        Some(sha256) => {
            let path = folder
                .join(NOTES)
                .with_extension(extension(job.notes_name.as_deref().unwrap_or("notes.mid")));
            download(work, sha256, &path, context).await?;
            Some(GivenNotes {
                path,
                offset_secs: options.notes_offset_secs.unwrap_or(0.0),
            })
        }
    };
    let input = match job.section {
        None => input,
        Some(section) => super::cut::cut(&input, section, folder, context).await?,
    };
    Ok(Request {
        input,
        name: Some(job.media_name.clone()),
        origin: job.origin.clone().map(origin),
        out: folder.join("labels"),
        notes,
        hands: HandModel::MediaPipe,
        transcriber,
        fingering,
        keyboard: None,
        overlay: options.overlay,
        limits: Limits::default(),
    })
}

fn origin(known: MediaOrigin) -> Origin {
    let MediaOrigin {
        url,
        title,
        uploader,
        licence,
        retrieved_ms,
        tool_version,
    } = known;
    Origin {
        url,
        title,
        uploader,
        licence,
        retrieved_ms,
        tool_version,
    }
}

/// The extension of a stranger's file name, if it is an ordinary one.
fn extension(name: &str) -> &str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let ordinary = (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if ordinary { extension } else { "bin" }
}

fn unknown(what: &str, given: &str, known: &str) -> Interrupted {
    Failure::discard("options_invalid", format!("the {what} {given:?} is none of {known}")).into()
}

async fn download(work: &LabelerWork, sha256: &str, to: &Path, context: &JobContext) -> Result<(), Interrupted> {
    let hash: ContentHash = sha256
        .parse()
        .map_err(|error| Failure::discard("payload_invalid", format!("{error}")))?;
    let store = &work.store;
    let size = store
        .size_bytes(&hash.key())
        .await
        .map_err(|error| artifacts::failure_of_store(&error))?;
    let size_bytes =
        size.ok_or_else(|| Failure::discard("media_missing", format!("the store no longer has the file with sha256 {sha256}")))?;
    let artifact = ArtifactRef { sha256: hash, size_bytes };
    store
        .download_to(&artifact, to)
        .await
        .map_err(|error| artifacts::failure_of_store(&error))?;
    context.spent(Cost {
        bytes_in: size_bytes.cast_signed(),
        ..Cost::default()
    });
    Ok(())
}

/// Runs the child, and saves each stage as soon as it is finished.
async fn label(
    work: &LabelerWork,
    request: &Request,
    checkpoints: &mut Checkpoints<'_>,
    context: &JobContext,
) -> Result<Summary, Interrupted> {
    let (finished, mut stages) = mpsc::unbounded_channel();
    let hear = move |progress: Progress| match progress {
        Progress::Begun(stage) => context.progress(stage.name(), 0.0),
        Progress::Advanced(stage, fraction) => context.progress(stage.name(), fraction),
        Progress::Done { stage, .. } => {
            context.progress(stage.name(), 1.0);
            // The receiver lives until the child has ended.
            let _ = finished.send(());
        }
    };
    // The child's end drops `hear`, and with it the sender, which ends the saving.
    let child = label_in_child(&work.program, request, &work.config.label_limits, hear, context.stopped());
    let save = async {
        while stages.recv().await.is_some() {
            match checkpoints.save().await {
                Ok(bytes) => context.spent(Cost {
                    bytes_out: bytes.cast_signed(),
                    ..Cost::default()
                }),
                Err(error) => tracing::warn!(%error, "a finished stage is not saved; a worker after this one would do it again"),
            }
        }
    };
    let ((end, usage), ()) = tokio::join!(child, save);
    context.spent(Cost {
        cpu_secs: usage.cpu_secs,
        device_secs: context.cost().wall_secs,
        peak_memory_bytes: usage.peak_memory_bytes,
        ..Cost::default()
    });
    match end {
        ChildEnd::Labelled(summary) => Ok(summary),
        ChildEnd::Failed(failure) => Err(failure.into()),
        ChildEnd::Stopped => Err(Interrupted::Stopped),
    }
}

async fn upload(work: &LabelerWork, out: &Path, context: &JobContext) -> Result<Vec<Artifact>, Interrupted> {
    let mut artifacts = Vec::new();
    for (name, media_type) in RESULTS {
        let path: PathBuf = out.join(name);
        if !path.is_file() {
            continue;
        }
        if context.stop_reason().is_some() {
            return Err(Interrupted::Stopped);
        }
        let stored = work
            .store
            .put_file(&path)
            .await
            .map_err(|error| artifacts::failure_of_store(&error))?;
        context.spent(Cost {
            bytes_out: stored.size_bytes.cast_signed(),
            ..Cost::default()
        });
        artifacts.push(Artifact {
            name: name.to_owned(),
            sha256: stored.sha256.to_string(),
            size_bytes: stored.size_bytes.cast_signed(),
            media_type: media_type.to_owned(),
        });
    }
    Ok(artifacts)
}

fn performance(id: PerformanceId, job: &LabelPerformance, summary: &Summary) -> NewPerformance {
    NewPerformance {
        id,
        duration_secs: summary.duration_secs,
        notes: i64::try_from(summary.notes).unwrap_or(i64::MAX),
        fingered_notes: i64::try_from(summary.fingered_notes).unwrap_or(i64::MAX),
        mean_confidence: summary.mean_confidence,
        engine_versions: summary.engines.to_string(),
        metadata: serde_json::json!(job.options.metadata).to_string(),
    }
}
