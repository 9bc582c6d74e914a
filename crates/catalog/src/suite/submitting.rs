//! What becomes of submissions.

use super::world::*;
use crate::*;
use jobs::{Class, JobKind, JobState};

pub(super) async fn a_video_becomes_a_job_and_rings(world: World<'_>) {
    world.bells().await;
    let item = video(0);
    let accepted = world.submit(None, vec![item.clone()]).await;
    let job = world.job(accepted[0].job).await;
    assert!(!accepted[0].joined);
    assert_eq!(
        (job.state, job.kind, job.class),
        (JobState::Available, JobKind::FetchVideo, Class::Normal)
    );
    assert_eq!((job.source_name, job.url, job.title), (Some(item.canonical), item.url, item.title));
    assert_eq!(
        serde_json::from_str::<jobs::Payload>(&job.payload).expect("a payload"),
        item.payload
    );
    assert_eq!(world.bells().await, [job.id]);
}

pub(super) async fn the_same_video_submitted_twice_joins_the_first(world: World<'_>) {
    let item = video(0);
    let first = world.submit(None, vec![item.clone()]).await[0];
    world.bells().await;
    let again = world.submit(Some(world.key().await), vec![item]).await[0];
    assert_eq!((again.job, again.source, again.joined), (first.job, first.source, true));
    assert!(world.bells().await.is_empty(), "a joined job does not ring again");
}

pub(super) async fn other_work_on_the_same_video_is_another_job(world: World<'_>) {
    let item = video(0);
    let other = SubmittedItem {
        dedupe_key: Some(format!("section of {}", item.canonical)),
        ..item.clone()
    };
    let first = world.submit(None, vec![item]).await[0];
    let second = world.submit(None, vec![other]).await[0];
    assert_eq!(first.source, second.source);
    assert_ne!(first.job, second.job);
    assert!(!second.joined);
}

pub(super) async fn work_without_a_dedupe_key_is_never_joined(world: World<'_>) {
    let item = SubmittedItem {
        dedupe_key: None,
        ..video(0)
    };
    let first = world.submit(None, vec![item.clone()]).await[0];
    let second = world.submit(None, vec![item]).await[0];
    assert_ne!(first.job, second.job);
}

pub(super) async fn discarded_work_can_be_submitted_anew(world: World<'_>) {
    let item = video(0);
    let first = world.submit(None, vec![item.clone()]).await[0];
    world
        .work_on(first.job, failed(jobs::Failure::discard("video_gone", "the video is private")))
        .await;
    let second = world.submit(None, vec![item]).await[0];
    assert_ne!(first.job, second.job);
    assert_eq!(world.state(first.job).await, JobState::Discarded);
}

pub(super) async fn a_batch_of_a_thousand_with_rubbish_lines_is_accepted_whole(world: World<'_>) {
    let (rubbish, good): (Vec<i64>, Vec<i64>) = (0..1000).partition(|position| position % 100 == 99);
    let mut submission = submission(None, new_batch(), good.iter().map(|position| video(*position)).collect());
    submission.refused = rubbish
        .iter()
        .map(|position| RefusedItem {
            position: *position,
            code: "not_a_url".to_owned(),
            message: "the line is no address".to_owned(),
        })
        .collect();
    let accepted = world.catalog.accept(&submission).await.expect("accepted");
    let batch = accepted.batch.expect("a batch");
    let positions: Vec<i64> = accepted.items.iter().map(|item| item.position).collect();
    assert_eq!(positions, good, "in the order of the lines");
    assert_eq!(accepted.refused.len(), 10);

    let seen = world.catalog.batch(batch).await.expect("the batch");
    let expected = BatchCounts {
        total: 1000,
        refused: 10,
        available: 990,
        ..BatchCounts::default()
    };
    assert_eq!(seen.counts, expected);
    assert_eq!(seen.failures, [("not_a_url".to_owned(), 10)]);
    assert_eq!(seen.eta_secs, None, "nothing ended yet");
    let lines = world.catalog.batch_items(batch, -1, MANY).await.expect("its lines");
    assert_eq!(lines.len(), 1000);
    assert_eq!(lines[99].refusal.as_ref().map(|(code, _)| code.as_str()), Some("not_a_url"));
    assert_eq!(lines[100].job, Some(accepted.items[99].job));
    world.catalog.cancel_batch(batch).await.expect("cancelled");
}

pub(super) async fn a_video_on_two_lines_is_one_job(world: World<'_>) {
    let item = video(0);
    let again = SubmittedItem {
        position: 1,
        ..item.clone()
    };
    let (batch, items) = world.submit_batch(vec![item, again]).await;
    assert_eq!(items[0].job, items[1].job);
    assert_eq!((items[0].joined, items[1].joined), (false, true));
    let counts = world.catalog.batch(batch).await.expect("the batch").counts;
    assert_eq!((counts.total, counts.available), (2, 2), "lines are counted");
    let filter = JobFilter {
        batch: Some(batch),
        limit: MANY,
        ..JobFilter::default()
    };
    assert_eq!(world.catalog.list_jobs(&filter).await.expect("its jobs").len(), 1);
}

pub(super) async fn lines_a_batch_has_are_not_added_twice(world: World<'_>) {
    let items = videos(3);
    let (batch, first) = world.submit_batch(items.clone()).await;
    // A playlist is listed again after its worker died half-way: one line is new.
    let more = [items, vec![video(3)]].concat();
    let accepted = world
        .catalog
        .accept(&submission(None, BatchTarget::Existing(batch), more))
        .await
        .expect("accepted");
    let jobs: Vec<_> = accepted.items.iter().map(|item| item.job).collect();
    assert_eq!(jobs[..3], first.iter().map(|item| item.job).collect::<Vec<_>>());
    assert_eq!(world.catalog.batch(batch).await.expect("the batch").counts.total, 4);
}

pub(super) async fn a_video_taken_down_is_refused(world: World<'_>) {
    let item = video(0);
    let first = world.submit(None, vec![item.clone()]).await[0];
    // Its work is done and would be joined.
    world.work_on(first.job, completed(vec![])).await;
    world
        .catalog
        .take_down(first.source, "asked by its owner")
        .await
        .expect("taken down");
    let other = video(1);
    let accepted = world
        .catalog
        .accept(&submission(None, new_batch(), vec![item, other]))
        .await
        .expect("accepted");
    assert_eq!(accepted.items.len(), 1);
    assert_eq!(accepted.items[0].position, 1);
    assert_eq!(
        (accepted.refused[0].position, accepted.refused[0].code.as_str()),
        (0, "source_taken_down")
    );
}

pub(super) async fn a_key_has_only_so_many_unfinished_jobs(world: World<'_>) {
    let key = world.key().await;
    let limited = |count| Submission {
        active_jobs_max: Some(3),
        ..submission(Some(key), BatchTarget::Alone, videos(count))
    };
    let first = world.catalog.accept(&limited(2)).await.expect("below the limit").items[0];
    match world.catalog.accept(&limited(2)).await {
        Err(CatalogError::QuotaExceeded { active: 2, limit: 3 }) => {}
        other => panic!("accepted above the limit: {other:?}"),
    }
    let mine = JobFilter {
        key: Some(key),
        limit: MANY,
        ..JobFilter::default()
    };
    assert_eq!(
        world.catalog.list_jobs(&mine).await.expect("its jobs").len(),
        2,
        "nothing of the refused submission is kept"
    );
    world.catalog.cancel_job(first.job).await.expect("cancelled");
    world.catalog.accept(&limited(2)).await.expect("an ended job makes room");
}

pub(super) async fn the_same_video_from_many_at_once_is_one_job(world: World<'_>) {
    let items = videos(20);
    // Half of them list the videos the other way round: statements that lock rows in their own order would deadlock.
    let tries = (0..8).map(|submitter| {
        let mut items = items.clone();
        if submitter % 2 == 1 {
            items.reverse();
        }
        async move { world.submit(None, items).await }
    });
    let accepted = futures::future::join_all(tries).await;
    let jobs: std::collections::BTreeSet<_> = accepted.iter().flatten().map(|item| item.job).collect();
    assert_eq!(jobs.len(), 20);
    let made = accepted.iter().flatten().filter(|item| !item.joined).count();
    assert_eq!(made, 20, "each was made by one of them");
}
