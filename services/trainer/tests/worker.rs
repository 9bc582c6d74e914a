//! Goal: the trainer's program takes its jobs, ends each with a result or a named reason, and stops when asked.
//! Method: the program itself, over a SQLite catalog and a folder of artifacts with a labelled performance in them.

use artifacts::{ArtifactStore, StoreConfig};
use catalog::{Artifact, BatchTarget, Catalog, Cost, Job, LeaseRequest, NewPerformance, Outcome, SqliteCatalog, Submission, SubmittedItem};
use jobs::{Class, JobId, JobKind, JobState, LEASE, LabelPerformance, Payload, PerformanceId, SubmitOptions, TrainPolicy, WorkerId};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes so long unless it is stuck.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test]
async fn a_labelled_performance_becomes_hands_that_play_it() {
    let world = World::new().await;
    let performance = PerformanceId::from_uuid(uuid::Uuid::now_v7());
    world.label(performance, &a_scale()).await;
    let (trainer, job) = (world.start(), world.train(performance).await);
    let ended = world.ended(job).await;
    assert_eq!((ended.state, ended.failure_message.as_deref()), (JobState::Completed, None));
    let artifacts = world.catalog.artifacts(job).await.unwrap();
    let names: Vec<&str> = artifacts.iter().map(|artifact| artifact.name.as_str()).collect();
    for name in [
        "actions.npy",
        "replay.json",
        "score.pig.txt",
        "metrics.json",
        "training.json",
        "rollout.mid",
        "rollout.mp4",
    ] {
        assert!(names.contains(&name), "{name} of {names:?}");
    }
    let metrics = artifacts.iter().find(|artifact| artifact.name == "metrics.json").unwrap();
    let metrics = world.store.get(&metrics.sha256.parse().unwrap()).await;
    let metrics: serde_json::Value = serde_json::from_slice(&metrics).unwrap();
    assert_eq!(metrics["actor"], "open_loop_plan");
    assert!(metrics["frame_without_buffer"]["f1"].as_f64().unwrap() > 0.8, "{metrics}");
    stop(trainer);
}

#[tokio::test]
async fn what_cannot_be_trained_ends_with_a_reason() {
    let world = World::new().await;
    let unfingered = PerformanceId::from_uuid(uuid::Uuid::now_v7());
    let mut silent = a_scale();
    silent["notes"] = serde_json::json!([]);
    world.label(unfingered, &silent).await;
    let empty = world.train(unfingered).await;
    let missing = world.train(PerformanceId::from_uuid(uuid::Uuid::now_v7())).await;
    let trainer = world.start();
    for (job, reason) in [(empty, "score_empty"), (missing, "performance_missing")] {
        let ended = world.ended(job).await;
        assert_eq!((ended.state, ended.failure_code.as_deref()), (JobState::Discarded, Some(reason)));
    }
    stop(trainer);
}

/// A catalog and a store of this story's own.
struct World {
    folder: tempfile::TempDir,
    catalog: SqliteCatalog,
    store: Store,
}

struct Store(ArtifactStore, PathBuf);

impl Store {
    async fn get(&self, sha256: &artifacts::ContentHash) -> Vec<u8> {
        let size_bytes = self.0.size_bytes(&sha256.key()).await.unwrap().unwrap();
        let to = self.1.join("got");
        let wanted = artifacts::ArtifactRef {
            sha256: sha256.clone(),
            size_bytes,
        };
        self.0.download_to(&wanted, &to).await.unwrap();
        std::fs::read(to).unwrap()
    }
}

impl World {
    async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let store = ArtifactStore::open(&StoreConfig::folder(&folder.path().join("artifacts"))).unwrap();
        World {
            catalog: SqliteCatalog::open(&folder.path().join("catalog.db")).await.unwrap(),
            store: Store(store, folder.path().to_owned()),
            folder,
        }
    }

    /// A labelling job that ended with these labels.
    async fn label(&self, id: PerformanceId, performance: &serde_json::Value) {
        let hands = self.folder.path().join("hands.parquet");
        artifacts::write_hands([], std::fs::File::create(&hands).unwrap()).unwrap();
        let labels = self.folder.path().join("performance.json");
        std::fs::write(&labels, performance.to_string()).unwrap();
        let artifacts = vec![self.keep(&labels).await, self.keep(&hands).await];
        let labelling = Payload::LabelPerformance(LabelPerformance {
            media_sha256: "0".repeat(64),
            media_name: "scale.mp4".to_owned(),
            origin: None,
            section_start_secs: 0.0,
            section: None,
            notes_sha256: None,
            notes_name: None,
            options: SubmitOptions::default(),
        });
        self.catalog.accept(&submission(labelling)).await.unwrap();
        let request = LeaseRequest {
            worker: WorkerId::from_uuid(uuid::Uuid::now_v7()),
            device: "cpu",
            kinds: &[JobKind::LabelPerformance],
            lease: LEASE,
            least_urgent_first: false,
        };
        let leased = self.catalog.lease_job(&request).await.unwrap().unwrap();
        let outcome = Outcome::Completed {
            artifacts,
            performance: Some(NewPerformance {
                id,
                duration_secs: 6.0,
                notes: 8,
                fingered_notes: 8,
                mean_confidence: 1.0,
                engine_versions: "{}".to_owned(),
                metadata: "{}".to_owned(),
            }),
            follow_on: vec![],
            drop_artifacts: vec![],
        };
        self.catalog.finish_attempt(leased.held, &outcome, &Cost::default()).await.unwrap();
    }

    async fn keep(&self, path: &Path) -> Artifact {
        let stored = self.store.0.put_file(path).await.unwrap();
        Artifact {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            sha256: stored.sha256.to_string(),
            size_bytes: stored.size_bytes.cast_signed(),
            media_type: "application/octet-stream".to_owned(),
        }
    }

    async fn train(&self, performance: PerformanceId) -> JobId {
        let payload = Payload::TrainPolicy(TrainPolicy { performance });
        self.catalog.accept(&submission(payload)).await.unwrap().items[0].job
    }

    fn start(&self) -> Child {
        let path = self.folder.path();
        Command::new(env!("CARGO_BIN_EXE_trainer"))
            .env("TOCCATA__CATALOG_URL", format!("sqlite:{}", path.join("catalog.db").display()))
            .env("TOCCATA__ARTIFACTS__URL", path.join("artifacts"))
            .env("TOCCATA__WORK_FOLDER", path.join("work"))
            .env("TOCCATA__CONTROL_STEPS_MAX", "20000")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    async fn ended(&self, job: JobId) -> Job {
        let begin = Instant::now();
        loop {
            let now = self.catalog.job(job).await.unwrap();
            if now.state.is_final() {
                return now;
            }
            assert!(begin.elapsed() < PATIENCE, "{now:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn submission(payload: Payload) -> Submission {
    let item = SubmittedItem {
        position: 0,
        canonical: format!("url:https://example.org/{}", uuid::Uuid::now_v7()),
        url: None,
        host: None,
        title: None,
        licence: None,
        legal_basis: None,
        inputs: vec![],
        dedupe_key: None,
        payload,
        class: Class::Normal,
    };
    Submission {
        key: None,
        batch: BatchTarget::Alone,
        items: vec![item],
        refused: vec![],
        traceparent: None,
        active_jobs_max: None,
    }
}

/// C to G and back, half a second a note, by the right hand's five fingers.
fn a_scale() -> serde_json::Value {
    let notes = [60, 62, 64, 65, 67, 65, 64, 62]
        .into_iter()
        .zip([1, 2, 3, 4, 5, 4, 3, 2])
        .enumerate();
    let notes = notes.map(|(index, (pitch, finger))| {
        let onset_secs = 1.0 + 0.5 * index as f64;
        serde_json::json!({
            "pitch": pitch, "onset_secs": onset_secs, "offset_secs": onset_secs + 0.45, "velocity": 64,
            "hand": "right", "finger": finger, "confidence": 1.0, "runner_up": null, "margin_key_widths": null,
            "witnesses": {"sound": true, "key": null, "fingertip": true},
        })
    });
    serde_json::json!({
        "schema_version": 1, "toccata_version": "0.1.0",
        "source": {"name": "scale.mp4", "sha256": "0".repeat(64), "duration_secs": 6.0},
        "video": {"width": 640, "height": 360, "frames_per_second": 30.0},
        "keyboard": {"sections": []}, "audio_offset_secs": 0.0, "notes": notes.collect::<Vec<_>>(), "pedal": [],
        "models": [], "warnings": [],
    })
}

fn stop(mut program: Child) {
    let sent = Command::new("kill")
        .args(["-s", "TERM", &program.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = program.try_wait().unwrap() {
            break status;
        }
        assert!(begin.elapsed() < PATIENCE, "it does not stop");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "{status}");
}
