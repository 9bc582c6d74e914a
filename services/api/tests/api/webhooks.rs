//! Telling others.

use crate::world::{World, video};
use api::duties::webhooks;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A notice as it arrived: its headers and its bytes.
type Notice = (HeaderMap, Vec<u8>);

/// Somebody who is told, and answers what the story says.
#[derive(Clone, Default)]
struct Listener {
    heard: Arc<Mutex<Vec<Notice>>>,
    answer: Arc<Mutex<u16>>,
}

impl Listener {
    /// Begins to listen; gives the address.
    async fn listen(&self, answer: u16) -> String {
        *self.answer.lock().unwrap() = answer;
        let hear = |State(listener): State<Listener>, headers: HeaderMap, body: Bytes| async move {
            listener.heard.lock().unwrap().push((headers, body.to_vec()));
            StatusCode::from_u16(*listener.answer.lock().unwrap()).unwrap()
        };
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let router = Router::new().route("/hook", routing::post(hear)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(socket, router).await });
        format!("http://{address}/hook")
    }

    fn heard(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

async fn job_ends(world: &World, number: usize) {
    let job = world.submit(&video(number)).await;
    world.post(&format!("/v1/jobs/{job}/cancel"), json!({})).await.expect(200);
}

async fn deliveries(world: &World, webhook: &str) -> Value {
    world.get(&format!("/v1/webhooks/{webhook}/deliveries")).await.expect(200).json()["items"].clone()
}

async fn tick(world: &World) -> i64 {
    webhooks::tick(&world.state, bootstrap::clock::now()).await.unwrap()
}

#[tokio::test]
async fn the_end_of_a_job_is_told_with_a_signature() {
    let (world, listener) = (World::new().await, Listener::default());
    let url = listener.listen(204).await;
    let made = world
        .post("/v1/webhooks", json!({"url": url, "events": ["job.cancelled"]}))
        .await
        .expect(201);
    job_ends(&world, 1).await;
    assert_eq!(tick(&world).await, 1);
    let (headers, body) = listener.heard.lock().unwrap().pop().expect("it was told");
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&told["type"], &told["data"]["state"]),
        (&json!("job.cancelled"), &json!("cancelled"))
    );
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let key = BASE64_STANDARD.decode(made.text("secret").strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", text("webhook-id"), text("webhook-timestamp")).as_bytes());
    mac.update(&body);
    assert_eq!(
        text("webhook-signature"),
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    );
    let listed = deliveries(&world, &made.text("id")).await;
    assert_eq!((&listed[0]["last_status"], &listed[0]["next_try_ms"]), (&json!(204), &json!(null)));
    assert_eq!(tick(&world).await, 0);
}

#[tokio::test]
async fn a_message_that_was_not_taken_is_tried_again_even_after_a_4xx() {
    for status in [500, 404] {
        let (world, listener) = (World::new().await, Listener::default());
        let url = listener.listen(status).await;
        let webhook = world.post("/v1/webhooks", json!({"url": url})).await.expect(201).text("id");
        job_ends(&world, 1).await;
        tick(&world).await;
        let failed = deliveries(&world, &webhook).await;
        assert_eq!((&failed[0]["tries"], &failed[0]["last_status"]), (&json!(1), &json!(status)));
        assert!(failed[0]["next_try_ms"].is_i64());
        assert_eq!(tick(&world).await, 0, "it is not due yet");
        *listener.answer.lock().unwrap() = 200;
        let seq = &failed[0]["seq"];
        world
            .post(&format!("/v1/webhooks/{webhook}/deliveries/{seq}/replay"), json!({}))
            .await
            .expect(202);
        tick(&world).await;
        let first = listener.heard.lock().unwrap()[0].0["webhook-id"].clone();
        assert_eq!(
            listener.heard.lock().unwrap()[1].0["webhook-id"],
            first,
            "the same id for every try"
        );
        assert!(deliveries(&world, &webhook).await[0]["delivered_ms"].is_i64());
    }
}

#[tokio::test]
async fn an_endpoint_that_is_gone_or_fails_for_days_is_switched_off() {
    let (world, listener) = (World::new().await, Listener::default());
    let url = listener.listen(410).await;
    world.post("/v1/webhooks", json!({"url": url})).await.expect(201);
    job_ends(&world, 1).await;
    tick(&world).await;
    job_ends(&world, 2).await;
    assert_eq!(tick(&world).await, 0);
    assert_eq!(listener.heard(), 1);
    let listed = world.get("/v1/webhooks").await.expect(200).json();
    assert!(listed["items"][0]["disabled_ms"].is_i64());

    let (world, listener) = (World::new().await, Listener::default());
    let url = listener.listen(503).await;
    let webhook = world.post("/v1/webhooks", json!({"url": url})).await.expect(201).text("id");
    job_ends(&world, 1).await;
    tick(&world).await;
    let seq = deliveries(&world, &webhook).await[0]["seq"].clone();
    world
        .post(&format!("/v1/webhooks/{webhook}/deliveries/{seq}/replay"), json!({}))
        .await
        .expect(202);
    let days_later = bootstrap::clock::now() + Duration::from_secs(6 * 24 * 3600);
    webhooks::tick(&world.state, days_later).await.unwrap();
    assert!(world.get("/v1/webhooks").await.json()["items"][0]["disabled_ms"].is_i64());
    world
        .post(&format!("/v1/webhooks/{webhook}/deliveries/{seq}/replay"), json!({}))
        .await
        .expect_problem(409, "endpoint_disabled");
}

#[tokio::test]
async fn webhooks_do_not_reach_into_our_network() {
    let world = World::with(|config| config.guard.opened_networks.clear()).await;
    for url in [
        "http://127.0.0.1:9/hook",
        "https://10.0.0.1/hook",
        "https://[::1]/hook",
        "rubbish",
        "ftp://example.org/x",
    ] {
        world
            .post("/v1/webhooks", json!({"url": url}))
            .await
            .expect_problem(422, "invalid_body");
    }
    world
        .post("/v1/webhooks", json!({"url": "https://example.org/", "events": ["job.progress"]}))
        .await
        .expect_problem(422, "invalid_body");
}

#[tokio::test]
async fn nobody_there_is_recorded_and_deleting_ends_it() {
    let world = World::new().await;
    let webhook = world
        .post("/v1/webhooks", json!({"url": "http://127.0.0.1:1/hook"}))
        .await
        .expect(201)
        .text("id");
    job_ends(&world, 1).await;
    tick(&world).await;
    let listed = deliveries(&world, &webhook).await;
    assert!(
        listed[0]["last_error"].is_string() && listed[0]["last_status"].is_null(),
        "{listed}"
    );
    world.delete(&format!("/v1/webhooks/{webhook}")).await.expect(204);
    world
        .delete(&format!("/v1/webhooks/{webhook}"))
        .await
        .expect_problem(404, "not_found");
    world
        .get(&format!("/v1/webhooks/{webhook}/deliveries"))
        .await
        .expect_problem(404, "not_found");
}
