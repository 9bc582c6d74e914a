//! Videos from the web, through yt-dlp as it is, from a private site.

use crate::cluster::Cluster;
use axum::Router;
use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use axum::routing::get;
use futures::StreamExt;
use serde_json::json;
use std::time::{Duration, Instant};

/// A site on this machine: a clip, a page with it, and one whose video never comes.
async fn site() -> String {
    let clip = std::fs::read(crate::clip::clip().await).expect("the clip");
    let page = |video: &'static str| async move {
        axum::response::Html(format!(
            "<html><title>A clip</title><body><video src='{video}'></video></body></html>"
        ))
    };
    let router = Router::new()
        .route(
            "/clip.mp4",
            get(move || async move { ([(header::CONTENT_TYPE, "video/mp4")], clip) }),
        )
        .route("/page", get(move || page("/clip.mp4")))
        .route("/stalling", get(move || page("/stalls.mp4")))
        .route(
            "/stalls.mp4",
            get(|| async {
                let begin = futures::stream::iter([Ok::<_, std::io::Error>(vec![0_u8; 1024])]);
                let body = Body::from_stream(begin.chain(futures::stream::pending()));
                Response::builder()
                    .header(header::CONTENT_TYPE, "video/mp4")
                    .header(header::CONTENT_LENGTH, "1000000")
                    .body(body)
                    .expect("a response")
            }),
        );
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(socket, router).await });
    format!("http://{address}")
}

/// The guard is opened for the site by configuration only.
const OPENED: [(&str, &str); 2] = [
    ("TOCCATA__GUARD__OPENED_NETWORKS", "['127.0.0.1/32']"),
    ("TOCCATA__GUARD__ALLOW_HTTP", "true"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_a_video_is_fetched_and_labelled_and_one_that_hangs_is_given_up() {
    let cluster = Cluster::start().await;
    let site = site().await;
    let _labeler = cluster.labeler(&OPENED);
    let fetched = cluster.post("/v1/videos", &json!({ "url": format!("{site}/page") })).await;
    let fetched = fetched["id"].as_str().expect("a job").to_owned();
    let ended = cluster.ended(&fetched).await;
    assert_eq!(ended["state"], "completed", "{ended}");
    assert!(
        ended["source"]["title"].as_str().is_some_and(|title| title.starts_with("A clip")),
        "{ended}"
    );
    let performance = cluster.file(&fetched, "performance.json").await;
    let performance: serde_json::Value = serde_json::from_slice(&performance).expect("JSON");
    let origin = &performance["source"]["origin"];
    assert_eq!(origin["url"], format!("{site}/page"));
    assert!(
        origin["tool_version"].as_str().is_some_and(|tool| tool.starts_with("yt-dlp")),
        "{origin}"
    );
    let hangs = cluster.post("/v1/videos", &json!({ "url": format!("{site}/stalling") })).await;
    let hangs = hangs["id"].as_str().expect("a job").to_owned();
    cluster.until(&hangs, "is fetched", |job| job["state"] == "running").await;
    let asked = Instant::now();
    cluster.post(&format!("/v1/jobs/{hangs}/cancel"), &json!({})).await;
    assert_eq!(cluster.ended(&hangs).await["state"], "cancelled");
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_being_opened_for_it_nobody_reaches_this_machine() {
    let cluster = Cluster::start().await;
    let site = site().await;
    let _labeler = cluster.labeler(&[]);
    let refused = cluster
        .request(reqwest::Method::POST, "/v1/videos")
        .json(&json!({ "url": format!("{site}/page") }))
        .send()
        .await
        .expect("an answer");
    if refused.status().is_success() {
        let job: serde_json::Value = refused.json().await.expect("a job");
        let ended = cluster.ended(job["id"].as_str().expect("an id")).await;
        assert_eq!(ended["state"], "discarded", "{ended}");
        assert_eq!(ended["failure"]["code"], "address_not_allowed", "{ended}");
    } else {
        assert_eq!(refused.status(), 422);
    }
}
