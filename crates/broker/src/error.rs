//! How carrying fails.

/// The broker cannot be used now.
#[derive(Debug, thiserror::Error)]
#[error("the broker cannot be used to {step}")]
pub struct BrokerError {
    /// What was tried.
    pub step: &'static str,
    /// Why it failed.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Messages could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The broker is away, or refuses.
    #[error(transparent)]
    Broker(#[from] BrokerError),
    /// There is no such queue.
    #[error("the broker has no queue {queue}")]
    Unroutable {
        /// The queue.
        queue: String,
    },
    /// The broker did not say in time that the messages are safe.
    #[error("the broker confirmed {confirmed} of {sent} messages")]
    Unconfirmed {
        /// Messages sent.
        sent: usize,
        /// Messages confirmed.
        confirmed: usize,
    },
}
