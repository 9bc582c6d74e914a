//! What it all cost.

use super::world::*;
use crate::*;
use jobs::{JobKind, Limits};

pub(super) async fn usage_is_summed_by_batch_key_and_kind(world: World<'_>) {
    let key = world.key().await;
    // The first video is on two lines; what it cost counts once.
    let item = video(0);
    let twice = SubmittedItem {
        position: 2,
        ..item.clone()
    };
    let batch_submission = submission(Some(key), new_batch(), vec![item, video(1), twice]);
    let accepted = world.catalog.accept(&batch_submission).await.expect("accepted");
    let batch = accepted.batch.expect("a batch").to_string();
    world.lease(JobKind::FetchVideo).await.expect("a job");
    world.catalog.end_leases_of(world.worker).await.expect("ended");
    world.catalog.rescue_lost(&Limits::default(), MANY, 0.0).await.expect("rescued");
    for _ in 0..2 {
        let leased = world.lease(JobKind::FetchVideo).await.expect("a job");
        world.finish(&leased, completed(vec![])).await;
    }
    for (by, group) in [(UsageBy::Batch, batch), (UsageBy::Key, key.to_string())] {
        let usage = world.catalog.usage(by, 0, i64::MAX).await.expect("usage");
        let mine = usage
            .into_iter()
            .find(|usage| usage.group.as_ref() == Some(&group))
            .expect("the group");
        assert_eq!((mine.attempts, mine.lost_attempts), (3, 1), "{by:?}");
        assert_eq!(
            (mine.cost.bytes_in, mine.cost.bytes_out, mine.cost.peak_memory_bytes),
            (2000, 200, 5000)
        );
        assert_eq!((mine.cost.cpu_secs, mine.cost.device_secs), (8.0, 2.0));
        assert!((mine.cost.wall_secs - mine.lost_wall_secs - 5.0).abs() < 1e-6);
        assert!(mine.lost_wall_secs >= 0.0 && mine.queued_ms >= 0);
    }
    let kinds = world.catalog.usage(UsageBy::Kind, 0, i64::MAX).await.expect("usage");
    assert!(
        kinds
            .iter()
            .any(|usage| usage.group.as_deref() == Some("fetch_video") && usage.attempts >= 3)
    );
}

pub(super) async fn only_attempts_that_began_in_the_time_count(world: World<'_>) {
    let key = world.key().await;
    let job = world.submit(Some(key), vec![video(0)]).await[0].job;
    world.work_on(job, completed(vec![])).await;
    let began_ms = world.catalog.attempts(job).await.expect("attempts")[0].started_ms;
    let counted = async |from_ms, until_ms| {
        let usage = world.catalog.usage(UsageBy::Key, from_ms, until_ms).await.expect("usage");
        usage.iter().any(|usage| usage.group == Some(key.to_string()))
    };
    assert!(counted(began_ms, began_ms + 1).await);
    assert!(!counted(began_ms + 1, i64::MAX).await);
    assert!(!counted(0, began_ms).await);
}
