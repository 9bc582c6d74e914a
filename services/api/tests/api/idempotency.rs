//! Requests that are sent again.

use crate::world::{World, json_request, multipart, video};
use axum::body::Body;
use axum::http::{Method, Request};
use catalog::Idempotent;
use serde_json::{Value, json};

fn once(mut request: Request<Body>, key: &str) -> Request<Body> {
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

fn batch(url: &str, key: &str) -> Request<Body> {
    once(json_request(Method::POST, "/v1/batches", &json!({"urls": [url]})), key)
}

async fn batches(world: &World) -> usize {
    world.get("/v1/batches").await.json()["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_request_sent_again_is_answered_as_before() {
    let world = World::new().await;
    let first = world.send(batch(&video(1), "\"one\"")).await.expect(202);
    let again = world.send(batch(&video(1), "one")).await.expect(202);
    assert_eq!((&first.body, first.header("location")), (&again.body, again.header("location")));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(batches(&world).await, 1);
    world.send(batch(&video(1), "two")).await.expect(202);
    assert_eq!(batches(&world).await, 2);
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let world = World::new().await;
    world.send(batch(&video(1), "one")).await.expect(202);
    world
        .send(batch(&video(2), "one"))
        .await
        .expect_problem(422, "idempotency_key_reused");
    let elsewhere = json_request(Method::POST, "/v1/videos", &json!({"urls": [video(1)]}));
    world
        .send(once(elsewhere, "one"))
        .await
        .expect_problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_refusal_is_kept_too() {
    let world = World::new().await;
    let request = || once(json_request(Method::POST, "/v1/videos", &json!({"url": "rubbish"})), "one");
    let first: Value = world.send(request()).await.expect_problem(422, "not_an_address").json();
    let again = world.send(request()).await.expect_problem(422, "not_an_address");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json()["detail"], first["detail"]);
}

#[tokio::test]
async fn while_the_first_is_answered_the_second_waits() {
    let world = World::new().await;
    let request = once(json_request(Method::POST, "/v1/videos", &json!({"url": video(1)})), "one");
    // The first is being answered by another process.
    let sha256 = api::request_fingerprint(
        &Method::POST,
        "/v1/videos",
        "application/json",
        json!({"url": video(1)}).to_string().as_bytes(),
    );
    assert_eq!(world.catalog.begin_idempotent(None, "one", &sha256).await.unwrap(), Idempotent::New);
    let waiting = world.send(request).await.expect_problem(409, "idempotency_in_progress");
    assert_eq!(waiting.header("retry-after"), "1");
}

#[tokio::test]
async fn a_file_sent_again_is_recognised_by_its_content() {
    let world = World::new().await;
    let request = |content: &[u8]| once(multipart(&[("file", Some("a.mp4"), content)]), "one");
    let first = world.send(request(b"video")).await.expect(202);
    let again = world.send(request(b"video")).await.expect(202);
    assert_eq!((first.body, again.header("idempotency-replayed")), (again.body.clone(), "true"));
    world.send(request(b"other")).await.expect_problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn rubbish_is_no_key() {
    let world = World::new().await;
    for key in ["", "\"\"", &"x".repeat(256)] {
        world.send(batch(&video(1), key)).await.expect_problem(400, "invalid_header");
    }
}
