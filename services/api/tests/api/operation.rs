//! What operators look at.

use crate::world::{World, video};
use ::jobs::{JobKind, WorkerId};
use catalog::Worker;
use serde_json::json;

#[tokio::test]
async fn the_program_says_that_it_lives_and_is_ready() {
    let world = World::new().await;
    assert_eq!(world.get("/healthz").await.expect(200).body, b"alive\n");
    let ready = world.get("/readyz").await.expect(200).json();
    assert_eq!(ready, json!({"ready": true, "degraded": false, "catalog": "ok", "broker": "ok"}));
}

#[tokio::test]
async fn queues_are_measured() {
    let world = World::new().await;
    world.submit(&video(1)).await;
    world.submit(&video(2)).await;
    world.lease().await;
    let scaling = world.get("/v1/scaling").await.expect(200).json();
    let fetch = scaling["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["kind"] == "fetch_video")
        .unwrap();
    assert_eq!(
        (&fetch["claimable"], &fetch["running"], &fetch["wanted"]),
        (&json!(1), &json!(1), &json!(2))
    );
    let metrics = String::from_utf8(world.get("/metrics").await.expect(200).body).unwrap();
    assert!(
        metrics.contains("jobs_enqueued_total{kind=\"fetch_video\",class=\"normal\"}"),
        "{metrics}"
    );
    assert!(
        metrics.contains("http_requests_total{method=\"POST\",route=\"/v1/videos\",status=\"202\"}"),
        "{metrics}"
    );
    for name in [
        "jobs_claimable{",
        "jobs_running{",
        "outbox_lag_seconds",
        "http_request_seconds_bucket{",
    ] {
        assert!(metrics.contains(name), "{name} is missing: {metrics}");
    }
}

#[tokio::test]
async fn workers_and_usage_are_shown() {
    let world = World::new().await;
    let worker = Worker {
        id: WorkerId::at(1, [1; 10]),
        name: "machine:1".to_owned(),
        kinds: vec![JobKind::FetchVideo],
        device: "cpu".to_owned(),
        version: "1".to_owned(),
    };
    world.catalog.worker_seen(&worker, false).await.unwrap();
    let workers = world.get("/v1/workers").await.expect(200).json();
    assert_eq!(
        (&workers["items"][0]["name"], &workers["items"][0]["kinds"]),
        (&json!("machine:1"), &json!(["fetch_video"]))
    );
    world.submit(&video(1)).await;
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", b"{}").await;
    for by in ["kind", "key", "batch"] {
        let usage = world.get(&format!("/v1/usage?by={by}")).await.expect(200).json();
        assert_eq!(
            (&usage["items"][0]["attempts"], &usage["items"][0]["lost_attempts"]),
            (&json!(1), &json!(0)),
            "{by}"
        );
    }
    let none = world.get("/v1/usage?until=1").await.expect(200).json();
    assert_eq!(none["items"], json!([]));
    world.get("/v1/usage?by=colour").await.expect_problem(400, "invalid_query");
}

#[tokio::test]
async fn the_document_and_its_pages_need_nothing_from_elsewhere() {
    let world = World::new().await;
    let document = world.get("/openapi.json").await.expect(200).json();
    assert_eq!(document["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    let page = String::from_utf8(world.get("/docs/").await.expect(200).body).unwrap();
    assert!(page.contains("swagger-ui") && !page.contains("https://"), "{page}");
}
