//! Single objects: put, get, list, delete.

use super::{noise, wait_for};
use crate::{ArtifactRef, ArtifactStore, ContentHash, StoreError};
use bytes::Bytes;
use futures::stream::TryStreamExt;
use std::time::{Duration, SystemTime};

/// More than one request can carry, and not a multiple of a part.
const LARGE_BYTES: usize = (20 << 20) + 17;

pub(super) async fn exercise(store: &ArtifactStore) {
    bytes_come_back_as_they_went(store).await;
    a_large_file_goes_in_parts_and_comes_back(store).await;
    ranges_are_exact(store).await;
    storing_again_makes_young_again(store).await;
    what_is_not_there_is_missing(store).await;
    damage_is_never_returned_as_good(store).await;
    keys_are_replaced_and_listed(store).await;
    wrong_keys_are_refused(store).await;
}

async fn bytes_come_back_as_they_went(store: &ArtifactStore) {
    for content in ["", "a", "The same bytes have the same name."] {
        let artifact = store.put_bytes(content).await.unwrap();
        assert_eq!(artifact.sha256, ContentHash::of(content.as_bytes()));
        assert_eq!(artifact.size_bytes, content.len() as u64);
        assert_eq!(store.get_bytes(&artifact).await.unwrap(), content);
        assert_eq!(store.size_bytes(&artifact.key()).await.unwrap(), Some(content.len() as u64));
    }
}

async fn a_large_file_goes_in_parts_and_comes_back(store: &ArtifactStore) {
    let folder = tempfile::tempdir().unwrap();
    let [source, copy] = ["source.bin", "copy.bin"].map(|name| folder.path().join(name));
    let content = noise(LARGE_BYTES);
    std::fs::write(&source, &content).unwrap();
    let artifact = store.put_file(&source).await.unwrap();
    assert_eq!(artifact.sha256, ContentHash::of(&content));
    assert_eq!(store.put_file(&source).await.unwrap(), artifact);
    store.download_to(&artifact, &copy).await.unwrap();
    assert!(std::fs::read(&copy).unwrap() == content, "the copy differs");
    let pieces: Vec<Bytes> = store.stream(&artifact, None).try_collect().await.unwrap();
    assert_eq!(pieces.iter().map(Bytes::len).sum::<usize>(), LARGE_BYTES);
    assert!(store.put_file(&folder.path().join("none")).await.is_err());
}

async fn ranges_are_exact(store: &ArtifactStore) {
    let content = noise(3 << 20);
    let artifact = store.put_bytes(content.clone()).await.unwrap();
    for range in [0..1, 0..3 << 20, 5..5, (1 << 20) - 1..(2 << 20) + 1, (3 << 20) - 1..3 << 20] {
        let wanted = &content[range.start as usize..range.end as usize];
        assert!(
            store.get_range(&artifact.key(), range.clone()).await.unwrap() == wanted,
            "{range:?}"
        );
        let pieces: Vec<Bytes> = store.stream(&artifact, Some(range.clone())).try_collect().await.unwrap();
        assert!(pieces.concat() == wanted, "{range:?}");
    }
    let beyond = store.get_range(&artifact.key(), (3 << 20) - 1..(3 << 20) + 1).await;
    assert!(beyond.is_err(), "a range beyond the end gave {} bytes", beyond.unwrap().len());
}

async fn storing_again_makes_young_again(store: &ArtifactStore) {
    let artifact = store.put_bytes("old and wanted again").await.unwrap();
    let first = store.find(&artifact.key()).await.unwrap().unwrap();
    // Servers count whole seconds.
    wait_for("the object is younger", async || {
        assert_eq!(store.put_bytes("old and wanted again").await.unwrap(), artifact);
        let again = store.find(&artifact.key()).await.unwrap().unwrap();
        assert_eq!(again.size_bytes, first.size_bytes);
        (again.stored_at > first.stored_at).then_some(())
    })
    .await;
}

async fn what_is_not_there_is_missing(store: &ArtifactStore) {
    let nothing = ArtifactRef {
        sha256: ContentHash::of(b"never stored"),
        size_bytes: 12,
    };
    assert!(matches!(store.get_bytes(&nothing).await, Err(StoreError::Missing { .. })));
    assert!(matches!(store.get_at("jobs/none", 10).await, Err(StoreError::Missing { .. })));
    assert_eq!(store.size_bytes(&nothing.key()).await.unwrap(), None);
    store.delete(&nothing.key()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    assert!(store.download_to(&nothing, &place).await.is_err());
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "a download that failed left a file"
    );
}

async fn damage_is_never_returned_as_good(store: &ArtifactStore) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    let content = noise(2 << 20);
    let artifact = store.put_bytes(content.clone()).await.unwrap();
    let mut changed = content.clone();
    changed[1 << 20] ^= 1;
    store.put_at(&artifact.key(), changed).await.unwrap();
    assert!(matches!(store.get_bytes(&artifact).await, Err(StoreError::Damaged { .. })));
    assert!(matches!(
        store.download_to(&artifact, &place).await,
        Err(StoreError::Damaged { .. })
    ));
    let mut came = 0;
    let mut pieces = store.stream(&artifact, None);
    let end = loop {
        match pieces.try_next().await {
            Ok(Some(piece)) => came += piece.len(),
            end => break end.map(|_| ()),
        }
    };
    assert!(end.is_err() && came < content.len(), "{came} bytes came, then {end:?}");

    store.put_at(&artifact.key(), content[..1 << 20].to_vec()).await.unwrap();
    assert!(matches!(store.get_bytes(&artifact).await, Err(StoreError::WrongSize { .. })));
    assert!(matches!(
        store.download_to(&artifact, &place).await,
        Err(StoreError::WrongSize { .. })
    ));
    assert!(!place.exists());

    store.put_bytes(content.clone()).await.unwrap();
    assert!(
        store.get_bytes(&artifact).await.unwrap() == content,
        "storing it again does not heal it"
    );
}

async fn keys_are_replaced_and_listed(store: &ArtifactStore) {
    for (key, content) in [("a/1", "one"), ("a/2", "two"), ("b/1", "other"), ("a/1", "changed")] {
        store.put_at(&format!("suite/{key}"), content).await.unwrap();
    }
    assert_eq!(store.get_at("suite/a/1", 7).await.unwrap(), "changed");
    assert!(matches!(
        store.get_at("suite/a/1", 6).await,
        Err(StoreError::TooLarge { size_bytes: 7, .. })
    ));
    let ever = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
    let mut listed: Vec<String> = store
        .list_older_than("suite/a", ever)
        .map_ok(|found| found.key)
        .try_collect()
        .await
        .unwrap();
    listed.sort();
    assert_eq!(listed, ["suite/a/1", "suite/a/2"]);
    let long_ago = SystemTime::UNIX_EPOCH;
    assert_eq!(store.list_older_than("suite", long_ago).try_collect::<Vec<_>>().await.unwrap(), []);
    for key in ["a/1", "a/2", "b/1", "b/1"] {
        store.delete(&format!("suite/{key}")).await.unwrap();
    }
    assert_eq!(store.list("suite").try_collect::<Vec<_>>().await.unwrap(), []);
}

async fn wrong_keys_are_refused(store: &ArtifactStore) {
    for key in ["", "/", "a//b", "../a", "a/..", "a b", "a/", "é", "a#1", "a\\b", "a%2fb"] {
        assert!(matches!(store.put_at(key, "x").await, Err(StoreError::Key { .. })), "{key:?}");
        assert!(matches!(store.get_at(key, 9).await, Err(StoreError::Key { .. })), "{key:?}");
        assert!(matches!(store.delete(key).await, Err(StoreError::Key { .. })), "{key:?}");
    }
}
