//! The artifact store in a folder.

use artifacts::{ArtifactStore, ConditionalPut, StoreConfig, StoreError, Support, probe_conditional_put, suite};
use std::time::{Duration, SystemTime};

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_does_what_every_store_must() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::folder(&folder.path().join("made/when/opened"));
    suite::exercise(&ArtifactStore::open(&config).unwrap()).await;
}

#[tokio::test]
async fn a_folder_creates_once_and_cannot_update() {
    let folder = tempfile::tempdir().unwrap();
    let store = ArtifactStore::in_folder(folder.path()).unwrap();
    let found = probe_conditional_put(&store).await.unwrap();
    let expected = ConditionalPut {
        create: Support::Right,
        update: Support::Unsupported,
    };
    assert_eq!(found, expected);
    assert_eq!(store.presigned_url("a", Duration::from_secs(9), None).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_killed_writer_left_is_swept_from_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = ArtifactStore::in_folder(folder.path()).unwrap();
    let whole = store.put_bytes("whole").await.unwrap();
    let half = folder.path().join(format!("{}#1", whole.key()));
    std::fs::write(&half, "wh").unwrap();
    let ever = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
    assert_eq!(store.delete_half_written(SystemTime::UNIX_EPOCH).await.unwrap().deleted, 0);
    assert_eq!(store.delete_half_written(ever).await.unwrap().deleted, 1);
    assert!(!half.exists());
    assert_eq!(store.get_bytes(&whole).await.unwrap(), "whole");
}

#[test]
fn addresses_that_cannot_be_used_are_refused_by_name() {
    let config = |url: &str| StoreConfig {
        url: url.to_owned(),
        ..StoreConfig::default()
    };
    let without_key = StoreConfig {
        endpoint: Some("http://127.0.0.1:1".to_owned()),
        ..config("s3://bucket")
    };
    let half_a_key = StoreConfig {
        access_key_id: Some("id".to_owned()),
        ..config("s3://bucket")
    };
    for config in ["", "gs://bucket", "s3://", "s3:///prefix", "s3://bucket/../up", "s3://bucket/a b"]
        .map(config)
        .into_iter()
        .chain([without_key, half_a_key])
    {
        let opened = ArtifactStore::open(&config);
        assert!(matches!(opened, Err(StoreError::Config { .. })), "{config:?}: {opened:?}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let config = StoreConfig {
        url: "s3://bucket".to_owned(),
        access_key_id: Some("a-key".to_owned()),
        secret_access_key: Some("a-secret".to_owned()),
        session_token: Some("a-token".to_owned()),
        ..StoreConfig::default()
    };
    let shown = format!("{config:?} {:?}", ArtifactStore::open(&config).unwrap());
    for secret in ["a-secret", "a-token"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
