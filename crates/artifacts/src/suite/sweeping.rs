//! Deleting what nothing refers to.

use super::wait_for;
use crate::{ArtifactRef, ArtifactStore, SweepError};
use futures::stream::TryStreamExt;
use std::time::{Duration, SystemTime};

pub(super) async fn exercise(store: &ArtifactStore) {
    only_old_orphans_go(store).await;
    what_was_put_while_the_catalog_was_asked_stays(store).await;
    a_catalog_that_does_not_answer_deletes_nothing(store).await;
    a_prefix_is_cleared_of_what_is_old(store).await;
}

/// Later than any object was put.
fn ever() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40)
}

async fn only_old_orphans_go(store: &ArtifactStore) {
    let [known, orphan] = two_artifacts(store).await;
    let knows = |known: &ArtifactRef| {
        let known = known.sha256.to_string();
        move |asked: Vec<String>| {
            let answer = asked.into_iter().filter(|hash| *hash == known).collect();
            async move { Ok(answer) }
        }
    };
    let young = store.delete_orphans(SystemTime::UNIX_EPOCH, knows(&known)).await.unwrap();
    assert_eq!(young.deleted, 0);
    store.put_at("jobs/not-an-artifact", "x").await.unwrap();
    let swept = store.delete_orphans(ever(), knows(&known)).await.unwrap();
    assert_eq!(swept.deleted + 1, swept.examined);
    assert!(store.size_bytes(&known.key()).await.unwrap().is_some());
    assert!(store.size_bytes("jobs/not-an-artifact").await.unwrap().is_some());
    assert_eq!(store.size_bytes(&orphan.key()).await.unwrap(), None);
    store.delete("jobs/not-an-artifact").await.unwrap();
}

async fn what_was_put_while_the_catalog_was_asked_stays(store: &ArtifactStore) {
    let [_, orphan] = two_artifacts(store).await;
    let first = store.find(&orphan.key()).await.unwrap().unwrap().stored_at;
    let before = first + Duration::from_millis(1);
    let swept = store.delete_orphans(before, |_| async {
        wait_for("the artifact is young again", async || {
            store.put_bytes("an orphan").await.unwrap();
            let stored_at = store.find(&orphan.key()).await.unwrap()?.stored_at;
            (stored_at >= before).then_some(())
        })
        .await;
        Ok(Vec::new())
    });
    swept.await.unwrap();
    assert!(store.size_bytes(&orphan.key()).await.unwrap().is_some());
}

async fn a_catalog_that_does_not_answer_deletes_nothing(store: &ArtifactStore) {
    let artifacts = two_artifacts(store).await;
    let swept = store.delete_orphans(ever(), |_| async { Err("no connection".into()) }).await;
    assert!(matches!(swept, Err(SweepError::Catalog(_))));
    for artifact in artifacts {
        assert!(store.size_bytes(&artifact.key()).await.unwrap().is_some());
    }
}

async fn a_prefix_is_cleared_of_what_is_old(store: &ArtifactStore) {
    store.put_at("stages/hands-1", "old").await.unwrap();
    store.put_at("jobs/other", "other").await.unwrap();
    assert_eq!(store.delete_older_than("stages", SystemTime::UNIX_EPOCH).await.unwrap().deleted, 0);
    let swept = store.delete_older_than("stages", ever()).await.unwrap();
    assert_eq!((swept.deleted, swept.deleted_bytes), (1, 3));
    assert_eq!(store.list("stages").try_collect::<Vec<_>>().await.unwrap(), []);
    assert_eq!(store.delete_older_than("jobs", ever()).await.unwrap().deleted, 1);
}

async fn two_artifacts(store: &ArtifactStore) -> [ArtifactRef; 2] {
    [
        store.put_bytes("something refers to it").await.unwrap(),
        store.put_bytes("an orphan").await.unwrap(),
    ]
}
