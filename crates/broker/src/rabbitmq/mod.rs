//! Messages over RabbitMQ, 3.10 or newer.
//!
//! Nothing here waits without a limit, and nothing recovers in the background: a connection or channel that broke is left,
//! and whoever needs one next opens it and declares what it needs. So a broker that was stopped, replaced or wiped is as good
//! as new with the next call.

mod link;
mod publisher;
mod receiver;
mod topology;

use crate::{Broker, BrokerError, Message, PublishError, Receiver};
use async_trait::async_trait;
use link::Link;
use publisher::Publisher;
use receiver::RabbitReceiver;
use std::sync::Arc;
use topology::Topology;

/// Where RabbitMQ is and how queues are named there.
#[derive(Clone, Debug)]
pub struct RabbitMqConfig {
    /// An `amqp://` or `amqps://` URI, with the virtual host as its path: `amqp://guest:guest@localhost/%2f`.
    pub uri: String,
    /// Stands before every queue's name, so that several installations can share a virtual host. May be empty.
    pub prefix: String,
}

/// A broker over RabbitMQ.
pub struct RabbitMqBroker {
    publisher: Publisher,
    /// Apart from the publisher's connection: RabbitMQ stops reading from connections that publish while it is short of memory
    /// or disk, and that must not hold back acknowledgements.
    receiving: Arc<Link>,
    topology: Topology,
}

impl RabbitMqBroker {
    /// Prepares to connect, without connecting. Fails if the URI cannot be read.
    pub fn new(config: &RabbitMqConfig) -> Result<RabbitMqBroker, BrokerError> {
        let topology = Topology::new(&config.prefix);
        Ok(RabbitMqBroker {
            publisher: Publisher::new(Link::new(&config.uri, "publishing")?, topology.clone()),
            receiving: Arc::new(Link::new(&config.uri, "receiving")?),
            topology,
        })
    }
}

#[async_trait]
impl Broker for RabbitMqBroker {
    async fn publish(&self, messages: &[Message]) -> Result<(), PublishError> {
        self.publisher.publish(messages).await
    }

    async fn receiver(&self, queues: &[String]) -> Result<Box<dyn Receiver>, BrokerError> {
        Ok(Box::new(RabbitReceiver::new(
            Arc::clone(&self.receiving),
            self.topology.clone(),
            queues,
        )))
    }

    async fn health(&self) -> Result<(), BrokerError> {
        self.receiving.channel().await.map(drop)
    }
}
