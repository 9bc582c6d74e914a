//! Downloading results.

use crate::world::{Answer, World, video};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

const CONTENT: &[u8] = b"0123456789";

async fn labelled(world: &World) -> String {
    let job = world.submit(&video(1)).await;
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", CONTENT).await;
    format!("/v1/jobs/{job}/artifacts")
}

async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_result_is_listed_and_downloaded() {
    let world = World::new().await;
    let path = labelled(&world).await;
    let listed = world.get(&path).await.expect(200).json();
    assert_eq!(
        (&listed["items"][0]["name"], &listed["items"][0]["size_bytes"]),
        (&json!("performance.json"), &json!(10))
    );
    let file = world.get(listed["items"][0]["path"].as_str().unwrap()).await.expect(200);
    assert_eq!(file.body, CONTENT);
    assert_eq!(file.header("content-type"), "application/json");
    assert_eq!(
        file.header("etag"),
        format!("\"{}\"", listed["items"][0]["sha256"].as_str().unwrap())
    );
    assert_eq!(
        (file.header("accept-ranges"), file.header("x-content-type-options")),
        ("bytes", "nosniff")
    );
    assert!(file.header("content-disposition").contains("filename=\"performance.json\""));
    world.get(&format!("{path}/other.json")).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_part_is_served_as_asked() {
    let world = World::new().await;
    let path = format!("{}/performance.json", labelled(&world).await);
    let etag = world.get(&path).await.header("etag").to_owned();
    for (range, content, header) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
    ] {
        let part = get(&world, &path, &[("range", range)]).await.expect(206);
        assert_eq!((part.body.as_slice(), part.header("content-range")), (content.as_bytes(), header));
        assert_eq!(part.header("content-length"), content.len().to_string());
    }
    let outside = get(&world, &path, &[("range", "bytes=10-")])
        .await
        .expect_problem(416, "range_not_satisfiable");
    assert_eq!(outside.header("content-range"), "bytes */10");
    get(&world, &path, &[("range", "bytes=2-4"), ("if-range", &etag)]).await.expect(206);
    let changed = get(&world, &path, &[("range", "bytes=2-4"), ("if-range", "\"other\"")])
        .await
        .expect(200);
    assert_eq!(changed.body, CONTENT);
    let unchanged = get(&world, &path, &[("if-none-match", &etag)]).await.expect(304);
    assert!(unchanged.body.is_empty());
}

#[tokio::test]
async fn a_folder_has_no_addresses_to_be_sent_to() {
    let world = World::new().await;
    let path = format!("{}/performance.json", labelled(&world).await);
    assert_eq!(world.get(&format!("{path}?redirect=1")).await.expect(200).body, CONTENT);
    world.get(&format!("{path}?redirect=x")).await.expect_problem(400, "invalid_query");
}
