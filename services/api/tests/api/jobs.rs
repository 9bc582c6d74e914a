//! Looking at jobs, cancelling and retrying them.

use crate::world::{World, video};
use serde_json::json;

#[tokio::test]
async fn jobs_are_listed_newest_first_page_by_page() {
    let world = World::new().await;
    let mut submitted = Vec::new();
    for number in 0..5 {
        submitted.push(world.submit(&video(number)).await);
    }
    submitted.reverse();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("/v1/jobs?limit=2{cursor}")).await.expect(200).json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|job| job["id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, submitted);
}

#[tokio::test]
async fn filters_choose_jobs() {
    let world = World::new().await;
    let first = world.submit(&video(1)).await;
    world.submit(&video(2)).await;
    world.post(&format!("/v1/jobs/{first}/cancel"), json!({})).await.expect(200);
    let source = world.get(&format!("/v1/jobs/{first}")).await.json()["source"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (query, count) in [
        ("state=cancelled", 1),
        ("state=available,cancelled", 2),
        ("kind=fetch_video", 2),
        ("kind=train_policy", 0),
        (&format!("source={source}"), 1),
        ("code=video_gone", 0),
        ("created_after=0", 2),
        ("created_before=1000", 0),
    ] {
        let page = world.get(&format!("/v1/jobs?{query}")).await.expect(200).json();
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
    }
    for query in [
        "state=lost",
        "kind=x",
        "limit=0",
        "limit=1001",
        "limit=x",
        "cursor=x",
        "batch=job_1",
        "colour=red",
        "created_after=now",
    ] {
        world.get(&format!("/v1/jobs?{query}")).await.expect_problem(400, "invalid_query");
    }
}

#[tokio::test]
async fn a_jobs_attempts_are_shown() {
    let world = World::new().await;
    let job = world.submit(&video(1)).await;
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", b"{}").await;
    let shown = world.get(&format!("/v1/jobs/{job}")).await.expect(200).json();
    assert_eq!(
        (&shown["state"], &shown["attempts"][0]["outcome"]),
        (&json!("completed"), &json!("completed"))
    );
    let performance = shown["performance"].as_str().unwrap();
    let summary = world.get(&format!("/v1/performances/{performance}")).await.expect(200).json();
    assert_eq!(
        (&summary["job"], &summary["notes"], &summary["metadata"]["course"]),
        (&json!(job), &json!(100), &json!("a"))
    );
    for (query, count) in [
        ("confidence_min=0.5", 1),
        ("confidence_min=0.9", 0),
        ("licence=none", 0),
        ("title=zzz", 0),
    ] {
        let page = world.get(&format!("/v1/performances?{query}")).await.expect(200).json();
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
    }
    for query in ["confidence_min=2", "confidence_min=NaN", "batch=x", "x=1"] {
        world
            .get(&format!("/v1/performances?{query}"))
            .await
            .expect_problem(400, "invalid_query");
    }
}

#[tokio::test]
async fn what_has_ended_cannot_be_cancelled_and_what_has_not_cannot_be_retried() {
    let world = World::new().await;
    let job = world.submit(&video(1)).await;
    world
        .post(&format!("/v1/jobs/{job}/retry"), json!({}))
        .await
        .expect_problem(409, "job_not_retryable");
    let cancelled = world.post(&format!("/v1/jobs/{job}/cancel"), json!({})).await.expect(200).json();
    assert_eq!(cancelled["state"], "cancelled");
    world
        .post(&format!("/v1/jobs/{job}/cancel"), json!({}))
        .await
        .expect_problem(409, "job_not_cancellable");
    let again = world.post(&format!("/v1/jobs/{job}/retry"), json!({})).await.expect(200).json();
    assert_eq!(again["state"], "available");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new().await;
    let none = "job_00000000000000000000000000000000";
    for path in ["", "/artifacts", "/artifacts/x", "/events"] {
        world.get(&format!("/v1/jobs/{none}{path}")).await.expect_problem(404, "not_found");
        world.get(&format!("/v1/jobs/rubbish{path}")).await.expect_problem(404, "not_found");
    }
    world
        .get("/v1/performances/performance_00000000000000000000000000000000")
        .await
        .expect_problem(404, "not_found");
    world.get("/v1/nowhere").await.expect_problem(404, "not_found");
    let wrong = world.delete("/v1/jobs").await.expect_problem(405, "method_not_allowed");
    assert!(wrong.header("allow").contains("GET"));
}
