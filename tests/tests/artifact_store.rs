//! The artifact store on an S3 server that behaves, and on one that does not: whatever happens, no half of an artifact is taken
//! for one.

use artifacts::{ArtifactRef, ArtifactStore, ConditionalPut, ContentHash, StageKey, StageStore, StoreConfig, StoreError, Support};
use std::time::Duration;
use tests::harness::{Calls, Fault, FaultRule, S3, wait_until};

/// A server that says nothing for so long is given up on in these stories.
const RESPONSE_SECS: u64 = 1;
/// Failed requests are repeated for so long in these stories.
const RETRY_SECS: u64 = 5;
/// Long enough to be given up on.
const TOO_SLOW: Duration = Duration::from_millis(1500);
/// Three parts.
const LARGE_BYTES: usize = (17 << 20) + 3;

fn config(s3: &S3, url: String) -> StoreConfig {
    StoreConfig {
        url,
        endpoint: Some(s3.endpoint()),
        region: S3::REGION.to_owned(),
        access_key_id: Some(S3::ACCESS_KEY.to_owned()),
        secret_access_key: Some(S3::SECRET_KEY.to_owned()),
        allow_http: true,
        response_timeout_secs: RESPONSE_SECS,
        retry_secs: RETRY_SECS,
        ..StoreConfig::default()
    }
}

fn store_of(s3: &S3) -> ArtifactStore {
    let url = format!("s3://{}/some/prefix", s3.new_bucket());
    ArtifactStore::open(&config(s3, url)).unwrap()
}

/// A store that tells failures at once.
fn hasty_store_of(s3: &S3) -> ArtifactStore {
    let url = format!("s3://{}", s3.new_bucket());
    let config = StoreConfig {
        retry_secs: 0,
        ..config(s3, url)
    };
    ArtifactStore::open(&config).unwrap()
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index % 251) as u8).collect()
}

fn artifact_of(content: &[u8]) -> ArtifactRef {
    ArtifactRef {
        sha256: ContentHash::of(content),
        size_bytes: content.len() as u64,
    }
}

fn next_calls(s3: &S3, calls: Calls, fault: Fault, times: usize) {
    s3.faults().add(FaultRule {
        calls,
        path_contains: String::new(),
        fault,
        times,
    });
}

/// Ends the server, whose threads may answer for another moment.
async fn kill(s3: &S3) {
    s3.kill();
    let address = s3.endpoint().replace("http://", "");
    wait_until(
        Duration::from_secs(10),
        "the S3 server is gone",
        async || match tokio::net::TcpStream::connect(&address).await {
            Ok(_) => Err("it still answers"),
            Err(_) => Ok(()),
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_does_what_every_store_must() {
    let s3 = S3::own();
    artifacts::suite::exercise(&store_of(&s3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probe_finds_a_server_with_locks_right() {
    let s3 = S3::own();
    let store = store_of(&s3);
    let expected = ConditionalPut {
        create: Support::Right,
        update: Support::Right,
    };
    assert_eq!(artifacts::probe_conditional_put(&store).await.unwrap(), expected);
    kill(&s3).await;
    assert!(artifacts::probe_conditional_put(&store).await.unwrap_err().is_transient());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presigned_address_is_read_without_a_key() {
    let s3 = S3::own();
    let url = format!("s3://{}/prefix", s3.new_bucket());
    let inside = ArtifactStore::open(&config(&s3, url.clone())).unwrap();
    let artifact = inside.put_bytes("for everybody").await.unwrap();
    assert_eq!(inside.presigned_url(&artifact.key(), TOO_SLOW, None).await.unwrap(), None);
    let public = StoreConfig {
        public_endpoint: Some(s3.endpoint()),
        ..config(&s3, url)
    };
    let outside = ArtifactStore::open(&public).unwrap();
    let expires_in = Duration::from_secs(60);
    let address = outside
        .presigned_url(&artifact.key(), expires_in, Some("notes.json"))
        .await
        .unwrap()
        .unwrap();
    let answer = reqwest::get(address.clone()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "for everybody");
    let forged = address.replace("notes.json", "other.json");
    assert_eq!(reqwest::get(forged).await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_for_a_while_is_asked_again() {
    let s3 = S3::own();
    let store = store_of(&s3);
    next_calls(&s3, Calls::All, Fault::Refuse, 3);
    let artifact = store.put_bytes("patience").await.unwrap();
    next_calls(&s3, Calls::All, Fault::Refuse, 3);
    assert_eq!(store.get_bytes(&artifact).await.unwrap(), "patience");
    assert_eq!(s3.faults().met(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_on_refusing_is_named_and_later_may_help() {
    let s3 = S3::own();
    let store = hasty_store_of(&s3);
    let small = store.put_bytes("there").await.unwrap();
    s3.faults().always(Calls::All, Fault::Refuse);
    let large = content(LARGE_BYTES);
    let failures = [
        store.put_bytes("not there").await.unwrap_err(),
        store.put_bytes(large.clone()).await.unwrap_err(),
        store.get_bytes(&small).await.unwrap_err(),
        store.size_bytes(&small.key()).await.unwrap_err(),
        store.delete(&small.key()).await.unwrap_err(),
    ];
    for failure in failures {
        assert!(
            matches!(failure, StoreError::Unavailable { .. }) && failure.is_transient(),
            "{failure:?}"
        );
    }
    s3.faults().clear();
    assert_eq!(store.size_bytes(&artifact_of(&large).key()).await.unwrap(), None);
    assert_eq!(store.get_bytes(&small).await.unwrap(), "there");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_are_forbidden_and_waiting_does_not_help() {
    let s3 = S3::own();
    let url = format!("s3://{}", s3.new_bucket());
    let config = StoreConfig {
        secret_access_key: Some("another".to_owned()),
        ..config(&s3, url)
    };
    let store = ArtifactStore::open(&config).unwrap();
    let failure = store.put_bytes("x").await.unwrap_err();
    assert!(
        matches!(failure, StoreError::Forbidden { .. }) && !failure.is_transient(),
        "{failure:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_and_comes_back_is_waited_for() {
    let s3 = S3::own();
    let store = store_of(&s3);
    kill(&s3).await;
    let mut putting = Box::pin(store.put_bytes("while you were away"));
    let ended = tokio::time::timeout(Duration::from_millis(300), &mut putting).await;
    assert!(ended.is_err(), "the put did not wait: {ended:?}");
    s3.start();
    let artifact = putting.await.unwrap();
    assert_eq!(store.get_bytes(&artifact).await.unwrap(), "while you were away");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_is_not_waited_for_and_the_call_repeated() {
    for (calls, fault) in [
        (Calls::Writes, Fault::Slow(TOO_SLOW)),
        (Calls::Writes, Fault::AnswerLate(TOO_SLOW)),
        (Calls::Writes, Fault::LoseResponse),
        (Calls::Reads, Fault::Slow(TOO_SLOW)),
        (Calls::Reads, Fault::LoseResponse),
    ] {
        let s3 = S3::own();
        let store = store_of(&s3);
        next_calls(&s3, calls, fault, 1);
        let artifact = store.put_bytes(content(1000)).await.unwrap();
        assert_eq!(artifact, artifact_of(&content(1000)));
        assert_eq!(store.get_bytes(&artifact).await.unwrap(), content(1000), "{fault:?}");
        assert_eq!(s3.faults().met(), 1, "{calls:?} {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_object_survives_a_fault_at_each_of_its_calls() {
    // Begin, three parts, complete: five calls that write. Each fault meets the first, the second, ... of them.
    for fault in [Fault::Refuse, Fault::LoseResponse, Fault::AnswerLate(TOO_SLOW)] {
        for after in 0..5 {
            let s3 = S3::own();
            let store = store_of(&s3);
            let large = content(LARGE_BYTES);
            next_calls(&s3, Calls::Writes, Fault::Slow(Duration::ZERO), after);
            next_calls(&s3, Calls::Writes, fault, 1);
            let artifact = store.put_bytes(large.clone()).await.unwrap();
            assert_eq!(artifact, artifact_of(&large));
            assert!(store.get_bytes(&artifact).await.unwrap() == large, "{fault:?} at call {after}");
            assert!(s3.faults().met() > after, "{fault:?} at call {after} did not happen");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_is_read_on_from_there() {
    let s3 = S3::own();
    let store = store_of(&s3);
    let large = content(LARGE_BYTES);
    let artifact = store.put_bytes(large.clone()).await.unwrap();
    next_calls(&s3, Calls::Reads, Fault::TruncateBody, 3);
    assert!(store.get_bytes(&artifact).await.unwrap() == large);
    assert_eq!(s3.faults().met(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_artifact_is_never_taken_for_one() {
    let s3 = S3::own();
    let store = hasty_store_of(&s3);
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("artifact");
    let artifact = store.put_bytes(content(1 << 20)).await.unwrap();
    // Every answer is cut: halves of halves come, and never the last byte.
    s3.faults().always(Calls::Reads, Fault::TruncateBody);
    for _ in 0..3 {
        if let Ok(bytes) = store.get_bytes(&artifact).await {
            assert!(bytes == content(1 << 20), "{} bytes are taken for all", bytes.len());
        }
        if store.download_to(&artifact, &place).await.is_ok() {
            assert!(std::fs::read(&place).unwrap() == content(1 << 20));
        } else {
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "half a download was left");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_store_that_is_away_costs_no_stage() {
    let s3 = S3::own();
    let store = hasty_store_of(&s3);
    let folder = tempfile::tempdir().unwrap();
    let stages = StageStore::shared(folder.path(), store.clone(), tokio::runtime::Handle::current());
    kill(&s3).await;
    let kept_alone = tokio::task::spawn_blocking(move || {
        let key = StageKey::new("notes", 1, &"a video");
        assert_eq!(stages.find::<u32>(&key), None);
        stages.keep(&key, &7_u32).unwrap();
        stages.find::<u32>(&key)
    });
    assert_eq!(kept_alone.await.unwrap(), Some(7));
}
