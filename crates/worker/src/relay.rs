//! The relay: publishes the outbox. A doorbell leaves the outbox when the broker has confirmed it, so it is published at least
//! once, whatever dies in between.

use crate::stopping::stopping;
use broker::{Broker, Message, PublishError};
use catalog::{Bell, Catalog, CatalogError};
use messages::JobReady;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// Doorbells published together.
const BATCH: i64 = 500;
/// How long doorbells in hand are kept from other relays. A relay that dies with them delays them by this.
const HOLD: Duration = Duration::from_secs(30);
/// How often it looks when nobody wakes it.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long it waits after something failed.
const PAUSE: Duration = Duration::from_secs(2);

/// Why doorbells were not relayed. They stay in the outbox.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The catalog failed.
    #[error("the outbox cannot be read")]
    Catalog(#[from] CatalogError),
    /// The broker failed.
    #[error("doorbells cannot be published")]
    Publish(#[from] PublishError),
}

/// Relays until `shutdown` turns true. `wake` is rung when something was written.
pub async fn run(catalog: &dyn Catalog, broker: &dyn Broker, wake: &Notify, mut shutdown: watch::Receiver<bool>) {
    while !stopping(&shutdown) {
        let pause = match tick(catalog, broker).await {
            Ok(BATCH..) => continue,
            Ok(_) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, source = std::error::Error::source(&error), "doorbells wait in the outbox");
                PAUSE
            }
        };
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = shutdown.wait_for(|stop| *stop) => {}
        }
    }
}

/// Publishes what waits, up to a batch of it. Returns how many.
pub async fn tick(catalog: &dyn Catalog, broker: &dyn Broker) -> Result<i64, RelayError> {
    let bells = catalog.take_bells(BATCH, HOLD).await?;
    if bells.is_empty() {
        return Ok(0);
    }
    let messages: Vec<Message> = bells.iter().map(message).collect();
    broker.publish(&messages).await?;
    let seqs: Vec<i64> = bells.iter().map(|bell| bell.seq).collect();
    catalog.forget_bells(&seqs).await?;
    metrics::counter!("doorbells_relayed_total").increment(bells.len() as u64);
    Ok(i64::try_from(bells.len()).unwrap_or(i64::MAX))
}

fn message(bell: &Bell) -> Message {
    let ready = JobReady {
        job: bell.job,
        kind: bell.kind,
        class: bell.class,
        available_ms: bell.created_ms,
    };
    Message {
        queue: crate::queue_name(bell.kind, bell.class),
        body: ready.encode(),
        traceparent: bell.traceparent.clone(),
    }
}
