//! The broker within a process.

use broker::{Broker, InProcessBroker, Message, suite};
use std::time::Duration;

#[tokio::test]
async fn it_does_what_every_broker_must() {
    let broker = InProcessBroker::default();
    suite::exercise(&broker, async || broker.dead_letters().len()).await;
}

#[tokio::test]
async fn clones_are_the_same_broker_until_it_is_wiped() {
    let broker = InProcessBroker::default();
    let message = Message {
        queue: "jobs".to_owned(),
        body: b"1".to_vec(),
        traceparent: None,
    };
    let mut receiver = broker.clone().receiver(&["jobs".to_owned()]).await.unwrap();
    broker.publish(&[message.clone(), message]).await.unwrap();
    receiver.take_one(Duration::ZERO).await.expect("the first message").ack().await;
    broker.wipe();
    assert!(receiver.take_one(Duration::ZERO).await.is_none());
}
