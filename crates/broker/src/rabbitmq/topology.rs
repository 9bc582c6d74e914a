//! Which queues there are, and of what kind.

use super::link::within;
use crate::BrokerError;
use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel};

/// Where messages go that nobody can read, after the prefix.
const DEAD_LETTERS: &str = "toccata.dead_letters";
/// Messages a queue holds; older ones are dropped for newer. A thousand hints that something may be ready are as good as a million,
/// and stale hints cost a look into the catalog each.
const QUEUE_LENGTH_MAX: i64 = 1000;
/// RabbitMQ's number for messages that survive its restart.
const PERSISTENT: u8 = 2;
const TRACEPARENT: &str = "traceparent";

/// The names and kinds of the queues. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    prefix: String,
}

impl Topology {
    pub(super) fn new(prefix: &str) -> Topology {
        Topology { prefix: prefix.to_owned() }
    }

    /// The queue's name in RabbitMQ.
    pub(super) fn name(&self, queue: &str) -> String {
        format!("{}{queue}", self.prefix)
    }

    /// A queue's name without the prefix.
    pub(super) fn without_prefix(&self, name: &str) -> String {
        name.strip_prefix(&self.prefix).unwrap_or(name).to_owned()
    }

    pub(super) fn dead_letters(&self) -> String {
        self.name(DEAD_LETTERS)
    }

    /// Makes sure that a queue is there. Takes its whole name.
    ///
    /// It has no dead-letter exchange: RabbitMQ 4 sends messages there too that were delivered 20 times, and the queue of dead
    /// letters is for what nobody can read.
    pub(super) async fn declare(&self, channel: &Channel, name: &str) -> Result<(), BrokerError> {
        let durable = QueueDeclareOptions {
            durable: true,
            ..Default::default()
        };
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        arguments.insert("x-max-length".into(), AMQPValue::LongLongInt(QUEUE_LENGTH_MAX));
        within("declare a queue", channel.queue_declare(name.into(), durable, arguments))
            .await
            .map(drop)
    }
}

/// The properties of a message: it survives a restart, and carries its trace context.
pub(super) fn properties(traceparent: Option<&str>) -> BasicProperties {
    let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
    let Some(traceparent) = traceparent else { return properties };
    let mut headers = FieldTable::default();
    headers.insert(TRACEPARENT.into(), AMQPValue::LongString(traceparent.into()));
    properties.with_headers(headers)
}

/// The trace context of a message, whoever wrote it.
pub(super) fn traceparent(properties: &BasicProperties) -> Option<String> {
    let value = properties.headers().as_ref()?.inner().get(TRACEPARENT)?;
    let text = value.as_long_string()?;
    std::str::from_utf8(text.as_bytes()).ok().map(str::to_owned)
}
