//! Sends messages so that they are safe when the call returns: persistent, mandatory and confirmed.

use super::link::{Link, within};
use super::topology::{Topology, properties};
use crate::{BrokerError, Message, PublishError};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, Connection, PublisherConfirm};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// All confirmations of one call. RabbitMQ confirms 10,000 persistent messages a second and more; a busy disk may need seconds.
const CONFIRM_LIMIT: Duration = Duration::from_secs(15);

pub(super) struct Publisher {
    link: Link,
    topology: Topology,
    /// One call at a time: what is waited for are the confirmations of its own messages.
    open: Mutex<Option<Open>>,
}

/// A channel in use, and the queues that are known to be there.
struct Open {
    connection: Arc<Connection>,
    channel: Channel,
    declared: HashSet<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("RabbitMQ is short of memory or disk and takes no messages")]
struct Blocked;

impl Publisher {
    pub(super) fn new(link: Link, topology: Topology) -> Publisher {
        Publisher {
            link,
            topology,
            open: Mutex::default(),
        }
    }

    pub(super) async fn publish(&self, messages: &[Message]) -> Result<(), PublishError> {
        if messages.is_empty() {
            return Ok(());
        }
        let mut slot = self.open.lock().await;
        // Taken out and put back only after success: whatever else happens, the next call begins with a new channel and declares
        // its queues again.
        let mut open = match slot.take().filter(|open| open.channel.status().connected()) {
            Some(open) => open,
            None => self.open().await?,
        };
        // Checked before sending: lapin would keep the messages of a blocked connection in memory.
        if open.connection.status().blocked() {
            *slot = Some(open);
            return Err(BrokerError {
                step: "publish",
                source: Box::new(Blocked),
            }
            .into());
        }
        self.declare(&mut open, messages).await?;
        match tokio::time::timeout(CONFIRM_LIMIT, self.send(&open.channel, messages)).await {
            Ok(Ok(())) => {
                *slot = Some(open);
                Ok(())
            }
            Ok(Err(error)) => Err(error),
            Err(_) => {
                self.link.leave(&open.connection).await;
                Err(PublishError::Unconfirmed {
                    sent: messages.len(),
                    confirmed: 0,
                })
            }
        }
    }

    async fn open(&self) -> Result<Open, BrokerError> {
        let channel = self.link.channel().await?;
        within("ask for confirmations", channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(Open {
            connection: self.link.connection().await?,
            channel,
            declared: HashSet::new(),
        })
    }

    async fn declare(&self, open: &mut Open, messages: &[Message]) -> Result<(), BrokerError> {
        for message in messages {
            if !open.declared.contains(&message.queue) {
                self.topology.declare(&open.channel, &self.topology.name(&message.queue)).await?;
                open.declared.insert(message.queue.clone());
            }
        }
        Ok(())
    }

    /// Sends all, then waits for all confirmations.
    async fn send(&self, channel: &Channel, messages: &[Message]) -> Result<(), PublishError> {
        let mut confirms = Vec::with_capacity(messages.len());
        for message in messages {
            let queue = self.topology.name(&message.queue);
            confirms.push(send_one(channel, &queue, &message.body, message.traceparent.as_deref()).await?);
        }
        for (confirmed, confirm) in confirms.into_iter().enumerate() {
            match confirm.await.map_err(lost)? {
                Confirmation::Ack(None) => {}
                Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned)) => {
                    let queue = self.topology.without_prefix(returned.delivery.routing_key.as_str());
                    return Err(PublishError::Unroutable { queue });
                }
                Confirmation::Nack(None) | Confirmation::NotRequested => {
                    return Err(PublishError::Unconfirmed {
                        sent: messages.len(),
                        confirmed,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Sends one message to a queue (its whole name) by the default exchange; its confirmation is still to come.
pub(super) async fn send_one(
    channel: &Channel,
    queue: &str,
    body: &[u8],
    traceparent: Option<&str>,
) -> Result<PublisherConfirm, BrokerError> {
    let mandatory = BasicPublishOptions {
        mandatory: true,
        ..Default::default()
    };
    channel
        .basic_publish("".into(), queue.into(), mandatory, body, properties(traceparent))
        .await
        .map_err(lost)
}

fn lost(error: lapin::Error) -> BrokerError {
    BrokerError {
        step: "publish",
        source: error.into(),
    }
}
