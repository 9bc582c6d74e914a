//! Jobs whose worker stopped answering.

use super::world::*;
use crate::*;
use jobs::{JobKind, JobState, Limits};

pub(super) async fn a_lost_job_is_tried_again_at_once(world: World<'_>) {
    let leased = world.running().await;
    assert_eq!(rescue(world).await, Rescued::default(), "its lease is still good");
    world.bells().await;
    assert_eq!(world.catalog.end_leases_of(world.worker).await.expect("ended"), 1);
    assert_eq!(rescue(world).await, Rescued { retried: 1, discarded: 0 });
    let job = world.job(leased.held.job).await;
    assert_eq!((job.state, job.losses, job.failures), (JobState::Available, 1, 0));
    assert_eq!(world.bells().await, [job.id]);
}

pub(super) async fn a_job_that_kills_its_workers_is_discarded(world: World<'_>) {
    let job = world.submit_one().await.job;
    for loss in 1..=Limits::default().lost_max {
        let leased = world.lease(JobKind::FetchVideo).await.expect("the job");
        assert_eq!(leased.losses, loss - 1);
        world.catalog.end_leases_of(world.worker).await.expect("ended");
        rescue(world).await;
        world.catalog.release_due(MANY).await.expect("released");
    }
    let seen = world.job(job).await;
    assert_eq!(
        (seen.state, seen.failure_code.as_deref()),
        (JobState::Discarded, Some("worker_lost"))
    );
    let attempts = world.catalog.attempts(job).await.expect("attempts");
    assert!(attempts.iter().all(|attempt| attempt.outcome.as_deref() == Some("lost")));
    assert_eq!(attempts.len(), 3);
}

pub(super) async fn a_lost_job_somebody_cancelled_is_not_tried_again(world: World<'_>) {
    let leased = world.running().await;
    world.catalog.cancel_job(leased.held.job).await.expect("requested");
    world.catalog.end_leases_of(world.worker).await.expect("ended");
    rescue(world).await;
    assert_eq!(world.state(leased.held.job).await, JobState::Cancelled);
}

pub(super) async fn two_rescuers_rescue_each_job_once(world: World<'_>) {
    let jobs = world.submit(None, videos(20)).await;
    while world.lease(JobKind::FetchVideo).await.is_some() {}
    world.catalog.end_leases_of(world.worker).await.expect("ended");
    let rescued = futures::future::join_all((0..2).map(|_| rescue(world))).await;
    assert_eq!(rescued[0].retried + rescued[1].retried, 20);
    for job in jobs {
        let seen = world.job(job.job).await;
        assert_eq!((seen.state, seen.losses), (JobState::Available, 1));
        assert_eq!(world.catalog.attempts(job.job).await.expect("attempts").len(), 1);
    }
}

async fn rescue(world: World<'_>) -> Rescued {
    world.catalog.rescue_lost(&Limits::default(), MANY, 0.0).await.expect("rescued")
}
