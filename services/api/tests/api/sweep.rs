//! The store keeps what something refers to.

use crate::world::{World, video};
use ::artifacts::ContentHash;
use api::duties::sweep;
use serde_json::json;
use std::time::{Duration, SystemTime};

/// A time at which everything stored now is old.
fn in_a_week() -> SystemTime {
    bootstrap::clock::now() + Duration::from_secs(7 * 24 * 3600)
}

async fn is_stored(world: &World, content: &[u8]) -> bool {
    world.store.find(&ContentHash::of(content).key()).await.unwrap().is_some()
}

#[tokio::test]
async fn results_stay_and_orphans_go() {
    let world = World::new().await;
    world.submit(&video(1)).await;
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", b"a result").await;
    world.store.put_bytes("left by a worker that died").await.unwrap();
    assert_eq!(
        sweep::delete_orphans(&world.state, bootstrap::clock::now()).await.unwrap(),
        0,
        "what is young stays"
    );
    assert_eq!(sweep::delete_orphans(&world.state, in_a_week()).await.unwrap(), 1);
    assert!(is_stored(&world, b"a result").await);
    assert!(!is_stored(&world, b"left by a worker that died").await);
}

#[tokio::test]
async fn what_a_waiting_job_needs_stays() {
    let world = World::new().await;
    world
        .send(crate::world::multipart(&[("file", Some("a.mp4"), b"a video")]))
        .await
        .expect(202);
    sweep::delete_orphans(&world.state, in_a_week()).await.unwrap();
    assert!(is_stored(&world, b"a video").await);
}

#[tokio::test]
async fn chunks_of_abandoned_uploads_go() {
    let world = World::new().await;
    let upload = world
        .post("/v1/uploads", json!({"name": "a", "size_bytes": 10}))
        .await
        .expect(201)
        .text("id");
    world.store.put_chunk(upload.parse().unwrap(), 0, "half").await.unwrap();
    assert_eq!(sweep::delete_orphans(&world.state, in_a_week()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_takedown_deletes_the_files() {
    let world = World::new().await;
    world.submit(&video(1)).await;
    let leased = world.lease().await;
    world.complete(leased.held, "performance.json", b"a result").await;
    let sources = world.get("/v1/sources").await.expect(200).json();
    let source = sources["items"][0]["id"].as_str().unwrap();
    world.delete(&format!("/v1/sources/{source}?reason=asked")).await.expect(200);
    let settled = bootstrap::clock::now() - sweep::SETTLED_AFTER;
    assert_eq!(
        sweep::delete_condemned(&world.state, settled).await.unwrap(),
        0,
        "somebody may be about to commit it"
    );
    assert!(is_stored(&world, b"a result").await);
    assert_eq!(sweep::delete_condemned(&world.state, in_a_week()).await.unwrap(), 1);
    assert!(!is_stored(&world, b"a result").await);
    assert_eq!(sweep::delete_condemned(&world.state, in_a_week()).await.unwrap(), 0);
}
