//! Uploads that are cut off and resumed.

use crate::world::{Answer, World};
use ::artifacts::ContentHash;
use axum::body::Body;
use axum::http::{Method, Request};
use bytes::Bytes;
use futures::stream;
use serde_json::json;

async fn begin(world: &World, content: &[u8]) -> String {
    let sha256 = ContentHash::of(content).to_string();
    let body = json!({"name": "clip.mp4", "size_bytes": content.len(), "sha256": sha256});
    let begun = world.post("/v1/uploads", body).await.expect(201);
    assert_eq!(
        (begun.header("upload-offset"), begun.json()["complete"].clone()),
        ("0", json!(false))
    );
    assert_eq!(begun.header("location"), format!("/v1/uploads/{}", begun.text("id")));
    begun.text("id")
}

async fn patch(world: &World, upload: &str, offset: usize, body: impl Into<Body>) -> Answer {
    let request = Request::patch(format!("/v1/uploads/{upload}"))
        .header("upload-offset", offset)
        .header("content-type", "application/octet-stream")
        .body(body.into())
        .unwrap();
    world.send(request).await
}

#[tokio::test]
async fn an_upload_that_is_cut_off_goes_on_where_it_broke() {
    let world = World::new().await;
    let content: Vec<u8> = (0..10_000_000_u32).map(|number| (number % 251) as u8).collect();
    let upload = begin(&world, &content).await;
    let broken = stream::iter([
        Ok(Bytes::copy_from_slice(&content[..9_000_000])),
        Err(std::io::Error::other("the connection broke")),
    ]);
    patch(&world, &upload, 0, Body::from_stream(broken))
        .await
        .expect_problem(400, "body_cut_off");
    let head = Request::builder()
        .method(Method::HEAD)
        .uri(format!("/v1/uploads/{upload}"))
        .body(Body::empty())
        .unwrap();
    let seen = world.send(head).await.expect(200);
    assert_eq!(
        (seen.header("upload-offset"), seen.header("upload-length"), seen.body.len()),
        ("9000000", "10000000", 0)
    );
    let submission = json!({"upload": upload});
    world
        .post("/v1/videos", submission.clone())
        .await
        .expect_problem(409, "upload_incomplete");
    let wrong = patch(&world, &upload, 1, &b"x"[..]).await.expect_problem(409, "upload_offset");
    assert_eq!(wrong.header("upload-offset"), "9000000");
    let whole = patch(&world, &upload, 9_000_000, content[9_000_000..].to_vec())
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&whole["complete"], &whole["sha256"]),
        (&json!(true), &json!(ContentHash::of(&content).to_string()))
    );
    let again = patch(&world, &upload, 10_000_000, Body::empty()).await.expect(200).json();
    assert_eq!(again["complete"], true);
    let job = world.post("/v1/videos", submission).await.expect(202).json();
    assert_eq!(job["source"]["name"], format!("sha256:{}", ContentHash::of(&content)));
}

#[tokio::test]
async fn notes_are_uploaded_the_same_way() {
    let world = World::new().await;
    let notes = begin(&world, b"MThd").await;
    patch(&world, &notes, 0, &b"MThd"[..]).await.expect(200);
    let body = json!({"url": "https://example.org/a.mp4", "notes_upload": notes});
    let job = world.post("/v1/videos", body).await.expect(202).text("id");
    let artifacts = world.get(&format!("/v1/jobs/{job}/artifacts")).await.expect(200).json();
    assert_eq!(artifacts["items"][0]["name"], ::jobs::NOTES_ARTIFACT);
}

#[tokio::test]
async fn another_file_than_announced_is_refused() {
    let world = World::new().await;
    let upload = begin(&world, b"video").await;
    patch(&world, &upload, 0, &b"viseo"[..]).await.expect_problem(422, "upload_hash");
    let too_long = begin(&world, b"video").await;
    patch(&world, &too_long, 0, &b"videos"[..])
        .await
        .expect_problem(413, "body_too_large");
}

#[tokio::test]
async fn what_is_no_upload_is_refused() {
    let world = World::with(|config| config.limits.upload_bytes_max = 1000).await;
    for body in [
        json!({"name": "", "size_bytes": 1}),
        json!({"name": "a/b", "size_bytes": 1}),
        json!({"name": "a", "size_bytes": 0}),
        json!({"name": "a", "size_bytes": -1}),
        json!({"name": "a", "size_bytes": 1, "sha256": "x"}),
    ] {
        world.post("/v1/uploads", body).await.expect_problem(422, "invalid_body");
    }
    world
        .post("/v1/uploads", json!({"name": "a", "size_bytes": 1001}))
        .await
        .expect_problem(413, "body_too_large");
    let none = "upload_00000000000000000000000000000000";
    patch(&world, none, 0, Body::empty()).await.expect_problem(404, "not_found");
    let upload = begin(&world, b"video").await;
    let without = Request::patch(format!("/v1/uploads/{upload}")).body(Body::empty()).unwrap();
    world.send(without).await.expect_problem(400, "invalid_header");
}
