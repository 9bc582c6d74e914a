//! `train_policy`: a labelled performance in the store becomes hands that play it.

use crate::config::TrainerConfig;
use crate::error::{TrainError, with_causes};
use crate::hands::Hands;
use crate::person::HANDS_FILE;
use crate::piece::{PERFORMANCE_FILE, Piece};
use crate::policy::{CURVE_FILE, ONNX_FILE, POLICY_FILE};
use crate::recording::{ACTIONS_FILE, REPLAY_FILE, SCORE_FILE};
use crate::result::{self, METRICS_FILE, MIDI_FILE, VIDEO_FILE};
use crate::train::{self, Progress, STAGES_FOLDER, TRAINING_FILE, TrainRequest};
use artifacts::{ArtifactRef, ArtifactStore, StageStore, failure_of_disk, failure_of_store};
use async_trait::async_trait;
use bootstrap::models::ModelStore;
use catalog::{Artifact, Catalog, CatalogError, Cost, Leased, Outcome};
use jobs::{Failure, Payload, TrainPolicy};
use simulation::scene::SceneSettings;
use simulation::score::FrameSettings;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use synthesis::sound::Piano;
use tokio::runtime::Handle;
use training::imitation::ImitationSettings;
use worker::{Handler, Interrupted, JobContext};

/// Result files and what they are.
const RESULTS: [(&str, &str); 10] = [
    (POLICY_FILE, "application/octet-stream"),
    (ONNX_FILE, "application/octet-stream"),
    (CURVE_FILE, "text/csv"),
    (ACTIONS_FILE, "application/octet-stream"),
    (REPLAY_FILE, "application/json"),
    (SCORE_FILE, "text/plain; charset=utf-8"),
    (METRICS_FILE, "application/json"),
    (TRAINING_FILE, "application/json"),
    (MIDI_FILE, "audio/midi"),
    (VIDEO_FILE, "video/mp4"),
];

/// Trains policies.
pub struct TrainingJob {
    /// For performances and their files.
    pub catalog: Arc<dyn Catalog>,
    /// Where performances and results are kept.
    pub store: ArtifactStore,
    /// The settings.
    pub config: TrainerConfig,
}

#[async_trait]
impl Handler for TrainingJob {
    async fn run(&self, job: &Leased, context: &JobContext) -> Result<Outcome, Interrupted> {
        match &job.payload {
            Payload::TrainPolicy(policy) => self.train(policy, context).await,
            other => Err(Failure::retry("wrong_worker", format!("a trainer cannot do {} jobs", other.kind())).into()),
        }
    }
}

impl TrainingJob {
    async fn train(&self, policy: &TrainPolicy, context: &JobContext) -> Result<Outcome, Interrupted> {
        let folder = self.folder(context)?;
        context.progress("download", 0.0);
        self.download(policy, folder.path(), context).await?;
        let out = folder.path().join("policy");
        let work = Work {
            performance: folder.path().join(PERFORMANCE_FILE),
            out: out.clone(),
            config: self.config.clone(),
            context: context.clone(),
            // What another machine kept of this plan is gone on from.
            stages: StageStore::shared(&out.join(STAGES_FOLDER), self.store.clone(), Handle::current()),
        };
        tokio::task::spawn_blocking(move || work.run())
            .await
            .map_err(|error| Failure::retry("training_crashed", with_causes(&error)))?
            .map_err(interrupted)?;
        context.progress("upload", 0.0);
        let artifacts = self.upload(&out, context).await?;
        Ok(Outcome::Completed {
            artifacts,
            performance: None,
            follow_on: vec![],
            drop_artifacts: vec![],
        })
    }

    /// A folder for one attempt, deleted when dropped.
    fn folder(&self, context: &JobContext) -> Result<tempfile::TempDir, Interrupted> {
        let disk = |error: std::io::Error| Interrupted::Failed(failure_of_disk(&error));
        std::fs::create_dir_all(&self.config.work_folder).map_err(disk)?;
        tempfile::Builder::new()
            .prefix(&format!("{}-{}-", context.held().job, context.held().fence.0))
            .tempdir_in(&self.config.work_folder)
            .map_err(disk)
    }

    /// The performance's labels and hands.
    async fn download(&self, policy: &TrainPolicy, folder: &Path, context: &JobContext) -> Result<(), Interrupted> {
        let unavailable = |error: CatalogError| Failure::retry("catalog_unavailable", with_causes(&error));
        let gone = |what: &str| Failure::discard("performance_missing", format!("performance {} {what}", policy.performance));
        let performance = self.catalog.performance(policy.performance).await.map_err(|error| match error {
            CatalogError::NotFound { .. } => gone("does not exist; it may have been taken down"),
            other => unavailable(other),
        })?;
        let artifacts = self.catalog.artifacts(performance.job).await.map_err(unavailable)?;
        for name in [PERFORMANCE_FILE, HANDS_FILE] {
            let artifact = artifacts.iter().find(|artifact| artifact.name == name);
            let artifact = artifact.ok_or_else(|| gone(&format!("has no {name}")))?;
            let sha256 = artifact
                .sha256
                .parse()
                .map_err(|error| Failure::discard("payload_invalid", format!("{error}")))?;
            let size_bytes = artifact.size_bytes.unsigned_abs();
            let wanted = ArtifactRef { sha256, size_bytes };
            let copied = self.store.download_to(&wanted, &folder.join(name)).await;
            copied.map_err(|error| failure_of_store(&error))?;
            context.spent(Cost {
                bytes_in: artifact.size_bytes,
                ..Cost::default()
            });
        }
        Ok(())
    }

    async fn upload(&self, out: &Path, context: &JobContext) -> Result<Vec<Artifact>, Interrupted> {
        let mut artifacts = Vec::new();
        for (name, media_type) in RESULTS {
            let path = out.join(name);
            if !path.is_file() {
                continue;
            }
            if context.stop_reason().is_some() {
                return Err(Interrupted::Stopped);
            }
            let stored = self.store.put_file(&path).await.map_err(|error| failure_of_store(&error))?;
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
}

/// What is done on a thread of its own.
struct Work {
    performance: PathBuf,
    out: PathBuf,
    config: TrainerConfig,
    context: JobContext,
    stages: StageStore,
}

impl Work {
    fn run(self) -> Result<(), TrainError> {
        let store = ModelStore::open().map_err(TrainError::fault)?;
        let piece = Piece::read_file(&self.performance)?;
        let hands = Hands::load(&store)?;
        let request = TrainRequest {
            method: self.config.method,
            follow_person: true,
            velocities: false,
            control_steps_max: Some(self.config.control_steps_max),
            frames: FrameSettings {
                initial_buffer_secs: self.config.initial_buffer_secs,
                ..FrameSettings::default()
            },
            scene: SceneSettings::default(),
            imitation: ImitationSettings::default(),
            seed: 0,
            threads: self.config.threads,
        };
        let mut advanced = |progress: Progress| {
            self.context.progress(progress.stage, progress.share);
            self.context.stop_reason().is_none()
        };
        let trained = train::train(&hands, &piece, &request, &self.stages, &self.out, &mut advanced)?;
        if self.config.draw_rollouts {
            let piano = installed_piano()?;
            let drawing = |share| {
                advanced(Progress {
                    stage: "drawing",
                    share,
                    ..Progress::default()
                })
            };
            result::write_video(&self.out, &hands, &trained.performed, piano.as_ref(), drawing)?;
        }
        Ok(())
    }
}

/// The machine's SoundFont; without one rollouts are silent.
fn installed_piano() -> Result<Option<Piano>, TrainError> {
    let Some(path) = bootstrap::sound_font::installed() else {
        tracing::warn!("no SoundFont is installed: rollouts are silent");
        return Ok(None);
    };
    let bytes = std::fs::read(path).map_err(TrainError::fault)?;
    Piano::from_sound_font(&bytes).map(Some).map_err(TrainError::fault)
}

fn interrupted(error: TrainError) -> Interrupted {
    match error {
        TrainError::Stopped => Interrupted::Stopped,
        TrainError::Refused(refusal) => Failure::discard(refusal.code, format!("{}: {}", refusal.message, refusal.hint)).into(),
        TrainError::Fault(error) => {
            let disk = error.downcast_ref::<std::io::Error>().map(failure_of_disk);
            disk.unwrap_or_else(|| Failure::retry("training_failed", with_causes(error.as_ref())))
                .into()
        }
    }
}
