//! What people do to jobs.

use super::world::*;
use crate::*;
use jobs::{Failure, JobId, JobKind, JobState, LEASE};

pub(super) async fn a_waiting_job_is_cancelled_at_once(world: World<'_>) {
    let job = world.submit_one().await.job;
    let seen = world.catalog.cancel_job(job).await.expect("cancelled");
    assert_eq!(seen.state, JobState::Cancelled);
    assert!(world.lease(JobKind::FetchVideo).await.is_none());
    assert_eq!(world.told(job, 1).await, ["job.cancelled"]);
}

pub(super) async fn a_job_that_waits_to_be_tried_again_is_cancelled_at_once(world: World<'_>) {
    let job = world.submit_one().await.job;
    world
        .work_on(job, failed(Failure::retry("site_slow", "the site took too long")))
        .await;
    assert_eq!(world.catalog.cancel_job(job).await.expect("cancelled").state, JobState::Cancelled);
    assert_eq!(world.catalog.release_due(MANY).await.expect("released"), 0);
}

pub(super) async fn the_worker_of_a_cancelled_job_hears_of_it(world: World<'_>) {
    let leased = world.running().await;
    let seen = world.catalog.cancel_job(leased.held.job).await.expect("requested");
    assert_eq!((seen.state, seen.cancel_requested), (JobState::Running, true));
    let renewal = world.catalog.extend_lease(leased.held, LEASE, None).await.expect("an answer");
    assert_eq!(renewal, Renewal::CancelRequested);
    world.finish(&leased, Outcome::Cancelled).await;
    assert_eq!(world.state(leased.held.job).await, JobState::Cancelled);
}

pub(super) async fn a_result_that_was_ready_is_kept(world: World<'_>) {
    let leased = world.running().await;
    world.catalog.cancel_job(leased.held.job).await.expect("requested");
    world.finish(&leased, labelled(vec![])).await;
    assert_eq!(world.state(leased.held.job).await, JobState::Completed);
}

pub(super) async fn a_cancelled_job_is_not_handed_on(world: World<'_>) {
    let leased = world.running().await;
    world.catalog.cancel_job(leased.held.job).await.expect("requested");
    let outcome = Outcome::HandedOn {
        payload: labelling(),
        artifacts: vec![],
        source: SourceFacts::default(),
    };
    world.finish(&leased, outcome).await;
    assert_eq!(world.state(leased.held.job).await, JobState::Cancelled);
}

pub(super) async fn an_ended_job_cannot_be_cancelled(world: World<'_>) {
    let job = world.submit_one().await.job;
    world.work_on(job, completed(vec![])).await;
    assert_eq!(conflict(world.catalog.cancel_job(job).await), "job_not_cancellable");
    assert_eq!(conflict(world.catalog.retry_job(job).await), "job_not_retryable");
    assert!(is_missing(world.catalog.cancel_job(JobId::at(1, [1; 10])).await));
    assert!(is_missing(world.catalog.retry_job(JobId::at(1, [1; 10])).await));
}

pub(super) async fn a_discarded_job_is_tried_again_with_fresh_counts(world: World<'_>) {
    let job = world.submit_one().await.job;
    world
        .work_on(job, failed(Failure::retry("site_slow", "the site took too long")))
        .await;
    world.catalog.release_due(MANY).await.expect("released");
    world
        .work_on(job, failed(Failure::discard("video_gone", "the video is private")))
        .await;
    world.bells().await;
    let seen = world.catalog.retry_job(job).await.expect("again");
    assert_eq!((seen.state, seen.failures, seen.losses), (JobState::Available, 0, 0));
    assert_eq!((seen.failure_code, seen.finished_ms), (None, None));
    assert_eq!(world.bells().await, [job]);
    let leased = world.lease(JobKind::FetchVideo).await.expect("the job");
    assert_eq!((leased.held.job, leased.held.fence.0), (job, 3), "fences go on where they were");
    assert_eq!(conflict(world.catalog.retry_job(job).await), "job_not_retryable");
}

pub(super) async fn a_retried_job_queues_behind_its_share(world: World<'_>) {
    let (mine, theirs) = (world.key().await, world.key().await);
    let first = world.submit(Some(mine), vec![video(0)]).await[0].job;
    world.catalog.cancel_job(first).await.expect("cancelled");
    let waiting = world.submit(Some(mine), videos(3)).await;
    world.submit(Some(theirs), videos(3)).await;
    world.catalog.retry_job(first).await.expect("again");
    let mut order = Vec::new();
    while let Some(leased) = world.lease(JobKind::FetchVideo).await {
        if leased.key == Some(mine) {
            order.push(leased.held.job);
        }
    }
    let expected: Vec<JobId> = waiting.iter().map(|item| item.job).chain([first]).collect();
    assert_eq!(order, expected);
}

pub(super) async fn work_that_was_submitted_again_is_not_retried(world: World<'_>) {
    let item = video(0);
    let first = world.submit(None, vec![item.clone()]).await[0].job;
    world.catalog.cancel_job(first).await.expect("cancelled");
    let second = world.submit(None, vec![item]).await[0].job;
    assert_ne!(first, second);
    assert_eq!(conflict(world.catalog.retry_job(first).await), "job_superseded");
    world.work_on(second, completed(vec![])).await;
    assert_eq!(
        conflict(world.catalog.retry_job(first).await),
        "job_superseded",
        "also once it is done"
    );
}

pub(super) async fn a_video_taken_down_is_not_retried(world: World<'_>) {
    let submitted = world.submit_one().await;
    world
        .catalog
        .take_down(submitted.source, "asked by its owner")
        .await
        .expect("taken down");
    assert_eq!(conflict(world.catalog.retry_job(submitted.job).await), "source_taken_down");
}
