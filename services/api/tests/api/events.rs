//! Watching what happens.

use crate::world::{PATIENCE, World, video};
use axum::body::{Body, BodyDataStream};
use axum::extract::ConnectInfo;
use axum::http::Request;
use futures::StreamExt;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// An event as a reader sees it.
#[derive(Debug, Default)]
struct Seen {
    id: Option<i64>,
    name: String,
    data: Value,
}

struct Reader {
    body: BodyDataStream,
    text: String,
}

impl Reader {
    async fn open(world: &World, path: &str, last: Option<i64>) -> Reader {
        let mut request = Request::get(path).extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = world.open(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Reader {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<Seen> {
        loop {
            if let Some((block, rest)) = self
                .text
                .split_once("\n\n")
                .map(|(block, rest)| (block.to_owned(), rest.to_owned()))
            {
                self.text = rest;
                let mut seen = Seen::default();
                for line in block.lines() {
                    match line.split_once(": ").or_else(|| line.split_once(':')) {
                        Some(("id", value)) => seen.id = value.parse().ok(),
                        Some(("event", value)) => value.clone_into(&mut seen.name),
                        Some(("data", value)) => seen.data = serde_json::from_str(value).unwrap(),
                        _ => {}
                    }
                }
                if !seen.name.is_empty() {
                    return Some(seen);
                }
                continue;
            }
            let piece = tokio::time::timeout(PATIENCE, self.body.next()).await.expect("something happens")?;
            self.text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
    }

    async fn rest(mut self) -> Vec<Seen> {
        let mut all = Vec::new();
        while let Some(seen) = self.next().await {
            all.push(seen);
        }
        all
    }
}

fn names(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|event| event.name.as_str()).collect()
}

#[tokio::test]
async fn a_job_is_watched_to_its_end() {
    let world = World::new().await;
    let job = world.submit(&video(1)).await;
    let mut reader = Reader::open(&world, &format!("/v1/jobs/{job}/events"), None).await;
    let snapshot = reader.next().await.unwrap();
    assert_eq!(
        (snapshot.name.as_str(), &snapshot.data["state"]),
        ("job.snapshot", &json!("available"))
    );
    let leased = world.lease().await;
    let running = reader.next().await.unwrap();
    assert_eq!(running.name, "job.running");
    world
        .catalog
        .extend_lease(leased.held, std::time::Duration::from_secs(30), Some(("hands", 0.5)))
        .await
        .unwrap();
    let progress = reader.next().await.unwrap();
    assert_eq!((progress.name.as_str(), &progress.data["stage"]), ("job.progress", &json!("hands")));
    world.complete(leased.held, "performance.json", b"{}").await;
    assert_eq!(names(&reader.rest().await), ["job.completed"]);
}

#[tokio::test]
async fn a_reader_goes_on_after_what_it_saw_last() {
    let world = World::new().await;
    let job = world.submit(&video(1)).await;
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", b"{}").await;
    let path = format!("/v1/jobs/{job}/events");
    let all = Reader::open(&world, &path, None).await.rest().await;
    assert_eq!(names(&all), ["job.snapshot", "job.running", "job.completed"]);
    let resumed = Reader::open(&world, &path, all[1].id).await.rest().await;
    assert_eq!(names(&resumed), ["job.completed"]);
    assert_eq!(Reader::open(&world, &path, all[2].id).await.rest().await.len(), 0);
}

#[tokio::test]
async fn a_batch_is_watched_to_its_end() {
    let world = World::new().await;
    let batch = world.post("/v1/batches", json!({"urls": [video(1)]})).await.expect(202).text("id");
    let other = world.submit(&video(2)).await;
    let mut reader = Reader::open(&world, &format!("/v1/batches/{batch}/events"), None).await;
    assert_eq!(reader.next().await.unwrap().name, "batch.snapshot");
    world.post(&format!("/v1/jobs/{other}/cancel"), json!({})).await.expect(200);
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", b"{}").await;
    world.catalog.finish_batches(10).await.unwrap();
    let seen = reader.rest().await;
    assert_eq!(names(&seen), ["job.running", "job.completed", "batch.finished"]);
}

#[tokio::test]
async fn everything_is_watched_until_the_program_stops() {
    let world = World::new().await;
    world.submit(&video(1)).await;
    let mut reader = Reader::open(&world, "/v1/events", None).await;
    world.lease().await;
    assert_eq!(reader.next().await.unwrap().name, "job.running");
    world.state.stopping.cancel();
    assert!(reader.next().await.is_none());
}

#[tokio::test]
async fn rubbish_is_no_place_to_go_on_from() {
    let world = World::new().await;
    for last in ["x", "-1"] {
        let request = Request::get("/v1/events")
            .header("last-event-id", last)
            .body(Body::empty())
            .unwrap();
        world.send(request).await.expect_problem(400, "invalid_header");
    }
}
