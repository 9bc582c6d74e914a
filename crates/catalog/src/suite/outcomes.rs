//! How attempts end, and what becomes of their jobs.

use super::world::*;
use crate::*;
use jobs::{Failure, JobKind, JobState, Limits, Payload, TrainPolicy};
use std::time::Duration;

pub(super) async fn a_result_is_committed_whole(world: World<'_>) {
    let leased = world.running().await;
    let (video, result) = (artifact("video.mp4"), artifact("performance.json"));
    let fetched = Outcome::HandedOn {
        payload: labelling(),
        artifacts: vec![video.clone()],
        source: SourceFacts::default(),
    };
    world.finish(&leased, fetched).await;
    let leased = world.lease(JobKind::LabelPerformance).await.expect("the job");
    let performance = performance();
    let outcome = Outcome::Completed {
        artifacts: vec![result.clone()],
        performance: Some(performance.clone()),
        follow_on: vec![Payload::TrainPolicy(TrainPolicy {
            performance: performance.id,
        })],
        drop_artifacts: vec!["video.mp4".to_owned()],
    };
    world.finish(&leased, outcome).await;

    let job = world.job(leased.held.job).await;
    assert_eq!((job.state, job.performance), (JobState::Completed, Some(performance.id)));
    assert_eq!(
        world.catalog.artifacts(job.id).await.expect("artifacts"),
        [result],
        "the video's row is gone"
    );
    let known = world.catalog.known_objects(&[video.sha256]).await.expect("known");
    assert!(known.is_empty(), "and nothing refers to its object");
    let seen = world.catalog.performance(performance.id).await.expect("the performance");
    assert_eq!((seen.job, Some(seen.source)), (job.id, job.source));
    assert_eq!((seen.notes, seen.fingered_notes, seen.mean_confidence), (420, 400, 0.75));
    assert_eq!(seen.title, job.title);
    let training = world.lease(JobKind::TrainPolicy).await.expect("the job that follows");
    assert_eq!(training.source, job.source);
}

pub(super) async fn a_fetched_video_goes_on_as_labelling(world: World<'_>) {
    world.bells().await;
    let leased = world.running().await;
    let media = artifact("video.mp4");
    let payload = labelling();
    let outcome = Outcome::HandedOn {
        payload: payload.clone(),
        artifacts: vec![media.clone()],
        source: SourceFacts {
            title: Some("Étude".to_owned()),
            uploader: Some("a pianist".to_owned()),
            media_sha256: Some(media.sha256.clone()),
            ..SourceFacts::default()
        },
    };
    world.finish(&leased, outcome).await;
    let job = world.job(leased.held.job).await;
    assert_eq!((job.state, job.kind), (JobState::Available, JobKind::LabelPerformance));
    assert_eq!(job.title.as_deref(), Some("Étude"));
    let source = world.catalog.source(job.source.expect("a source")).await.expect("the source");
    assert_eq!(
        (source.uploader.as_deref(), source.media_sha256),
        (Some("a pianist"), Some(media.sha256))
    );
    assert!(source.retrieved_ms.is_some());
    assert_eq!(world.bells().await, [job.id, job.id], "once for each kind of work");
    let next = world.lease(JobKind::LabelPerformance).await.expect("the same job");
    assert_eq!((next.held.job, next.held.fence.0, next.payload), (job.id, 2, payload));
}

pub(super) async fn failures_are_counted_until_the_job_is_discarded(world: World<'_>) {
    let job = world.submit_one().await.job;
    let attempts_max = i64::from(Limits::default().attempts_max);
    for failures in 1..attempts_max {
        world
            .work_on(job, failed(Failure::retry("site_slow", "the site took too long")))
            .await;
        let seen = world.job(job).await;
        assert_eq!((seen.state, seen.failures), (JobState::Retryable, failures));
        assert!(seen.run_at_ms.is_some());
        assert!(world.lease(JobKind::FetchVideo).await.is_none(), "not before it is due");
        assert_eq!(world.catalog.release_due(MANY).await.expect("released"), 1);
    }
    world
        .work_on(job, failed(Failure::retry("site_slow", "the site took too long")))
        .await;
    let seen = world.job(job).await;
    assert_eq!(
        (seen.state, seen.failures, seen.failure_code.as_deref()),
        (JobState::Discarded, attempts_max, Some("site_slow"))
    );
    assert!(seen.finished_ms.is_some());
}

pub(super) async fn what_never_works_is_discarded_at_once(world: World<'_>) {
    let job = world.submit_one().await.job;
    world
        .work_on(job, failed(Failure::discard("no_keyboard", "no keyboard is seen")))
        .await;
    let seen = world.job(job).await;
    assert_eq!(
        (seen.state, seen.failure_code.as_deref()),
        (JobState::Discarded, Some("no_keyboard"))
    );
    assert_eq!(seen.failure_message.as_deref(), Some("no keyboard is seen"));
    assert_eq!(world.told(job, 2).await, ["job.running", "job.discarded"]);
}

pub(super) async fn a_long_wait_is_not_due_yet(world: World<'_>) {
    let job = world.submit_one().await.job;
    let failure = Failure::retry("site_slow", "the site took too long");
    let outcome = Outcome::Failed {
        failure,
        limits: Limits::default(),
        random: 1.0,
    };
    world.work_on(job, outcome).await;
    assert_eq!(world.catalog.release_due(MANY).await.expect("released"), 0);
    assert_eq!(world.state(job).await, JobState::Retryable);
}

pub(super) async fn a_host_that_asks_for_patience_gets_it_from_all(world: World<'_>) {
    let host = format!("{}.example", world.worker);
    let job = world.submit_one().await.job;
    let wait = Duration::from_secs(900);
    assert_eq!(
        world.catalog.reserve_host(&host, Duration::ZERO).await.expect("a turn"),
        HostTurn::Now
    );
    let failure = Failure::snooze(wait, Some(host.clone()), "too_many_requests", "the site answered 429");
    world.work_on(job, failed(failure)).await;
    let seen = world.job(job).await;
    assert_eq!((seen.state, seen.failures), (JobState::Retryable, 0), "nobody's fault");
    match world.catalog.reserve_host(&host, Duration::ZERO).await.expect("an answer") {
        HostTurn::Closed(wait_ms) => assert!((800_000..=900_000).contains(&wait_ms), "{wait_ms}"),
        other => panic!("the breaker is not open: {other:?}"),
    }
}

pub(super) async fn turns_at_a_host_are_apart(world: World<'_>) {
    let host = format!("{}.example", world.worker);
    let spacing = Duration::from_secs(100);
    let mut waits = Vec::new();
    for _ in 0..3 {
        waits.push(match world.catalog.reserve_host(&host, spacing).await.expect("a turn") {
            HostTurn::Now => 0,
            HostTurn::After(wait_ms) => wait_ms,
            HostTurn::Closed(_) => panic!("closed"),
        });
    }
    assert_eq!(waits[0], 0);
    // The clock goes on between the calls.
    assert!(
        (70_000..=100_000).contains(&waits[1]) && (170_000..=200_000).contains(&waits[2]),
        "{waits:?}"
    );
}

pub(super) async fn a_postponed_job_comes_back_with_its_new_payload(world: World<'_>) {
    let leased = world.running().await;
    let Payload::FetchVideo(mut fetch) = leased.payload.clone() else {
        panic!("not a fetch")
    };
    fetch.host_turn = true;
    let payload = Payload::FetchVideo(fetch);
    let outcome = Outcome::Postponed {
        wait: Duration::ZERO,
        payload: payload.clone(),
    };
    world.finish(&leased, outcome).await;
    assert_eq!(world.state(leased.held.job).await, JobState::Retryable);
    world.catalog.release_due(MANY).await.expect("released");
    let again = world.lease(JobKind::FetchVideo).await.expect("the job");
    assert_eq!((again.held.job, again.payload, again.failures), (leased.held.job, payload, 0));
}

pub(super) async fn a_worker_that_stops_gives_its_job_back(world: World<'_>) {
    let leased = world.running().await;
    world.bells().await;
    world.finish(&leased, Outcome::Released).await;
    let job = world.job(leased.held.job).await;
    assert_eq!((job.state, job.failures, job.losses), (JobState::Available, 0, 0));
    assert_eq!(world.bells().await, [job.id]);
}

pub(super) async fn every_attempt_is_recorded_with_its_cost(world: World<'_>) {
    let job = world.submit_one().await.job;
    world.work_on(job, Outcome::Released).await;
    world
        .work_on(job, failed(Failure::retry("site_slow", "the site took too long")))
        .await;
    world.catalog.release_due(MANY).await.expect("released");
    world.work_on(job, completed(vec![])).await;
    let attempts = world.catalog.attempts(job).await.expect("attempts");
    let seen: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.fence, attempt.outcome.as_deref(), attempt.failure_code.as_deref()))
        .collect();
    let expected = [
        (1, Some("released"), None),
        (2, Some("failed"), Some("site_slow")),
        (3, Some("completed"), None),
    ];
    assert_eq!(seen, expected);
    assert!(attempts.iter().all(|attempt| attempt.cost == cost() && attempt.ended_ms.is_some()));
    assert!(is_missing(world.catalog.attempts(jobs::JobId::at(1, [1; 10])).await));
}
