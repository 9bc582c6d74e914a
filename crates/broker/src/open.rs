//! Opens the broker an operator names.

use crate::{Broker, BrokerError, InProcessBroker};
use std::sync::Arc;

/// Opens the broker. `url` is `amqp://user:password@host/vhost`; empty: messages travel within this process only.
pub fn open(url: &str) -> Result<Arc<dyn Broker>, BrokerError> {
    if url.is_empty() {
        return Ok(Arc::new(InProcessBroker::default()));
    }
    Err(BrokerError {
        step: "open it",
        source: "this program carries messages within one process only".into(),
    })
}
