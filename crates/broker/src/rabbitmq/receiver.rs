//! Takes one message at a time. Between two calls nothing is consumed, so that no message waits in a worker that is busy for an
//! hour.

use super::link::{Link, within};
use super::publisher::send_one;
use super::topology::{Topology, traceparent};
use crate::{BrokerError, Delivery, Receiver};
use async_trait::async_trait;
use futures::stream::{StreamExt, TryStreamExt, select_all};
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicGetOptions, BasicNackOptions, BasicQosOptions, ConfirmSelectOptions,
};
use lapin::types::FieldTable;
use lapin::{Channel, Confirmation, Consumer, message};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a receiver waits after the broker failed before it tries again.
const PAUSE: Duration = Duration::from_millis(500);
/// A receiver that waits longer begins anew with another channel.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// Messages each consumer may hold unanswered.
const PREFETCH: u16 = 1;

pub(super) struct RabbitReceiver {
    link: Arc<Link>,
    topology: Topology,
    /// Whole names, the most urgent first.
    queues: Vec<String>,
    channel: Option<Channel>,
}

#[derive(Debug, thiserror::Error)]
#[error("RabbitMQ ended the consumers, as it does when queues are deleted")]
struct Ended;

impl RabbitReceiver {
    pub(super) fn new(link: Arc<Link>, topology: Topology, queues: &[String]) -> RabbitReceiver {
        RabbitReceiver {
            link,
            queues: queues.iter().map(|queue| topology.name(queue)).collect(),
            topology,
            channel: None,
        }
    }

    /// Looks once into every queue, then waits at all of them. The channel is kept only if a message was found. Otherwise it ends,
    /// and with it whatever the two sides see differently: when a queue is deleted under a consumer, lapin 4.12 can lose track of a
    /// message that RabbitMQ counts as delivered. The next channel declares the queues again.
    async fn attempt(&mut self, deadline: Instant) -> Result<Option<RabbitDelivery>, BrokerError> {
        // Taken out meanwhile: when the caller loses interest and drops this future, the channel goes too.
        let channel = match self.channel.take().filter(|channel| channel.status().connected()) {
            Some(channel) => channel,
            None => self.open().await?,
        };
        let found = match look(&channel, &self.queues).await? {
            Some(delivery) => Some(delivery),
            None => wait(&channel, &self.queues, deadline).await?,
        };
        let Some(delivery) = found else { return Ok(None) };
        let delivery = RabbitDelivery::new(delivery, &channel, &self.topology);
        self.channel = Some(channel);
        Ok(Some(delivery))
    }

    async fn open(&self) -> Result<Channel, BrokerError> {
        let channel = self.link.channel().await?;
        within("ask for confirmations", channel.confirm_select(ConfirmSelectOptions::default())).await?;
        within("limit deliveries", channel.basic_qos(PREFETCH, BasicQosOptions::default())).await?;
        for queue in &self.queues {
            self.topology.declare(&channel, queue).await?;
        }
        self.topology.declare(&channel, &self.topology.dead_letters()).await?;
        Ok(channel)
    }
}

#[async_trait]
impl Receiver for RabbitReceiver {
    async fn take_one(&mut self, wait: Duration) -> Option<Box<dyn Delivery>> {
        let deadline = Instant::now() + wait;
        loop {
            let result = self.attempt(deadline.min(Instant::now() + LOOK_AGAIN_AFTER)).await;
            if let Ok(Some(delivery)) = result {
                return Some(Box::new(delivery));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            if let Err(error) = result {
                tracing::debug!(%error, source = std::error::Error::source(&error), "no messages for now");
                tokio::time::sleep(left.min(PAUSE)).await;
            }
        }
    }
}

/// The first message that waits already: cheaper than consuming, and in the order of urgency.
async fn look(channel: &Channel, queues: &[String]) -> Result<Option<message::Delivery>, BrokerError> {
    for queue in queues {
        let got = within(
            "look into a queue",
            channel.basic_get(queue.as_str().into(), BasicGetOptions::default()),
        )
        .await?;
        if let Some(got) = got {
            return Ok(Some(got.delivery));
        }
    }
    Ok(None)
}

/// The first message that comes until the deadline.
async fn wait(channel: &Channel, queues: &[String], deadline: Instant) -> Result<Option<message::Delivery>, BrokerError> {
    let mut consumers = Vec::with_capacity(queues.len());
    for queue in queues {
        let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
        consumers.push(
            within(
                "consume",
                channel.basic_consume(queue.as_str().into(), "".into(), options, arguments),
            )
            .await?,
        );
    }
    let tags: Vec<_> = consumers.iter().map(Consumer::tag).collect();
    let mut deliveries = select_all(consumers);
    let first = match tokio::time::timeout_at(deadline.into(), deliveries.next()).await {
        Ok(Some(delivery)) => Some(delivery.map_err(failed)?),
        Ok(None) => {
            return Err(BrokerError {
                step: "consume",
                source: Box::new(Ended),
            });
        }
        Err(_) => None,
    };
    for tag in tags {
        within("stop consuming", channel.basic_cancel(tag, BasicCancelOptions::default())).await?;
    }
    // What was delivered before consuming stopped: at most one message from each queue, and then the streams end.
    let rest = within("stop consuming", deliveries.try_collect::<Vec<_>>()).await?;
    keep_one(first, rest).await
}

/// Gives all but the first back.
async fn keep_one(first: Option<message::Delivery>, rest: Vec<message::Delivery>) -> Result<Option<message::Delivery>, BrokerError> {
    let mut all = first.into_iter().chain(rest);
    let kept = all.next();
    for delivery in all {
        within("give back", delivery.nack(give_back())).await?;
    }
    Ok(kept)
}

fn give_back() -> BasicNackOptions {
    BasicNackOptions {
        requeue: true,
        ..Default::default()
    }
}

fn failed(error: lapin::Error) -> BrokerError {
    BrokerError {
        step: "consume",
        source: error.into(),
    }
}

struct RabbitDelivery {
    /// None once it is answered. With its channel, which is kept open until then.
    unanswered: Option<(message::Delivery, Channel)>,
    body: Vec<u8>,
    traceparent: Option<String>,
    dead_letters: String,
}

impl RabbitDelivery {
    fn new(mut delivery: message::Delivery, channel: &Channel, topology: &Topology) -> RabbitDelivery {
        RabbitDelivery {
            body: std::mem::take(&mut delivery.data),
            traceparent: traceparent(&delivery.properties),
            unanswered: Some((delivery, channel.clone())),
            dead_letters: topology.dead_letters(),
        }
    }

    /// Copies it to the dead letters. Only when they have it may it be acknowledged.
    async fn bury(&self, channel: &Channel) -> Result<bool, BrokerError> {
        let confirm = send_one(channel, &self.dead_letters, &self.body, self.traceparent.as_deref()).await?;
        Ok(within("bury", confirm).await? == Confirmation::Ack(None))
    }
}

#[async_trait]
impl Delivery for RabbitDelivery {
    fn body(&self) -> &[u8] {
        &self.body
    }

    fn traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }

    async fn ack(mut self: Box<Self>) {
        if let Some((delivery, _channel)) = self.unanswered.take()
            && let Err(error) = within("acknowledge", delivery.ack(BasicAckOptions::default())).await
        {
            // It will be delivered again, and found to be stale.
            tracing::debug!(%error, "an acknowledgement was lost");
        }
    }

    async fn reject_undecodable(mut self: Box<Self>) {
        let Some((_, channel)) = &self.unanswered else { return };
        match self.bury(channel).await {
            Ok(true) => self.ack().await,
            // Dropped without an answer, it is delivered again.
            Ok(false) => tracing::warn!("RabbitMQ did not take a dead letter"),
            Err(error) => tracing::warn!(%error, "a dead letter could not be written"),
        }
    }
}

impl Drop for RabbitDelivery {
    fn drop(&mut self) {
        let Some((delivery, channel)) = self.unanswered.take() else {
            return;
        };
        // Without a runtime the connection has ended too, and RabbitMQ delivers again by itself.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // An error means that the channel has ended, which gives the message back too.
                let _ = within("give back", delivery.nack(give_back())).await;
                drop(channel);
            });
        }
    }
}
