//! Doorbells that say a job may be ready: over RabbitMQ or within one process.
//!
//! A message is a hint. It may be lost, late, doubled or forged, and nothing worse happens than a look into the catalog that was
//! not needed, or one that comes a few seconds later. Knows nothing of jobs; bodies are bytes.

mod error;
mod in_process;
mod open;
mod rabbitmq;
pub mod suite;

pub use error::{BrokerError, PublishError};
pub use in_process::InProcessBroker;
pub use open::open;
pub use rabbitmq::{RabbitMqBroker, RabbitMqConfig};

use async_trait::async_trait;
use std::time::Duration;

/// A message to a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The queue's name, without the broker's own prefix.
    pub queue: String,
    /// What is said.
    pub body: Vec<u8>,
    /// W3C trace context, which travels in a header.
    pub traceparent: Option<String>,
}

/// Carries messages.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Sends messages. They are safe with the broker when this returns; otherwise all of them have to be sent again.
    async fn publish(&self, messages: &[Message]) -> Result<(), PublishError>;

    /// Takes messages from these queues, the most urgent first. Each slot of a worker has a receiver of its own.
    async fn receiver(&self, queues: &[String]) -> Result<Box<dyn Receiver>, BrokerError>;

    /// Whether the broker answers.
    async fn health(&self) -> Result<(), BrokerError>;
}

/// Takes one message at a time. While it is not asked, nothing is held back from others.
#[async_trait]
pub trait Receiver: Send {
    /// The next message, if one comes within this time. A broker that is away looks like one without messages.
    async fn take_one(&mut self, wait: Duration) -> Option<Box<dyn Delivery>>;
}

/// A message that was taken. Dropped without an answer it is delivered again.
#[async_trait]
pub trait Delivery: Send {
    /// What is said.
    fn body(&self) -> &[u8];
    /// W3C trace context.
    fn traceparent(&self) -> Option<&str>;
    /// It was understood, and is done with.
    async fn ack(self: Box<Self>);
    /// Nobody can read it: it goes to the queue of dead letters, for people.
    async fn reject_undecodable(self: Box<Self>);
}
