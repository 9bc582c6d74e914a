//! The broker over RabbitMQ, in good times and bad.

use broker::{Broker, Message, PublishError, RabbitMqBroker, RabbitMqConfig, Receiver, suite};
use std::time::{Duration, Instant};
use tests::harness::{RabbitMq, wait_until};

/// A message comes within this time, also from a broker that is started meanwhile: on a busy machine that takes a minute.
const SOON: Duration = Duration::from_secs(180);
/// What callers of a broker that is away may have to wait for.
const QUICKLY: Duration = Duration::from_secs(6);
const QUEUE: &str = "toccata.label_performance.normal";

#[tokio::test(flavor = "multi_thread")]
async fn rabbitmq_does_what_every_broker_must() {
    let rabbitmq = RabbitMq::shared().await;
    let (broker, prefix) = broker(rabbitmq);
    let dead_letters = format!("{prefix}toccata.dead_letters");
    let count = async || rabbitmq.waiting(&dead_letters).await.unwrap_or(0) as usize;
    suite::exercise(&broker, count).await;
}

#[tokio::test]
async fn a_message_without_a_queue_is_an_error_and_the_queue_is_there_next_time() {
    let rabbitmq = RabbitMq::shared().await;
    let (broker, prefix) = broker(rabbitmq);
    broker.publish(&messages(&["1"])).await.unwrap();
    rabbitmq.delete(&format!("{prefix}{QUEUE}")).await;

    let error = broker.publish(&messages(&["2", "3"])).await.unwrap_err();
    assert!(matches!(&error, PublishError::Unroutable { queue } if queue == QUEUE), "{error:?}");

    broker.publish(&messages(&["2", "3"])).await.unwrap();
    let mut receiver = receiver(&broker).await;
    assert_eq!(take_all(&mut *receiver, 2).await, ["2", "3"]);
}

#[tokio::test]
async fn a_receiver_survives_that_its_queue_is_deleted_while_it_waits() {
    let rabbitmq = RabbitMq::shared().await;
    let (broker, prefix) = broker(rabbitmq);
    let mut receiver = receiver(&broker).await;
    assert!(receiver.take_one(Duration::ZERO).await.is_none());
    let delete_and_publish = async {
        rabbitmq.delete(&format!("{prefix}{QUEUE}")).await;
        broker.publish(&messages(&["1"])).await.unwrap();
    };
    let (taken, ()) = tokio::join!(take_all(&mut *receiver, 1), delete_and_publish);
    assert_eq!(taken, ["1"]);
}

#[tokio::test]
async fn forged_messages_arrive_as_they_are() {
    let rabbitmq = RabbitMq::shared().await;
    let (broker, prefix) = broker(rabbitmq);
    let mut receiver = receiver(&broker).await;
    assert!(receiver.take_one(Duration::ZERO).await.is_none());
    rabbitmq.forge(&format!("{prefix}{QUEUE}"), b"\xff\xfe").await;
    let delivery = receiver.take_one(SOON).await.expect("the forged message");
    assert_eq!((delivery.body(), delivery.traceparent()), (&b"\xff\xfe"[..], None));
    delivery.reject_undecodable().await;
    assert_eq!(rabbitmq.waiting(&format!("{prefix}toccata.dead_letters")).await, Some(1));
}

#[tokio::test]
async fn two_thousand_messages_are_as_good_as_the_last_thousand() {
    let rabbitmq = RabbitMq::shared().await;
    let (broker, prefix) = broker(rabbitmq);
    let bodies: Vec<String> = (0..2000).map(|number| number.to_string()).collect();
    for batch in bodies.chunks(500) {
        broker
            .publish(&messages(&batch.iter().map(String::as_str).collect::<Vec<_>>()))
            .await
            .unwrap();
    }
    let queue = format!("{prefix}{QUEUE}");
    wait_until(SOON, "a thousand are left", async || match rabbitmq.waiting(&queue).await {
        Some(1000) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert_eq!(take_all(&mut *receiver(&broker).await, 1).await, ["1000"]);
}

/// One story, as every start of a broker costs seconds.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_crashed_and_wiped_brokers_are_as_good_as_new_and_hold_nobody_up() {
    let rabbitmq = RabbitMq::own().await;
    let (broker, _) = broker(&rabbitmq);
    let mut receiver = receiver(&broker).await;
    broker.publish(&messages(&["1", "2"])).await.unwrap();
    let held = receiver.take_one(SOON).await.expect("the first message");

    rabbitmq.stop().await;
    broker.health().await.unwrap_err();
    let asked = Instant::now();
    broker.publish(&messages(&["3"])).await.unwrap_err();
    assert!(asked.elapsed() < QUICKLY, "{:?}", asked.elapsed());
    let asked = Instant::now();
    assert!(receiver.take_one(Duration::from_millis(200)).await.is_none());
    assert!(asked.elapsed() < QUICKLY, "{:?}", asked.elapsed());
    // Its connection is gone: the acknowledgement is lost, and the message comes again.
    held.ack().await;
    rabbitmq.start().await;
    assert_eq!(take_all(&mut *receiver, 2).await, ["1", "2"]);

    // The crash comes after an orderly stop: RabbitMQ 3.10 writes a new quorum queue's own registration down some time after it
    // declared it, and a crash before that leaves a queue that never answers.
    publish_when_possible(&broker, &messages(&["3", "4"])).await;
    rabbitmq.kill().await;
    rabbitmq.start().await;
    assert_eq!(take_all(&mut *receiver, 2).await, ["3", "4"]);

    // Wiped while a receiver waits; both it and the publisher find an empty broker.
    let (taken, ()) = tokio::join!(take_all(&mut *receiver, 1), async {
        rabbitmq.wipe().await;
        publish_when_possible(&broker, &messages(&["5"])).await;
    });
    assert_eq!(taken, ["5"]);
    broker.health().await.unwrap();
}

#[test]
fn a_uri_that_is_none_is_refused_at_once() {
    let config = RabbitMqConfig {
        uri: "rabbit at home".to_owned(),
        prefix: String::new(),
    };
    assert!(RabbitMqBroker::new(&config).is_err());
}

/// A broker with queues of its own, and the beginning of their names.
fn broker(rabbitmq: &RabbitMq) -> (RabbitMqBroker, String) {
    let prefix = rabbitmq.new_prefix();
    let config = RabbitMqConfig {
        uri: rabbitmq.uri().to_owned(),
        prefix: prefix.clone(),
    };
    (RabbitMqBroker::new(&config).unwrap(), prefix)
}

async fn receiver(broker: &RabbitMqBroker) -> Box<dyn Receiver> {
    broker.receiver(&[QUEUE.to_owned()]).await.unwrap()
}

fn messages(bodies: &[&str]) -> Vec<Message> {
    let message = |body: &&str| Message {
        queue: QUEUE.to_owned(),
        body: body.as_bytes().to_vec(),
        traceparent: None,
    };
    bodies.iter().map(message).collect()
}

/// As the relay does: again and again until it is confirmed.
async fn publish_when_possible(broker: &RabbitMqBroker, messages: &[Message]) {
    wait_until(SOON, "messages are published", async || broker.publish(messages).await).await;
}

/// The next messages, in the order of their text: what is delivered again may come in another order.
async fn take_all(receiver: &mut dyn Receiver, count: usize) -> Vec<String> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let delivery = receiver.take_one(SOON).await.expect("a message");
        taken.push(String::from_utf8(delivery.body().to_vec()).unwrap());
        delivery.ack().await;
    }
    taken.sort();
    taken
}
