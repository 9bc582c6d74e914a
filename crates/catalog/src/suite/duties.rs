//! What is done beside the jobs: doorbells, facts, and forgetting.

use super::world::*;
use crate::*;
use jobs::{Class, JobKind, WorkerId};
use std::time::Duration;

pub(super) async fn two_relays_do_not_take_the_same_bell(world: World<'_>) {
    world.bells().await;
    let (_, items) = world.submit_batch(videos(30)).await;
    let hold = Duration::from_secs(60);
    let taken = futures::future::join_all((0..2).map(|_| world.catalog.take_bells(MANY, hold))).await;
    let bells: Vec<Bell> = taken.into_iter().flat_map(|bells| bells.expect("bells")).collect();
    assert_eq!(bells.len(), items.len());
    assert!(
        bells
            .iter()
            .all(|bell| (bell.kind, bell.class) == (JobKind::FetchVideo, Class::Normal))
    );
    assert!(world.catalog.outbox_lag_secs().await.expect("a lag") >= 0.0);
    let seqs: Vec<i64> = bells.iter().map(|bell| bell.seq).collect();
    world.catalog.forget_bells(&seqs).await.expect("forgotten");
    assert!(world.bells().await.is_empty());
    assert_eq!(world.catalog.outbox_lag_secs().await.expect("a lag"), 0.0);
}

pub(super) async fn bells_of_a_dead_relay_are_taken_again(world: World<'_>) {
    world.bells().await;
    let job = world.submit_one().await.job;
    // A hold that ends as it begins; the clock counts milliseconds.
    let taken = world.catalog.take_bells(MANY, Duration::ZERO).await.expect("bells");
    assert_eq!(taken.len(), 1);
    let mut again = Vec::new();
    for _ in 0..10_000 {
        again = world.catalog.take_bells(MANY, Duration::ZERO).await.expect("bells");
        if !again.is_empty() {
            break;
        }
    }
    assert_eq!(again, taken);
    world.catalog.forget_bells(&[taken[0].seq]).await.expect("forgotten");
    assert_eq!(taken[0].job, job);
}

pub(super) async fn the_queue_is_counted_by_kind_and_class(world: World<'_>) {
    world.submit(None, vec![video_of(Class::Interactive), video(1), video(2)]).await;
    world.lease(JobKind::FetchVideo).await.expect("the urgent job");
    let facts = world.catalog.queue_facts().await.expect("facts");
    let counted: Vec<_> = facts
        .iter()
        .map(|fact| (fact.kind, fact.class, fact.available, fact.running))
        .collect();
    let expected = [
        (JobKind::FetchVideo, Class::Interactive, 0, 1),
        (JobKind::FetchVideo, Class::Normal, 2, 0),
    ];
    assert_eq!(counted, expected);
    assert!(facts.iter().all(|fact| fact.oldest_ms >= 0));
}

pub(super) async fn workers_are_seen(world: World<'_>) {
    let worker = Worker {
        id: WorkerId::from_uuid(uuid::Uuid::now_v7()),
        name: "gpu-1:4242".to_owned(),
        kinds: vec![JobKind::LabelPerformance, JobKind::TrainPolicy],
        device: "cuda:0".to_owned(),
        version: "1.2.3".to_owned(),
    };
    world.catalog.worker_seen(&worker, false).await.expect("seen");
    world.catalog.worker_seen(&worker, true).await.expect("seen");
    let workers = world.catalog.workers(Duration::from_secs(3600)).await.expect("workers");
    let (seen, started_ms, seen_ms, draining) = workers.iter().find(|(seen, ..)| seen.id == worker.id).expect("the worker");
    assert_eq!((&seen.kinds, &seen.device, *draining), (&worker.kinds, &worker.device, true));
    assert!(seen_ms >= started_ms);
}

pub(super) async fn what_is_old_is_forgotten(world: World<'_>) {
    let day = Duration::from_secs(86_400);
    let job = world.submit_one().await.job;
    world.catalog.cancel_job(job).await.expect("cancelled");
    let upload = world
        .catalog
        .create_upload(None, "take.mp4", 1, None, Duration::ZERO)
        .await
        .expect("begun");
    assert!(world.catalog.forget_old(day).await.expect("forgotten") >= 1, "the upload is over");
    assert!(is_missing(world.catalog.upload(upload.id).await));
    assert_eq!(world.told(job, 1).await, ["job.cancelled"], "events of today stay");
}

pub(super) async fn the_schema_is_the_one_the_program_needs(world: World<'_>) {
    world.catalog.health().await.expect("healthy");
}
