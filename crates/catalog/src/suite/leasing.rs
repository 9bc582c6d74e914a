//! Who gets which job.

use super::world::*;
use crate::*;
use jobs::{Class, JobKind, JobState};
use std::collections::BTreeSet;

pub(super) async fn without_work_there_is_no_lease(world: World<'_>) {
    assert!(world.lease_of(&JobKind::ALL, false).await.is_none());
}

pub(super) async fn a_leased_job_tells_all_a_worker_needs(world: World<'_>) {
    let key = world.key().await;
    let item = video(0);
    let submission = Submission {
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        ..submission(Some(key), BatchTarget::Alone, vec![item.clone()])
    };
    let accepted = world.catalog.accept(&submission).await.expect("accepted").items[0];
    let leased = world.lease(JobKind::FetchVideo).await.expect("the job");
    assert_eq!((leased.held.job, leased.held.fence.0), (accepted.job, 1));
    assert_eq!(
        (leased.key, leased.source, leased.host),
        (Some(key), Some(accepted.source), item.host)
    );
    assert_eq!((leased.payload, leased.traceparent), (item.payload, submission.traceparent));
    let job = world.job(accepted.job).await;
    assert_eq!(job.state, JobState::Running);
    let attempts = world.catalog.attempts(job.id).await.expect("attempts");
    assert_eq!(
        (attempts.len(), attempts[0].worker, attempts[0].ended_ms),
        (1, world.worker, None),
        "an attempt under way is seen"
    );
}

pub(super) async fn jobs_of_one_key_are_leased_in_their_order(world: World<'_>) {
    let submitted: Vec<_> = world.submit(None, videos(5)).await.iter().map(|item| item.job).collect();
    assert_eq!(lease_all(world).await, submitted);
}

pub(super) async fn urgent_classes_go_first(world: World<'_>) {
    let classes = [Class::Backfill, Class::Normal, Class::Interactive];
    let [backfill, normal, interactive] = [0, 1, 2].map(|index| video_of(classes[index]));
    let mut jobs = Vec::new();
    for item in [backfill, normal, interactive] {
        jobs.push(world.submit(None, vec![item]).await[0].job);
    }
    // Now and then a worker looks from the other end, so that nothing starves.
    let least_urgent = world.lease_of(&[JobKind::FetchVideo], true).await.expect("a job");
    assert_eq!(least_urgent.held.job, jobs[0]);
    assert_eq!(lease_all(world).await, [jobs[2], jobs[1]]);
}

pub(super) async fn a_worker_gets_only_kinds_it_serves_the_preferred_first(world: World<'_>) {
    let fetch = world.submit_one().await.job;
    let label = world
        .submit(
            None,
            vec![SubmittedItem {
                payload: labelling(),
                ..video(0)
            }],
        )
        .await[0]
        .job;
    assert!(world.lease(JobKind::TrainPolicy).await.is_none());
    let kinds = [JobKind::LabelPerformance, JobKind::FetchVideo];
    assert_eq!(world.lease_of(&kinds, false).await.map(|leased| leased.held.job), Some(label));
    assert_eq!(world.lease_of(&kinds, false).await.map(|leased| leased.held.job), Some(fetch));
}

pub(super) async fn a_thousand_jobs_of_one_key_do_not_starve_three_of_another(world: World<'_>) {
    let (many, few) = (world.key().await, world.key().await);
    world.submit(Some(many), videos(1000)).await;
    for _ in 0..10 {
        world.lease(JobKind::FetchVideo).await.expect("a job of the first key");
    }
    let wanted: BTreeSet<_> = world.submit(Some(few), videos(3)).await.iter().map(|item| item.job).collect();
    let mut next = BTreeSet::new();
    for _ in 0..6 {
        next.insert(world.lease(JobKind::FetchVideo).await.expect("a job").held.job);
    }
    assert!(wanted.is_subset(&next), "the three are served in turn with the thousand");
}

pub(super) async fn workers_that_ask_at_once_get_different_jobs(world: World<'_>) {
    let submitted: BTreeSet<_> = world.submit(None, videos(40)).await.iter().map(|item| item.job).collect();
    let workers = (0..8).map(|_| lease_all(world));
    let leased: Vec<_> = futures::future::join_all(workers).await.concat();
    assert_eq!(leased.len(), 40, "no job twice");
    assert_eq!(leased.into_iter().collect::<BTreeSet<_>>(), submitted, "and all of them");
}

/// Leases until there is nothing more.
async fn lease_all(world: World<'_>) -> Vec<jobs::JobId> {
    let mut leased = Vec::new();
    while let Some(next) = world.lease(JobKind::FetchVideo).await {
        leased.push(next.held.job);
    }
    leased
}
