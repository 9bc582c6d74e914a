//! Judges what a run left behind by reading tables and events, not by asking the steps that wrote them.

use crate::faulty_broker::FORGED;
use crate::sim_worker::{Answer, POISON, content};
use crate::world::{Aftermath, World};
use catalog::{BatchCounts, Catalog as _, HeldJob};
use jobs::{BatchId, Fence, JobId, JobState};
use sqlx::FromRow;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[derive(FromRow)]
struct JobRow {
    id: Uuid,
    state: String,
    kind: String,
    payload: String,
    fence: i64,
    losses: i64,
    failure_code: Option<String>,
    taken_down: bool,
}

#[derive(FromRow)]
struct AttemptRow {
    fence: i64,
    kind: String,
    outcome: String,
}

#[derive(FromRow)]
struct ArtifactRow {
    name: String,
    sha256: String,
}

/// Panics with what is wrong.
pub async fn check(after: &Aftermath) {
    let world = &after.world;
    let mut lives = 0;
    let mut jobs = 0;
    for job in every_job(world).await {
        let attempts = attempts(world, job.id).await;
        lives += ended_once_a_life(world, &job, &attempts).await;
        jobs += 1;
        attempts_are_consistent(&job, &attempts);
        only_committed_artifacts_are_there(world, &job, &attempts).await;
        performances_are_those_of_completed_jobs(world, &job, &attempts).await;
    }
    assert!(jobs > 50, "only {jobs} jobs: the simulation does not simulate much");
    assert_eq!(lives, jobs + after.retried, "lives of jobs");
    nothing_a_zombie_reported_was_committed(world).await;
    batches_count_their_lines(world).await;
    trained_where_that_was_wanted(world).await;
    eprintln!("{}", summary(world).await);
    for letter in world.broker.dead_letters() {
        assert!(letter.body.starts_with(FORGED), "a real message was rejected: {letter:?}");
    }
}

async fn every_job(world: &World) -> Vec<JobRow> {
    sqlx::query_as(
        "SELECT id, state, kind, payload, fence, losses, failure_code,
                (SELECT taken_down_ms FROM sources WHERE sources.id = source_id) IS NOT NULL AS taken_down
         FROM jobs",
    )
    .fetch_all(&world.time.database)
    .await
    .unwrap()
}

async fn attempts(world: &World, job: Uuid) -> Vec<AttemptRow> {
    sqlx::query_as("SELECT fence, kind, outcome FROM attempts WHERE job_id = ? ORDER BY fence")
        .bind(job)
        .fetch_all(&world.time.database)
        .await
        .unwrap()
}

/// What happened in this run, for those who wonder whether it was much.
async fn summary(world: &World) -> String {
    let count = async |statement: &'static str| -> String {
        let rows: Vec<(String, i64)> = sqlx::query_as(statement).fetch_all(&world.time.database).await.unwrap();
        let words: Vec<String> = rows.into_iter().map(|(what, many)| format!("{many} {what}")).collect();
        words.join(", ")
    };
    let reports = world.reports.lock().unwrap().clone();
    let answered = |answer| reports.iter().filter(|report| report.answer == answer).count();
    format!(
        "seed {}: jobs: {}; attempts: {}; reports: {} refused, {} without an answer; {} dead letters; {}",
        world.seed,
        count("SELECT state, count(*) FROM jobs GROUP BY state ORDER BY state").await,
        count("SELECT outcome, count(*) FROM attempts GROUP BY outcome ORDER BY outcome").await,
        answered(Answer::Refused),
        answered(Answer::Unknown),
        world.broker.dead_letters().len(),
        count("SELECT 'videos taken down', count(*) FROM sources WHERE taken_down_ms IS NOT NULL").await,
    )
}

/// Follows a job through its events: only legal steps, one end for each life. Returns how many lives it had.
async fn ended_once_a_life(world: &World, job: &JobRow, attempts: &[AttemptRow]) -> i64 {
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM events WHERE job_id = ? AND name <> 'job.progress' ORDER BY seq")
        .bind(job.id)
        .fetch_all(&world.time.database)
        .await
        .unwrap();
    let states: Vec<JobState> = names
        .iter()
        .map(|name| name.strip_prefix("job.").unwrap().parse().unwrap())
        .collect();
    let mut state = JobState::Available;
    for next in &states {
        state = state
            .then(*next)
            .unwrap_or_else(|error| panic!("{:?}: {error} in {names:?}", job.id));
    }
    assert!(state.is_final(), "{:?} has not ended: {names:?}", job.id);
    assert_eq!(state.name(), job.state, "the events of {:?}: {names:?}", job.id);
    let leases = states.iter().filter(|state| **state == JobState::Running).count();
    assert_eq!(leases, attempts.len(), "every lease of {:?} is an attempt that ended", job.id);
    states.iter().filter(|state| state.is_final()).count() as i64
}

fn attempts_are_consistent(job: &JobRow, attempts: &[AttemptRow]) {
    let id = job.id;
    let fences: Vec<i64> = attempts.iter().map(|attempt| attempt.fence).collect();
    assert_eq!(fences, (1..=job.fence).collect::<Vec<_>>(), "each fence of {id:?} once");
    let completed = attempts.iter().filter(|attempt| attempt.outcome == "completed").count();
    assert_eq!(completed, usize::from(job.state == "completed"), "{id:?} is {}", job.state);
    let last = attempts.last().map(|attempt| attempt.outcome.as_str());
    match job.state.as_str() {
        "completed" => assert_eq!(last, Some("completed"), "{id:?}"),
        "discarded" if job.failure_code.as_deref() == Some("worker_lost") => {
            assert_eq!((last, job.losses), (Some("lost"), 3), "{id:?}");
        }
        "discarded" => assert_eq!(last, Some("failed"), "{id:?}"),
        _ => {}
    }
    assert!(job.losses <= 3, "{id:?} lost {} workers", job.losses);
    if job.payload.contains(POISON) {
        assert_eq!(job.kind, "fetch_video", "nobody can have fetched the poisonous {id:?}");
        assert_ne!(job.state, "completed");
    }
}

/// Every artifact is the work of the attempt that committed it; a completed job has all of its artifacts.
async fn only_committed_artifacts_are_there(world: &World, job: &JobRow, attempts: &[AttemptRow]) {
    let rows: Vec<ArtifactRow> = sqlx::query_as("SELECT name, sha256 FROM artifacts WHERE job_id = ?")
        .bind(job.id)
        .fetch_all(&world.time.database)
        .await
        .unwrap();
    let there: BTreeMap<String, String> = rows.into_iter().map(|row| (row.name, row.sha256)).collect();
    let mut wanted = BTreeMap::new();
    if !job.taken_down {
        for attempt in attempts {
            let work = content(held(job.id, attempt.fence));
            match (attempt.outcome.as_str(), attempt.kind.as_str()) {
                ("handed_on", _) => wanted.insert("video.mp4".to_owned(), work),
                ("completed", "label_performance") => {
                    wanted.remove("video.mp4");
                    wanted.insert("performance.json".to_owned(), work)
                }
                ("completed", _) => wanted.insert("result.bin".to_owned(), work),
                _ => None,
            };
        }
    }
    assert_eq!(there, wanted, "artifacts of {:?}", job.id);
}

async fn performances_are_those_of_completed_jobs(world: &World, job: &JobRow, attempts: &[AttemptRow]) {
    let made = attempts
        .iter()
        .any(|attempt| attempt.outcome == "completed" && attempt.kind == "label_performance");
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM performances WHERE job_id = ?")
        .bind(job.id)
        .fetch_one(&world.time.database)
        .await
        .unwrap();
    assert_eq!(there, i64::from(made && !job.taken_down), "performances of {:?}", job.id);
}

/// Compares what workers said and heard with what is recorded of their attempts.
async fn nothing_a_zombie_reported_was_committed(world: &World) {
    let rows: Vec<(Uuid, i64, String, i64)> = sqlx::query_as("SELECT job_id, fence, outcome, bytes_in FROM attempts")
        .fetch_all(&world.time.database)
        .await
        .unwrap();
    let recorded: BTreeMap<(Uuid, i64), String> = rows
        .iter()
        .map(|(job, fence, outcome, _)| ((*job, *fence), outcome.clone()))
        .collect();
    let reports = world.reports.lock().unwrap().clone();
    let mut reported = BTreeSet::new();
    let mut committed = BTreeSet::new();
    for report in &reports {
        let key = (report.held.job.uuid(), report.held.fence.0);
        let outcome = recorded.get(&key).map(String::as_str);
        reported.insert(key);
        if report.answer == Answer::Committed {
            assert!(committed.insert(key), "committed twice: {report:?}");
            // The wish to cancel, or a takedown, outranks what the worker says.
            assert!(
                outcome == Some(report.outcome) || outcome == Some("cancelled"),
                "{report:?} is recorded as {outcome:?}"
            );
        }
    }
    for (job, fence, outcome, bytes_in) in &rows {
        let lost = outcome == "lost";
        assert!(
            !(lost && committed.contains(&(*job, *fence))),
            "{job:?} was lost with fence {fence} and committed"
        );
        assert!(
            lost || reported.contains(&(*job, *fence)),
            "nobody reported {outcome} of {job:?}, fence {fence}"
        );
        assert_eq!(*bytes_in, i64::from(!lost), "the cost of {job:?}, fence {fence}");
    }
    let refused = reports.iter().filter(|report| report.answer == Answer::Refused).count();
    assert!(refused > 0, "no zombie ever reported: the simulation does not simulate much");
}

async fn batches_count_their_lines(world: &World) {
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM batches")
        .fetch_all(&world.time.database)
        .await
        .unwrap();
    assert!(ids.len() > 3);
    for id in ids {
        let lines: Vec<Option<String>> =
            sqlx::query_scalar("SELECT jobs.state FROM batch_items LEFT JOIN jobs ON jobs.id = batch_items.job_id WHERE batch_id = ?")
                .bind(id)
                .fetch_all(&world.time.database)
                .await
                .unwrap();
        let mut counts = BatchCounts {
            total: lines.len() as i64,
            ..BatchCounts::default()
        };
        for line in &lines {
            *match line.as_deref() {
                None => &mut counts.refused,
                Some("completed") => &mut counts.completed,
                Some("cancelled") => &mut counts.cancelled,
                Some("discarded") => &mut counts.discarded,
                Some(other) => panic!("{id:?} is finished but a job is {other}"),
            } += 1;
        }
        let batch = world.catalog.batch(BatchId::from_uuid(id)).await.unwrap();
        assert_eq!(batch.counts, counts, "{}", batch.id);
        assert!(batch.finished_ms.is_some());
        let told: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE batch_id = ? AND name = 'batch.finished'")
            .bind(id)
            .fetch_one(&world.time.database)
            .await
            .unwrap();
        assert!(told >= 1, "nobody was told that {} is finished", batch.id);
    }
}

/// A job that follows from another is there once, exactly where the first was completed and wanted it.
async fn trained_where_that_was_wanted(world: &World) {
    let count = async |statement: &'static str| -> i64 { sqlx::query_scalar(statement).fetch_one(&world.time.database).await.unwrap() };
    let wanted = count(
        "SELECT count(*) FROM jobs WHERE kind = 'label_performance' AND state = 'completed' AND json_extract(payload, '$.options.train')",
    )
    .await;
    assert_eq!(count("SELECT count(*) FROM jobs WHERE kind = 'train_policy'").await, wanted);
}

fn held(job: Uuid, fence: i64) -> HeldJob {
    HeldJob {
        job: JobId::from_uuid(job),
        fence: Fence(fence),
    }
}
