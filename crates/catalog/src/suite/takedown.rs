//! Taking a video down reaches everything that came from it.

use super::world::*;
use crate::*;
use jobs::{JobKind, JobState, LEASE, SourceId};
use std::time::Duration;

pub(super) async fn a_takedown_forgets_results_and_files(world: World<'_>) {
    let submitted = world.submit_one().await;
    let (mine, shared) = (artifact("performance.json"), artifact("video.mp4"));
    let outcome = labelled(vec![mine.clone(), shared.clone()]);
    world.work_on(submitted.job, outcome).await;
    let performance = world.job(submitted.job).await.performance.expect("a performance");
    // Another video has a file with the same content.
    let other = world.submit_one().await;
    world.work_on(other.job, completed(vec![shared.clone()])).await;

    for _ in 0..2 {
        world
            .catalog
            .take_down(submitted.source, "asked by its owner")
            .await
            .expect("taken down");
    }
    let source = world.catalog.source(submitted.source).await.expect("a record stays");
    assert_eq!(source.taken_down_reason.as_deref(), Some("asked by its owner"));
    assert!(is_missing(world.catalog.performance(performance).await));
    assert!(world.catalog.artifacts(submitted.job).await.expect("artifacts").is_empty());
    assert_eq!(
        world.catalog.artifacts(other.job).await.expect("artifacts"),
        std::slice::from_ref(&shared)
    );
    let deletions = world.catalog.take_deletions(MANY).await.expect("deletions");
    assert!(deletions.contains(&mine.sha256), "the object goes");
    assert!(!deletions.contains(&shared.sha256), "what the other video refers to stays");
    world
        .catalog
        .forget_deletions(std::slice::from_ref(&mine.sha256))
        .await
        .expect("forgotten");
    assert!(!world.catalog.take_deletions(MANY).await.expect("deletions").contains(&mine.sha256));
    assert!(is_missing(world.catalog.take_down(SourceId::at(1, [1; 10]), "no such").await));
}

pub(super) async fn a_takedown_ends_the_jobs(world: World<'_>) {
    let item = video(0);
    let other_work = SubmittedItem {
        dedupe_key: None,
        ..item.clone()
    };
    let running = world.submit(None, vec![item]).await[0];
    let leased = world.lease(JobKind::FetchVideo).await.expect("the job");
    let waiting = world.submit(None, vec![other_work]).await[0];
    world
        .catalog
        .take_down(running.source, "asked by its owner")
        .await
        .expect("taken down");
    let seen = world.job(waiting.job).await;
    assert_eq!(
        (seen.state, seen.failure_code.as_deref()),
        (JobState::Cancelled, Some("source_taken_down"))
    );
    let renewal = world.catalog.extend_lease(leased.held, LEASE, None).await.expect("an answer");
    assert_eq!(renewal, Renewal::CancelRequested);
    // Even a finished result does not come back.
    world.finish(&leased, labelled(vec![artifact("performance.json")])).await;
    let seen = world.job(running.job).await;
    assert_eq!((seen.state, seen.performance), (JobState::Cancelled, None));
    assert!(world.catalog.artifacts(running.job).await.expect("artifacts").is_empty());
}

pub(super) async fn a_takedown_reaches_an_uploaded_file(world: World<'_>) {
    let keep = Duration::from_secs(86_400);
    let sha256 = hex(random_sha256());
    let upload = world.catalog.create_upload(None, "take.mp4", 0, None, keep).await.expect("begun");
    world.catalog.complete_upload(upload.id, &sha256).await.expect("complete");
    let item = SubmittedItem {
        canonical: format!("sha256:{sha256}"),
        ..video(0)
    };
    let submitted = world.submit(None, vec![item]).await[0];
    world
        .catalog
        .take_down(submitted.source, "asked by its owner")
        .await
        .expect("taken down");
    assert!(is_missing(world.catalog.upload(upload.id).await));
    assert!(world.catalog.take_deletions(MANY).await.expect("deletions").contains(&sha256));
}
