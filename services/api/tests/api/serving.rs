//! The whole program: it listens, does its duties, and stops when asked.

use crate::world::{PATIENCE, World, video};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[tokio::test]
async fn the_program_answers_relays_and_stops_in_the_middle_of_a_stream() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (stop, asked) = watch::channel(false);
    let program = tokio::spawn(api::run_on(listener, world.state.clone(), asked));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let job: Value = client
        .post(format!("{address}/v1/videos"))
        .body(json!({"url": video(1)}).to_string())
        .header("content-type", "application/json")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let queue = [worker::queue_name(jobs::JobKind::FetchVideo, jobs::Class::Normal)];
    let mut receiver = world.state.broker.receiver(&queue).await.unwrap();
    let rung = receiver.take_one(PATIENCE).await.expect("the relay rings");
    rung.ack().await;
    let mut events = client
        .get(format!("{address}/v1/jobs/{}/events", job["id"].as_str().unwrap()))
        .send()
        .await
        .unwrap();
    assert!(events.chunk().await.unwrap().is_some());
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(20), program)
        .await
        .expect("it stops")
        .unwrap()
        .unwrap();
    while let Ok(Some(_)) = events.chunk().await {}
}
