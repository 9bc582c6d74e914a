//! Goal: the trainer's program takes its jobs, ends each with a result or a named reason, and stops when asked.
//! Method: the program itself, over a SQLite catalog with one job in it.

use catalog::{BatchTarget, Catalog, SqliteCatalog, Submission, SubmittedItem};
use jobs::{Class, JobState, Payload, PerformanceId, TrainPolicy};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes so long unless it is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

fn training_job() -> Submission {
    let performance = PerformanceId::from_uuid(uuid::Uuid::now_v7());
    let item = SubmittedItem {
        position: 0,
        canonical: "url:https://example.org/piece".to_owned(),
        url: None,
        host: None,
        title: None,
        licence: None,
        legal_basis: None,
        inputs: vec![],
        dedupe_key: None,
        payload: Payload::TrainPolicy(TrainPolicy { performance }),
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

#[tokio::test]
async fn a_training_job_ends_with_a_reason_and_the_program_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("catalog.db");
    let catalog = SqliteCatalog::open(&file).await.unwrap();
    let job = catalog.accept(&training_job()).await.unwrap().items[0].job;
    let trainer = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .env("TOCCATA__CATALOG_URL", format!("sqlite:{}", file.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    let ended = loop {
        let now = catalog.job(job).await.unwrap();
        if now.state == JobState::Discarded || now.state == JobState::Completed {
            break now;
        }
        assert!(begin.elapsed() < PATIENCE, "{now:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(ended.failure_code.as_deref(), Some("training_not_available"));
    stop(trainer);
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
