//! Many jobs together.

use super::world::*;
use crate::*;
use jobs::{BatchId, Failure, JobKind, JobState};

pub(super) async fn a_batch_tells_how_far_it_is(world: World<'_>) {
    let (batch, items) = world.submit_batch(videos(6)).await;
    world.work_on(items[0].job, completed(vec![])).await;
    for item in &items[1..3] {
        world
            .work_on(item.job, failed(Failure::discard("no_keyboard", "no keyboard is seen")))
            .await;
    }
    world
        .work_on(items[3].job, failed(Failure::retry("site_slow", "the site took too long")))
        .await;
    world.lease(JobKind::FetchVideo).await.expect("the fifth job");
    let seen = world.catalog.batch(batch).await.expect("the batch");
    let expected = BatchCounts {
        total: 6,
        refused: 0,
        available: 1,
        running: 1,
        retryable: 1,
        completed: 1,
        cancelled: 0,
        discarded: 2,
    };
    assert_eq!(seen.counts, expected);
    assert_eq!(seen.failures, [("no_keyboard".to_owned(), 2)], "what may still work is no failure");
    let eta_secs = seen.eta_secs.expect("three jobs ended just now");
    assert!((0.0..60.0).contains(&eta_secs), "{eta_secs}");
    let listed = world.catalog.list_batches(None, 1).await.expect("batches");
    assert_eq!((listed[0].id, listed[0].counts), (batch, expected), "the newest first");
    assert!(is_missing(world.catalog.batch(BatchId::at(1, [1; 10])).await));
    assert!(is_missing(world.catalog.batch_items(BatchId::at(1, [1; 10]), -1, 1).await));
}

pub(super) async fn a_batch_is_finished_once_its_last_job_ended(world: World<'_>) {
    let (batch, items) = world.submit_batch(videos(2)).await;
    world.catalog.finish_batches(MANY).await.expect("looked");
    world.work_on(items[0].job, completed(vec![])).await;
    assert_eq!(world.catalog.finish_batches(MANY).await.expect("looked"), 0);
    world.catalog.cancel_job(items[1].job).await.expect("cancelled");
    assert_eq!(world.catalog.finish_batches(MANY).await.expect("looked"), 1);
    assert_eq!(world.catalog.finish_batches(MANY).await.expect("looked"), 0, "once");
    let seen = world.catalog.batch(batch).await.expect("the batch");
    assert!(seen.finished_ms.is_some());
    assert_eq!(seen.eta_secs, Some(0.0));
    let expected = BatchCounts {
        total: 2,
        completed: 1,
        cancelled: 1,
        ..BatchCounts::default()
    };
    assert_eq!(seen.counts, expected, "a finished batch keeps its counts");
    let filter = EventFilter {
        job: None,
        batch: Some(batch),
    };
    let events = world.events(filter, 0, |events| events.len() >= 4).await;
    assert_eq!(names(&events), ["job.running", "job.completed", "job.cancelled", "batch.finished"]);
}

pub(super) async fn a_retried_job_opens_its_batch_again(world: World<'_>) {
    let (batch, items) = world.submit_batch(videos(1)).await;
    world
        .work_on(items[0].job, failed(Failure::discard("video_gone", "the video is private")))
        .await;
    world.catalog.finish_batches(MANY).await.expect("looked");
    let finished = world.catalog.batch(batch).await.expect("the batch");
    assert_eq!(finished.failures, [("video_gone".to_owned(), 1)]);
    world.catalog.retry_job(items[0].job).await.expect("again");
    let open = world.catalog.batch(batch).await.expect("the batch");
    assert_eq!((open.finished_ms, open.counts.available, open.failures.len()), (None, 1, 0));
    world.work_on(items[0].job, completed(vec![])).await;
    assert_eq!(world.catalog.finish_batches(MANY).await.expect("looked"), 1);
}

pub(super) async fn cancelling_a_batch_spares_what_others_wait_for(world: World<'_>) {
    let shared = video(0);
    let (mine, items) = world.submit_batch(vec![shared.clone(), video(1), video(2)]).await;
    let (other, _) = world.submit_batch(vec![shared]).await;
    let running = world.lease(JobKind::FetchVideo).await.expect("the shared job").held.job;
    assert_eq!(running, items[0].job);
    let running = world.lease(JobKind::FetchVideo).await.expect("a job").held.job;
    assert_eq!(running, items[1].job);
    assert_eq!(world.catalog.cancel_batch(mine).await.expect("cancelled"), 2);
    let shared = world.job(items[0].job).await;
    assert_eq!((shared.state, shared.cancel_requested), (JobState::Running, false));
    assert!(world.job(items[1].job).await.cancel_requested);
    assert_eq!(world.state(items[2].job).await, JobState::Cancelled);
    assert!(world.catalog.batch(mine).await.expect("the batch").cancelled_ms.is_some());
    assert_eq!(world.catalog.cancel_batch(mine).await.expect("again"), 0);
    // Nobody waits for it any more.
    assert_eq!(world.catalog.cancel_batch(other).await.expect("cancelled"), 1);
    assert!(is_missing(world.catalog.cancel_batch(BatchId::at(1, [1; 10])).await));
}

pub(super) async fn failed_jobs_of_a_batch_are_tried_again_together(world: World<'_>) {
    let items = videos(5);
    let (batch, accepted) = world.submit_batch(items.clone()).await;
    world.work_on(accepted[0].job, completed(vec![])).await;
    for item in &accepted[1..4] {
        world
            .work_on(item.job, failed(Failure::discard("video_gone", "the video is private")))
            .await;
    }
    world.catalog.cancel_job(accepted[4].job).await.expect("cancelled");
    world.catalog.finish_batches(MANY).await.expect("looked");
    // One of them was submitted again meanwhile.
    let anew = world.submit(None, vec![items[1].clone()]).await[0].job;
    world.bells().await;
    assert_eq!(world.catalog.retry_failed(batch).await.expect("again"), 2);
    let states = [
        JobState::Completed,
        JobState::Discarded,
        JobState::Available,
        JobState::Available,
        JobState::Cancelled,
    ];
    for (item, state) in accepted.iter().zip(states) {
        assert_eq!(world.state(item.job).await, state);
    }
    assert_eq!(world.catalog.batch(batch).await.expect("the batch").finished_ms, None);
    assert_eq!(world.bells().await, [accepted[2].job, accepted[3].job]);
    let order = [anew, accepted[2].job, accepted[3].job];
    for job in order {
        world.work_on(job, completed(vec![])).await;
    }
    assert_eq!(world.catalog.retry_failed(batch).await.expect("again"), 0);
    assert!(is_missing(world.catalog.retry_failed(BatchId::at(1, [1; 10])).await));
}

pub(super) async fn work_that_failed_twice_in_a_batch_is_retried_once(world: World<'_>) {
    let item = video(0);
    let (batch, first) = world.submit_batch(vec![item.clone()]).await;
    world
        .work_on(first[0].job, failed(Failure::discard("video_gone", "the video is private")))
        .await;
    let again = SubmittedItem { position: 1, ..item };
    let accepted = world
        .catalog
        .accept(&submission(None, BatchTarget::Existing(batch), vec![again]))
        .await
        .expect("accepted");
    let second = accepted.items[0].job;
    world
        .work_on(second, failed(Failure::discard("video_gone", "the video is private")))
        .await;
    assert_eq!(world.catalog.retry_failed(batch).await.expect("again"), 1);
    assert_eq!(world.state(first[0].job).await, JobState::Discarded);
    assert_eq!(world.state(second).await, JobState::Available);
}
