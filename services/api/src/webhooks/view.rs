//! A webhook as the API shows it.

use catalog::{Delivery, Endpoint};
use jobs::{EndpointId, KeyId};
use serde::Serialize;
use utoipa::ToSchema;

/// Somewhere webhooks are sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    /// Its id.
    #[schema(value_type = String, pattern = "^endpoint_[0-9a-f]{32}$")]
    pub id: EndpointId,
    /// Whose.
    #[schema(value_type = Option<String>)]
    pub key: Option<KeyId>,
    /// Where.
    pub url: String,
    /// Which events; empty: all.
    pub events: Vec<String>,
    /// Since when every try failed, milliseconds since 1970.
    pub failing_since_ms: Option<i64>,
    /// When it was switched off, because it failed for days or said that it is gone.
    pub disabled_ms: Option<i64>,
    /// When it was made.
    pub created_ms: i64,
}

/// A message to a webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// Its place in the list.
    pub seq: i64,
    /// The same for every try: the `webhook-id` header.
    pub message_id: String,
    /// What happened.
    pub event: String,
    /// Tries so far.
    pub tries: i64,
    /// When it is tried next, milliseconds since 1970; null: delivered, or given up.
    pub next_try_ms: Option<i64>,
    /// What was answered last.
    pub last_status: Option<i64>,
    /// Or why nobody could be asked.
    pub last_error: Option<String>,
    /// When it was taken.
    pub delivered_ms: Option<i64>,
    /// When it was written.
    pub created_ms: i64,
}

impl From<Endpoint> for WebhookView {
    fn from(endpoint: Endpoint) -> WebhookView {
        WebhookView {
            id: endpoint.id,
            key: endpoint.key,
            url: endpoint.url,
            events: endpoint.event_names,
            failing_since_ms: endpoint.failing_since_ms,
            disabled_ms: endpoint.disabled_ms,
            created_ms: endpoint.created_ms,
        }
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> DeliveryView {
        DeliveryView {
            seq: delivery.seq,
            message_id: delivery.message_id,
            event: delivery.event_name,
            tries: delivery.tries,
            next_try_ms: delivery.next_try_ms,
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            delivered_ms: delivery.delivered_ms,
            created_ms: delivery.created_ms,
        }
    }
}
