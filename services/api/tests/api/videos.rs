//! Submitting single videos.

use crate::world::{World, multipart, video};
use ::jobs::{MediaSource, Payload};
use serde_json::json;

#[tokio::test]
async fn a_video_becomes_a_job() {
    let world = World::new().await;
    let options = json!({"section": {"start_secs": 1, "end_secs": 9}, "priority": "interactive", "metadata": {"course": "a"}});
    let answer = world
        .post("/v1/videos", json!({"url": video(1), "options": options}))
        .await
        .expect(202);
    let job = answer.json();
    assert_eq!(answer.header("location"), format!("/v1/jobs/{}", answer.text("id")));
    assert_eq!(
        (&job["state"], &job["kind"], &job["class"]),
        (&json!("available"), &json!("fetch_video"), &json!("interactive"))
    );
    assert_eq!(job["source"]["name"], "youtube:00000000001");
    assert_eq!(job["options"]["section"]["end_secs"], 9.0);
    assert_eq!(job["joined"], false);
    assert!(!answer.header("trace-id").is_empty());
}

#[tokio::test]
async fn the_same_video_submitted_twice_joins_the_first() {
    let world = World::new().await;
    let first = world.submit("https://youtu.be/dQw4w9WgXcQ?t=3").await;
    let answer = world
        .post("/v1/videos", json!({"url": "https://m.youtube.com/watch?v=dQw4w9WgXcQ"}))
        .await
        .expect(200);
    assert_eq!((answer.text("id"), &answer.json()["joined"]), (first.clone(), &json!(true)));
    let other = world
        .post(
            "/v1/videos",
            json!({"url": "https://youtu.be/dQw4w9WgXcQ", "options": {"overlay": true}}),
        )
        .await
        .expect(202);
    assert_ne!(other.text("id"), first, "what changes the result is other work");
}

#[tokio::test]
async fn what_cannot_be_worked_on_is_refused_by_name() {
    let world = World::new().await;
    for (body, status, code) in [
        (json!({"url": "file:///etc/passwd"}), 422, "local_path_not_allowed"),
        (json!({"url": "/etc/passwd"}), 422, "local_path_not_allowed"),
        (json!({"url": "s3://secret/a.mp4"}), 422, "bucket_not_allowed"),
        (json!({"url": "ftp://example.org/a.mp4"}), 422, "scheme_not_allowed"),
        (json!({"url": "https://user:pass@example.org/a.mp4"}), 422, "credentials_in_address"),
        (
            json!({"url": "https://www.youtube.com/playlist?list=PL1"}),
            422,
            "playlist_not_a_video",
        ),
        (json!({"url": "rubbish"}), 422, "not_an_address"),
        (json!({}), 422, "invalid_body"),
        (
            json!({"url": video(1), "upload": "upload_00000000000000000000000000000000"}),
            422,
            "invalid_body",
        ),
        (json!({"upload": "upload_00000000000000000000000000000000"}), 404, "not_found"),
        (json!({"url": video(1), "options": {"transcriber": "ear"}}), 422, "invalid_body"),
    ] {
        world.post("/v1/videos", body).await.expect_problem(status, code);
    }
}

#[tokio::test]
async fn a_pointer_says_which_field_is_wrong() {
    let world = World::new().await;
    for (body, pointer) in [
        (json!({"url": video(1), "colour": 1}), "/colour"),
        (json!({"url": video(1), "options": {"sections": []}}), "/options/sections"),
        (
            json!({"url": video(1), "options": {"section": {"start_secs": "a", "end_secs": 2}}}),
            "/options/section/start_secs",
        ),
        (json!({"url": video(1), "options": {"fingering": "thumb"}}), "/options/fingering"),
    ] {
        let problem = world.post("/v1/videos", body).await.expect_problem(422, "invalid_body").json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
}

#[tokio::test]
async fn bodies_of_the_wrong_kind_are_refused() {
    use axum::body::Body;
    use axum::http::Request;
    let world = World::new().await;
    let request = |media_type: &str, body: &str| {
        Request::post("/v1/videos")
            .header("content-type", media_type)
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    world
        .send(request("text/plain", "x"))
        .await
        .expect_problem(415, "unsupported_media_type");
    world
        .send(request("application/json", "{"))
        .await
        .expect_problem(400, "malformed_json");
    let long = format!("{{\"url\": \"{}\"}}", "x".repeat(5 << 20));
    world
        .send(request("application/json", &long))
        .await
        .expect_problem(413, "body_too_large");
    world
        .send(request("multipart/form-data", "x"))
        .await
        .expect_problem(400, "invalid_multipart");
    world
        .send(request("multipart/form-data; boundary=b", "--b\r\nContent-Disp"))
        .await
        .expect_problem(400, "invalid_multipart");
}

#[tokio::test]
async fn a_video_can_be_sent_along_with_its_notes() {
    let world = World::new().await;
    let options = br#"{"notes_offset_secs": 1.5}"#;
    let request = || {
        multipart(&[
            ("options", None, options),
            ("file", Some("../my clip.mp4"), b"not really a video"),
            ("notes", Some("clip.mid"), b"MThd"),
        ])
    };
    let job = world.send(request()).await.expect(202);
    let Payload::FetchVideo(work) = world.lease().await.payload else {
        panic!("it is fetched first")
    };
    let MediaSource::Artifact { sha256, name } = work.from else {
        panic!("it is in the store")
    };
    assert_eq!((name.as_str(), work.notes_name.as_deref()), ("my clip.mp4", Some("clip.mid")));
    let artifacts = world
        .get(&format!("/v1/jobs/{}/artifacts", job.text("id")))
        .await
        .expect(200)
        .json();
    let names: Vec<&str> = artifacts["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [::jobs::MEDIA_ARTIFACT, ::jobs::NOTES_ARTIFACT],
        "a sweep must find them in use"
    );
    let known = world.catalog.known_objects(std::slice::from_ref(&sha256)).await.unwrap();
    assert_eq!(known, [sha256]);
    assert_eq!(world.send(request()).await.expect(200).text("id"), job.text("id"));
}

#[tokio::test]
async fn parts_that_are_missing_empty_or_unknown_are_refused() {
    let world = World::with(|config| config.limits.upload_bytes_max = 10).await;
    world
        .send(multipart(&[("options", None, b"{}")]))
        .await
        .expect_problem(400, "invalid_multipart");
    world
        .send(multipart(&[("file", Some("a"), b"")]))
        .await
        .expect_problem(400, "invalid_multipart");
    world
        .send(multipart(&[("video", Some("a"), b"x")]))
        .await
        .expect_problem(400, "invalid_multipart");
    world
        .send(multipart(&[("file", Some("a"), b"x"), ("file", Some("b"), b"x")]))
        .await
        .expect_problem(400, "invalid_multipart");
    world
        .send(multipart(&[("file", Some("a"), b"12345678901")]))
        .await
        .expect_problem(413, "body_too_large");
    world
        .send(multipart(&[("file", Some("a"), b"x"), ("options", None, b"{\"x\": 1}")]))
        .await
        .expect_problem(422, "invalid_body");
}

#[tokio::test]
async fn in_development_files_of_this_machine_are_taken() {
    let world = World::with(|config| config.dev.local_paths = true).await;
    world.post("/v1/videos", json!({"url": "file:///videos/a.mp4"})).await.expect(202);
    let Payload::FetchVideo(work) = world.lease().await.payload else {
        panic!("it is fetched first")
    };
    assert_eq!(work.from, MediaSource::Path("/videos/a.mp4".to_owned()));
}
