//! API keys, and requests that must not be done twice.

use super::world::*;
use crate::*;
use jobs::KeyId;

pub(super) async fn a_key_is_found_by_its_secret_until_revoked(world: World<'_>) {
    let new = NewApiKey {
        name: "laboratory".to_owned(),
        secret_sha256: random_sha256(),
        scopes: vec!["submit".to_owned(), "read".to_owned()],
        limits: KeyLimits {
            requests_per_minute: Some(60),
            active_jobs_max: None,
        },
    };
    let made = world.catalog.create_key(&new).await.expect("a key");
    assert_eq!(
        (made.name.as_str(), &made.scopes, made.limits),
        ("laboratory", &new.scopes, new.limits)
    );
    let found = world.catalog.find_key(&new.secret_sha256).await.expect("looked");
    assert_eq!(found, Some(made.clone()));
    assert_eq!(world.catalog.find_key(&random_sha256()).await.expect("looked"), None);
    world.catalog.revoke_key(made.id).await.expect("revoked");
    world.catalog.revoke_key(made.id).await.expect("revoked already");
    assert_eq!(world.catalog.find_key(&new.secret_sha256).await.expect("looked"), None);
    let keys = world.catalog.list_keys().await.expect("keys");
    assert!(keys.iter().any(|key| key.id == made.id && key.revoked_ms.is_some()));
    assert!(is_missing(world.catalog.revoke_key(KeyId::at(1, [1; 10])).await));
}

pub(super) async fn a_repeated_request_gets_the_first_answer(world: World<'_>) {
    let key = world.key().await;
    let (name, request) = (world.worker.to_string(), random_sha256());
    for owner in [Some(key), None] {
        let begin = async |request: &[u8; 32]| world.catalog.begin_idempotent(owner, &name, request).await.expect("an answer");
        assert_eq!(begin(&request).await, Idempotent::New, "another key's requests are others");
        assert_eq!(begin(&request).await, Idempotent::InProgress);
        assert_eq!(begin(&random_sha256()).await, Idempotent::OtherRequest);
        let answer = StoredAnswer {
            status: 202,
            headers: r#"{"location":"/v1/jobs/1"}"#.to_owned(),
            body: b"{\"id\":1}\0\xff".to_vec(),
        };
        world.catalog.end_idempotent(owner, &name, Some(&answer)).await.expect("kept");
        assert_eq!(begin(&request).await, Idempotent::Answered(answer.clone()));
        assert_eq!(begin(&random_sha256()).await, Idempotent::OtherRequest);
        world.catalog.end_idempotent(owner, &name, None).await.expect("nothing to give up");
        assert_eq!(begin(&request).await, Idempotent::Answered(answer), "an answer stays");
    }
}

pub(super) async fn a_request_that_was_not_done_may_come_again(world: World<'_>) {
    let (name, request) = (world.worker.to_string(), random_sha256());
    let begin = async || world.catalog.begin_idempotent(None, &name, &request).await.expect("an answer");
    assert_eq!(begin().await, Idempotent::New);
    world.catalog.end_idempotent(None, &name, None).await.expect("given up");
    assert_eq!(begin().await, Idempotent::New);
}

pub(super) async fn of_equal_requests_at_once_one_is_new(world: World<'_>) {
    let (name, request) = (world.worker.to_string(), random_sha256());
    let tries = (0..8).map(|_| world.catalog.begin_idempotent(None, &name, &request));
    let answers = futures::future::join_all(tries).await;
    let new = answers.iter().filter(|answer| matches!(answer, Ok(Idempotent::New))).count();
    let waiting = answers.iter().filter(|answer| matches!(answer, Ok(Idempotent::InProgress))).count();
    assert_eq!((new, waiting), (1, 7));
}
