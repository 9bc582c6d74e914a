//! Submitting many videos at once.

use crate::world::{World, video};
use ::jobs::Payload;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use std::time::{Duration, Instant};

fn ndjson(query: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(format!("/v1/batches{query}"))
        .header("content-type", "application/x-ndjson")
        .body(body.into())
        .unwrap()
}

#[tokio::test]
async fn a_list_becomes_a_batch_and_rubbish_its_refusals() {
    let world = World::new().await;
    let urls = [video(1), "rubbish".to_owned(), video(2), video(1)];
    let answer = world.post("/v1/batches", json!({"urls": urls, "name": "etudes"})).await.expect(202);
    let batch = answer.json();
    assert_eq!(answer.header("location"), format!("/v1/batches/{}", answer.text("id")));
    assert_eq!(
        (&batch["name"], &batch["counts"]["total"], &batch["counts"]["refused"]),
        (&json!("etudes"), &json!(4), &json!(1))
    );
    assert_eq!(batch["joined"], 1, "a video that is there twice is worked on once");
    let items = world
        .get(&format!("/v1/batches/{}/items?limit=2", answer.text("id")))
        .await
        .expect(200)
        .json();
    assert_eq!(items["items"][1]["refusal"]["code"], "not_an_address");
    let next = items["next_cursor"].as_str().unwrap();
    let rest = world
        .get(&format!("/v1/batches/{}/items?limit=2&cursor={next}", answer.text("id")))
        .await
        .expect(200)
        .json();
    assert_eq!(rest["items"][0]["job"].as_str().map(|job| job.len()), Some(36));
    assert_eq!(
        (&rest["items"][1]["job"], &rest["next_cursor"]),
        (&items["items"][0]["job"], &json!(null))
    );
    assert_eq!(world.get("/v1/batches").await.expect(200).json()["items"][0]["id"], batch["id"]);
}

#[tokio::test]
async fn a_playlist_is_listed_first() {
    let world = World::new().await;
    let body = json!({"url": "https://www.youtube.com/@somebody", "options": {"priority": "normal", "licence": "CC BY"}});
    let batch = world.post("/v1/batches", body).await.expect(202);
    assert_eq!(batch.json()["url"], "https://www.youtube.com/@somebody/videos");
    let Payload::ExpandPlaylist(work) = world.lease().await.payload else {
        panic!("it is listed first")
    };
    assert_eq!(
        (work.batch.to_string(), work.options.licence.as_deref()),
        (batch.text("id"), Some("CC BY"))
    );
}

#[tokio::test]
async fn ten_thousand_lines_with_rubbish_among_them_are_accepted_in_two_seconds() {
    let world = World::new().await;
    let line = |number: usize| match number % 100 {
        7 => "{\"url\": \"rubbish\"}\n".to_owned(),
        _ => format!("\"{}\"\n", video(number)),
    };
    let body: String = (0..10_000).map(line).collect();
    let begun = Instant::now();
    let batch = world
        .send(ndjson("?name=many&options=%7B%22overlay%22%3Atrue%7D", body))
        .await
        .expect(202)
        .json();
    let took = begun.elapsed();
    assert_eq!(
        (&batch["counts"]["available"], &batch["counts"]["refused"]),
        (&json!(9900), &json!(100))
    );
    assert_eq!(batch["percent"], 1.0);
    // Ten times what is promised on an idle machine: others work on this one too.
    assert!(took < Duration::from_secs(20), "{took:?}");
    let page = world
        .get(&format!("/v1/jobs?batch={}&limit=1000", batch["id"].as_str().unwrap()))
        .await
        .expect(200)
        .json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1000);
    assert_eq!(page["items"][0]["options"]["overlay"], true);
}

#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let world = World::with(|config| config.limits.batch_lines_max = 3).await;
    for (body, code, status) in [
        (json!({}), "invalid_body", 422),
        (json!({"urls": []}), "invalid_body", 422),
        (json!({"url": video(1), "urls": [video(1)]}), "invalid_body", 422),
        (json!({"url": "s3://lab/x"}), "bucket_not_allowed", 422),
        (json!({"urls": ["a", "b", "c", "d"]}), "body_too_large", 413),
        (json!({"urls": [1]}), "invalid_body", 422),
        (json!({"urls": ["a"], "name": "x".repeat(201)}), "invalid_body", 422),
    ] {
        world.post("/v1/batches", body).await.expect_problem(status, code);
    }
    world.send(ndjson("", "\n\n")).await.expect_problem(422, "invalid_body");
    world.send(ndjson("", "1\n2\n3\n4\n")).await.expect_problem(413, "body_too_large");
    world.send(ndjson("?options=x", "\"a\"")).await.expect_problem(400, "invalid_query");
    world.send(ndjson("?option=x", "\"a\"")).await.expect_problem(400, "invalid_query");
    let none = "batch_00000000000000000000000000000000";
    for path in ["", "/items", "/events"] {
        world
            .get(&format!("/v1/batches/{none}{path}"))
            .await
            .expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_batch_is_cancelled_and_its_failures_are_retried() {
    let world = World::new().await;
    let batch = world
        .post("/v1/batches", json!({"urls": [video(1), video(2)]}))
        .await
        .expect(202)
        .text("id");
    let leased = world.lease().await;
    let failure = ::jobs::Failure::discard("video_private", "it is private");
    let outcome = catalog::Outcome::Failed {
        failure,
        limits: ::jobs::Limits::default(),
        random: 0.5,
    };
    world.finish(leased.held, outcome).await;
    let seen = world.get(&format!("/v1/batches/{batch}")).await.expect(200).json();
    assert_eq!(seen["failures"], json!([{"code": "video_private", "jobs": 1}]));
    assert_eq!(seen["percent"], 50.0);
    let retried = world
        .post(&format!("/v1/batches/{batch}/retry-failed"), json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&retried["counts"]["available"], &retried["counts"]["discarded"]),
        (&json!(2), &json!(0))
    );
    let cancelled = world
        .post(&format!("/v1/batches/{batch}/cancel"), json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(cancelled["counts"]["cancelled"], 2);
    assert!(cancelled["cancelled_ms"].is_i64());
}
