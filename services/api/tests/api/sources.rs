//! Videos, and taking them down.

use crate::world::{World, video};
use serde_json::json;

#[tokio::test]
async fn a_takedown_reaches_everything_made_from_the_video() {
    let world = World::new().await;
    let job = world.submit(&video(1)).await;
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", b"{}").await;
    let performance = world.get(&format!("/v1/jobs/{job}")).await.json()["performance"]
        .as_str()
        .unwrap()
        .to_owned();
    let sources = world.get("/v1/sources").await.expect(200).json();
    let source = sources["items"][0]["id"].as_str().unwrap();
    world.get(&format!("/v1/sources/{source}")).await.expect(200);

    let down = world
        .delete(&format!("/v1/sources/{source}?reason=asked%20by%20its%20owner"))
        .await
        .expect(200)
        .json();
    assert_eq!(down["taken_down_reason"], "asked by its owner");
    world
        .get(&format!("/v1/performances/{performance}"))
        .await
        .expect_problem(404, "not_found");
    world
        .get(&format!("/v1/jobs/{job}/artifacts/performance.json"))
        .await
        .expect_problem(404, "not_found");
    world
        .post("/v1/videos", json!({"url": video(1), "options": {"overlay": true}}))
        .await
        .expect_problem(422, "source_taken_down");
    let batch = world
        .post("/v1/batches", json!({"urls": [video(1)], "options": {"overlay": true}}))
        .await
        .expect(202);
    let items = world.get(&format!("/v1/batches/{}/items", batch.text("id"))).await.json();
    assert_eq!(items["items"][0]["refusal"]["code"], "source_taken_down");
}

#[tokio::test]
async fn a_takedown_needs_a_reason() {
    let world = World::new().await;
    world.submit(&video(1)).await;
    let sources = world.get("/v1/sources").await.expect(200).json();
    let path = format!("/v1/sources/{}", sources["items"][0]["id"].as_str().unwrap());
    for query in ["", "?reason=", "?reason=%20"] {
        world.delete(&format!("{path}{query}")).await.expect_problem(400, "invalid_query");
    }
    let none = "/v1/sources/source_00000000000000000000000000000000";
    world.delete(&format!("{none}?reason=x")).await.expect_problem(404, "not_found");
    world.get(none).await.expect_problem(404, "not_found");
}
