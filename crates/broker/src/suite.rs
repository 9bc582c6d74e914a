//! What every broker must do, as stories that any of them can be put through: the one within a process in this crate's tests,
//! RabbitMQ in those of the whole.

use crate::{Broker, Message, Receiver};
use std::collections::BTreeSet;
use std::time::Duration;

/// No message that is there takes longer.
const SOON: Duration = Duration::from_secs(20);
/// Long enough to see that nothing comes.
const A_MOMENT: Duration = Duration::from_millis(300);
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Runs every story on a broker whose queues are empty. `dead_letters` tells how many messages lie among them. Panics where a
/// story fails.
pub async fn exercise(broker: &dyn Broker, dead_letters: impl AsyncFn() -> usize) {
    broker.health().await.unwrap();
    messages_come_as_they_went(broker).await;
    urgent_queues_come_first_and_each_in_order(broker).await;
    a_waiting_receiver_hears_at_once(broker).await;
    every_message_is_held_by_one_receiver_at_a_time(broker).await;
    nothing_is_held_back_from_others(broker).await;
    what_was_dropped_is_delivered_again(broker).await;
    giving_up_waiting_loses_nothing(broker).await;
    what_nobody_can_read_becomes_a_dead_letter(broker, dead_letters).await;
}

async fn messages_come_as_they_went(broker: &dyn Broker) {
    let mut receiver = receiver(broker, &["as_sent"]).await;
    assert!(receiver.take_one(A_MOMENT).await.is_none());
    broker.publish(&[]).await.unwrap();
    for (body, traceparent) in [(&b"\x00\xff"[..], Some(TRACE)), (b"", None)] {
        let message = Message {
            queue: "as_sent".to_owned(),
            body: body.to_vec(),
            traceparent: traceparent.map(str::to_owned),
        };
        broker.publish(&[message]).await.unwrap();
        let delivery = receiver.take_one(SOON).await.expect("the message");
        assert_eq!((delivery.body(), delivery.traceparent()), (body, traceparent));
        delivery.ack().await;
    }
    assert!(receiver.take_one(A_MOMENT).await.is_none());
}

async fn urgent_queues_come_first_and_each_in_order(broker: &dyn Broker) {
    let publish = [("calm", "1"), ("calm", "2"), ("urgent", "3"), ("calm", "4"), ("urgent", "5")];
    broker.publish(&publish.map(|(queue, body)| message(queue, body))).await.unwrap();
    let mut receiver = receiver(broker, &["urgent", "calm"]).await;
    for expected in ["3", "5", "1", "2", "4"] {
        assert_eq!(take(&mut *receiver).await, expected);
    }
}

async fn a_waiting_receiver_hears_at_once(broker: &dyn Broker) {
    let mut receiver = receiver(broker, &["quiet", "rung"]).await;
    // A first look, so that the second one waits.
    assert!(receiver.take_one(A_MOMENT).await.is_none());
    let ring = async {
        tokio::time::sleep(A_MOMENT).await;
        broker.publish(&[message("rung", "now")]).await.unwrap();
    };
    let (heard, ()) = tokio::join!(take(&mut *receiver), ring);
    assert_eq!(heard, "now");
}

async fn every_message_is_held_by_one_receiver_at_a_time(broker: &dyn Broker) {
    const MESSAGES: usize = 60;
    let numbered = |number: usize| message(if number.is_multiple_of(3) { "few" } else { "many" }, &number.to_string());
    broker.publish(&(0..MESSAGES).map(numbered).collect::<Vec<_>>()).await.unwrap();
    let drain = async || {
        let mut receiver = receiver(broker, &["few", "many"]).await;
        let mut taken = Vec::new();
        while let Some(delivery) = receiver.take_one(A_MOMENT).await {
            taken.push(String::from_utf8(delivery.body().to_vec()).unwrap());
            delivery.ack().await;
        }
        taken
    };
    let (one, two, three) = tokio::join!(drain(), drain(), drain());
    let taken = [one, two, three].concat();
    assert_eq!(taken.len(), MESSAGES, "a message was delivered twice although it was acknowledged");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>().len(), MESSAGES);
}

async fn nothing_is_held_back_from_others(broker: &dyn Broker) {
    let (mut busy, mut idle) = (receiver(broker, &["shared"]).await, receiver(broker, &["shared"]).await);
    broker.publish(&["1", "2", "3"].map(|body| message("shared", body))).await.unwrap();
    let held = busy.take_one(SOON).await.expect("the first message");
    assert_eq!(held.body(), b"1");
    assert_eq!((take(&mut *idle).await, take(&mut *idle).await), ("2".to_owned(), "3".to_owned()));
    assert!(
        idle.take_one(A_MOMENT).await.is_none(),
        "the message that is held was delivered again"
    );
    held.ack().await;
}

async fn what_was_dropped_is_delivered_again(broker: &dyn Broker) {
    broker.publish(&[message("again", "hard")]).await.unwrap();
    let mut first = receiver(broker, &["again"]).await;
    let delivery = first.take_one(SOON).await.expect("the message");
    drop(delivery);
    assert_eq!(take(&mut *first).await, "hard");

    broker.publish(&[message("again", "harder")]).await.unwrap();
    let delivery = first.take_one(SOON).await.expect("the message");
    drop(first);
    drop(delivery);
    assert_eq!(take(&mut *receiver(broker, &["again"]).await).await, "harder");
}

async fn giving_up_waiting_loses_nothing(broker: &dyn Broker) {
    let mut receiver = receiver(broker, &["given_up"]).await;
    for round in 0..5 {
        // The wait is dropped in the middle, as it is when a worker is told to stop.
        let given_up = tokio::time::timeout(A_MOMENT, receiver.take_one(SOON)).await;
        assert!(given_up.is_err());
        let body = round.to_string();
        broker.publish(&[message("given_up", &body)]).await.unwrap();
        assert_eq!(take(&mut *receiver).await, body);
    }
}

async fn what_nobody_can_read_becomes_a_dead_letter(broker: &dyn Broker, dead_letters: impl AsyncFn() -> usize) {
    let before = dead_letters().await;
    broker
        .publish(&["rubbish", "fine"].map(|body| message("mixed", body)))
        .await
        .unwrap();
    let mut receiver = receiver(broker, &["mixed"]).await;
    receiver.take_one(SOON).await.expect("the rubbish").reject_undecodable().await;
    assert_eq!(take(&mut *receiver).await, "fine");
    assert!(receiver.take_one(A_MOMENT).await.is_none());
    assert_eq!(dead_letters().await, before + 1);
}

async fn receiver(broker: &dyn Broker, queues: &[&str]) -> Box<dyn Receiver> {
    let queues: Vec<String> = queues.iter().map(|queue| (*queue).to_owned()).collect();
    broker.receiver(&queues).await.unwrap()
}

/// Takes the next message and acknowledges it.
async fn take(receiver: &mut dyn Receiver) -> String {
    let delivery = receiver.take_one(SOON).await.expect("a message");
    let body = String::from_utf8(delivery.body().to_vec()).unwrap();
    delivery.ack().await;
    body
}

fn message(queue: &str, body: &str) -> Message {
    Message {
        queue: queue.to_owned(),
        body: body.as_bytes().to_vec(),
        traceparent: None,
    }
}
