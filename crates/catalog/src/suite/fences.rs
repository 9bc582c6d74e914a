//! A worker that lost its lease can neither extend it nor commit anything.

use super::world::*;
use crate::*;
use jobs::{Fence, JobKind, JobState, LEASE, Limits};

pub(super) async fn a_zombie_hears_that_its_lease_is_lost(world: World<'_>) {
    let (zombie, _) = zombie_and_heir(world).await;
    let renewal = world.catalog.extend_lease(zombie.held, LEASE, Some(("listen", 0.5))).await;
    assert_eq!(renewal.expect("an answer"), Renewal::Lost);
    assert_eq!(world.job(zombie.held.job).await.stage, None, "and its progress is not told");
}

pub(super) async fn of_a_zombie_and_its_heir_one_result_is_committed(world: World<'_>) {
    let (zombie, heir) = zombie_and_heir(world).await;
    let (mine, theirs) = (artifact("performance.json"), artifact("performance.json"));
    refused(world, zombie.held, &labelled(vec![mine])).await;
    world.finish(&heir, labelled(vec![theirs.clone()])).await;
    refused(world, zombie.held, &completed(vec![artifact("late.json")])).await;
    let job = world.job(heir.held.job).await;
    assert_eq!(job.state, JobState::Completed);
    assert_eq!(world.catalog.artifacts(job.id).await.expect("artifacts"), [theirs]);
    let outcomes: Vec<_> = world
        .catalog
        .attempts(job.id)
        .await
        .expect("attempts")
        .into_iter()
        .map(|attempt| attempt.outcome)
        .collect();
    assert_eq!(outcomes, [Some("lost".to_owned()), Some("completed".to_owned())]);
}

pub(super) async fn an_attempt_ends_once(world: World<'_>) {
    let leased = world.running().await;
    world.finish(&leased, completed(vec![])).await;
    for outcome in [completed(vec![artifact("again.json")]), Outcome::Released, Outcome::Cancelled] {
        refused(world, leased.held, &outcome).await;
    }
    assert_eq!(world.state(leased.held.job).await, JobState::Completed);
    assert!(world.catalog.artifacts(leased.held.job).await.expect("artifacts").is_empty());
}

pub(super) async fn a_fence_that_was_never_given_is_refused(world: World<'_>) {
    let leased = world.running().await;
    for fence in [0, 2, -1, i64::MAX] {
        let forged = HeldJob {
            fence: Fence(fence),
            ..leased.held
        };
        refused(world, forged, &completed(vec![])).await;
        let renewal = world.catalog.extend_lease(forged, LEASE, None).await;
        assert_eq!(renewal.expect("an answer"), Renewal::Lost);
    }
    assert_eq!(world.state(leased.held.job).await, JobState::Running);
}

pub(super) async fn of_finishers_at_once_one_succeeds(world: World<'_>) {
    let leased = world.running().await;
    let outcome = labelled(vec![artifact("performance.json")]);
    let cost = cost();
    let tries = (0..6).map(|_| world.catalog.finish_attempt(leased.held, &outcome, &cost));
    let succeeded = futures::future::join_all(tries)
        .await
        .iter()
        .filter(|result| result.is_ok())
        .count();
    assert_eq!(succeeded, 1);
}

pub(super) async fn extending_tells_progress_and_keeps_the_lease(world: World<'_>) {
    let leased = world.running().await;
    let renewal = world.catalog.extend_lease(leased.held, LEASE, Some(("hear notes", 0.25))).await;
    assert_eq!(renewal.expect("an answer"), Renewal::Held);
    let job = world.job(leased.held.job).await;
    assert_eq!((job.stage.as_deref(), job.progress), (Some("hear notes"), Some(0.25)));
    assert_eq!(world.told(job.id, 2).await, ["job.running", "job.progress"]);
    // An extension without progress keeps what was said, and is no event.
    world.catalog.extend_lease(leased.held, LEASE, None).await.expect("an answer");
    assert_eq!(world.job(job.id).await.stage.as_deref(), Some("hear notes"));
    assert_eq!(world.told(job.id, 2).await.len(), 2);
}

/// A worker whose lease ended while it did not know, and the one that has its job now.
async fn zombie_and_heir(world: World<'_>) -> (Leased, Leased) {
    let zombie = world.running().await;
    world.catalog.end_leases_of(world.worker).await.expect("ended");
    world.catalog.rescue_lost(&Limits::default(), MANY, 0.0).await.expect("rescued");
    let heir = world.lease(JobKind::FetchVideo).await.expect("the rescued job");
    assert_eq!(heir.held.job, zombie.held.job);
    assert!(heir.held.fence > zombie.held.fence);
    (zombie, heir)
}

async fn refused(world: World<'_>, held: HeldJob, outcome: &Outcome) {
    match world.catalog.finish_attempt(held, outcome, &cost()).await {
        Err(CatalogError::LeaseLost { job, fence }) => assert_eq!((job, fence), (held.job, held.fence.0)),
        other => panic!("committed without the lease: {other:?}"),
    }
}
