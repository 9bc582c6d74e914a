//! Messages to those who want to know.

use super::world::*;
use crate::*;
use jobs::EndpointId;
use std::time::Duration;

const HOLD: Duration = Duration::from_secs(60);

pub(super) async fn the_end_of_a_job_is_sent_to_those_who_asked(world: World<'_>) {
    let ends = endpoint(world, &["job.completed", "job.discarded"]).await;
    let batches = endpoint(world, &["batch.finished"]).await;
    let all = endpoint(world, &[]).await;
    let job = world.submit_one().await.job;
    world.work_on(job, completed(vec![])).await;
    let taken = world.catalog.take_deliveries(MANY, HOLD).await.expect("messages");
    let to: Vec<EndpointId> = taken.iter().map(|delivery| delivery.endpoint).collect();
    assert_eq!(to.len(), 2);
    assert!(to.contains(&ends.id) && to.contains(&all.id) && !to.contains(&batches.id));
    let delivery = taken.iter().find(|delivery| delivery.endpoint == ends.id).expect("the message");
    assert_eq!((&delivery.url, &delivery.secret, delivery.tries), (&ends.url, &ends.secret, 0));
    let body: serde_json::Value = serde_json::from_str(&delivery.body).expect("JSON");
    assert_eq!(
        (&body["type"], &body["data"]["job"]),
        (&"job.completed".into(), &job.to_string().into())
    );
    let timestamp = body["timestamp"].as_str().expect("a time");
    assert!(
        timestamp.len() == 24 && timestamp.ends_with('Z'),
        "{timestamp} is not like 2026-01-31T00:00:00.000Z"
    );
    let again = world.catalog.take_deliveries(MANY, HOLD).await.expect("messages");
    assert!(again.is_empty(), "another dispatcher does not get them");
    forget_endpoints(world).await;
}

pub(super) async fn a_message_is_tried_until_it_is_taken(world: World<'_>) {
    let endpoint = endpoint(world, &[]).await;
    let job = world.submit_one().await.job;
    world.catalog.cancel_job(job).await.expect("cancelled");
    let first = take_one(world).await;
    record(world, first.seq, failure(Some(0))).await;
    assert!(seen(world, endpoint.id).await.failing_since_ms.is_some());
    let second = take_one(world).await;
    assert_eq!((second.seq, second.tries, second.last_status), (first.seq, 1, Some(503)));
    assert_eq!(second.message_id, first.message_id);
    let taken = DeliveryResult {
        status: Some(200),
        error: None,
        retry_after_ms: None,
        delivered: true,
        disable_endpoint: false,
    };
    record(world, second.seq, taken).await;
    assert_eq!(seen(world, endpoint.id).await.failing_since_ms, None);
    let listed = world.catalog.list_deliveries(endpoint.id, None, 10).await.expect("messages");
    assert_eq!((listed.len(), listed[0].tries, listed[0].next_try_ms), (1, 2, None));
    assert!(listed[0].delivered_ms.is_some());
    let older = world
        .catalog
        .list_deliveries(endpoint.id, Some(first.seq), 10)
        .await
        .expect("messages");
    assert!(older.is_empty());

    world.catalog.replay_delivery(endpoint.id, first.seq).await.expect("again");
    let replayed = take_one(world).await;
    assert_eq!(
        (replayed.seq, replayed.message_id, replayed.tries),
        (first.seq, first.message_id, 0)
    );
    assert!(is_missing(
        world.catalog.replay_delivery(EndpointId::at(1, [1; 10]), first.seq).await
    ));
    forget_endpoints(world).await;
}

pub(super) async fn an_endpoint_that_keeps_failing_is_switched_off(world: World<'_>) {
    let endpoint = endpoint(world, &[]).await;
    for item in world.submit(None, videos(2)).await {
        world.catalog.cancel_job(item.job).await.expect("cancelled");
    }
    let first = take_one(world).await;
    let last_straw = DeliveryResult {
        disable_endpoint: true,
        ..failure(Some(0))
    };
    record(world, first.seq, last_straw).await;
    assert!(seen(world, endpoint.id).await.disabled_ms.is_some());
    let more = world.catalog.take_deliveries(MANY, HOLD).await.expect("messages");
    assert!(more.is_empty(), "what waited is given up");
    let job = world.submit_one().await.job;
    world.catalog.cancel_job(job).await.expect("cancelled");
    let listed = world.catalog.list_deliveries(endpoint.id, None, 10).await.expect("messages");
    assert_eq!(listed.len(), 2, "nothing new is written to it");
    assert_eq!(
        conflict(world.catalog.replay_delivery(endpoint.id, first.seq).await),
        "endpoint_disabled"
    );
    forget_endpoints(world).await;
}

pub(super) async fn an_endpoint_goes_with_its_messages(world: World<'_>) {
    let endpoint = endpoint(world, &[]).await;
    let job = world.submit_one().await.job;
    world.catalog.cancel_job(job).await.expect("cancelled");
    let delivery = take_one(world).await;
    world.catalog.delete_endpoint(endpoint.id).await.expect("deleted");
    assert!(is_missing(world.catalog.delete_endpoint(endpoint.id).await));
    assert!(
        world
            .catalog
            .list_deliveries(endpoint.id, None, 10)
            .await
            .expect("messages")
            .is_empty()
    );
    assert!(is_missing(world.catalog.record_delivery(delivery.seq, &failure(None)).await));
}

async fn endpoint(world: World<'_>, event_names: &[&str]) -> Endpoint {
    let new = NewEndpoint {
        key: None,
        url: "https://listener.example/hook".to_owned(),
        secret: "whsec_c2VjcmV0".to_owned(),
        event_names: event_names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let made = world.catalog.create_endpoint(&new).await.expect("an endpoint");
    assert_eq!(made.event_names, new.event_names);
    made
}

async fn seen(world: World<'_>, id: EndpointId) -> Endpoint {
    let all = world.catalog.list_endpoints().await.expect("endpoints");
    all.into_iter().find(|endpoint| endpoint.id == id).expect("the endpoint")
}

async fn take_one(world: World<'_>) -> Delivery {
    let taken = world.catalog.take_deliveries(1, HOLD).await.expect("a message");
    taken.into_iter().next().expect("a message that is due")
}

async fn record(world: World<'_>, seq: i64, result: DeliveryResult) {
    world.catalog.record_delivery(seq, &result).await.expect("recorded");
}

fn failure(retry_after_ms: Option<i64>) -> DeliveryResult {
    DeliveryResult {
        status: Some(503),
        error: Some("the endpoint is overloaded".to_owned()),
        retry_after_ms,
        delivered: false,
        disable_endpoint: false,
    }
}

/// Stories after this one send nothing.
async fn forget_endpoints(world: World<'_>) {
    for endpoint in world.catalog.list_endpoints().await.expect("endpoints") {
        world.catalog.delete_endpoint(endpoint.id).await.expect("deleted");
    }
}
