//! Opens the broker an operator names.

use crate::{Broker, BrokerError, InProcessBroker, RabbitMqBroker, RabbitMqConfig};
use std::sync::Arc;

/// Opens the broker. `url` is `amqp://user:password@host/vhost`; empty: messages travel within this process only.
pub fn open(url: &str) -> Result<Arc<dyn Broker>, BrokerError> {
    if url.is_empty() {
        return Ok(Arc::new(InProcessBroker::default()));
    }
    let config = RabbitMqConfig {
        uri: url.to_owned(),
        prefix: String::new(),
    };
    Ok(Arc::new(RabbitMqBroker::new(&config)?))
}
