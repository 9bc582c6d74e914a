//! What the duties beside the API work on: doorbells, webhooks, uploads, facts for metrics.

use jobs::{Class, EndpointId, JobId, JobKind, KeyId, UploadId};

/// A doorbell to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bell {
    /// Its place in the outbox.
    pub seq: i64,
    /// The job that may be ready (a hint).
    pub job: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// Its class.
    pub class: Class,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// When it was written.
    pub created_ms: i64,
}

/// What the rescuer did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Jobs whose worker was lost and which will be tried again.
    pub retried: i64,
    /// Jobs that lost too many workers.
    pub discarded: i64,
}

/// Jobs of one kind and class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFact {
    /// Which kind.
    pub kind: JobKind,
    /// Which class.
    pub class: Class,
    /// Waiting for a worker.
    pub available: i64,
    /// Being worked on.
    pub running: i64,
    /// Waiting until due.
    pub retryable: i64,
    /// Milliseconds the oldest has waited for a worker.
    pub oldest_ms: i64,
}

/// Somewhere webhooks go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose.
    pub key: Option<KeyId>,
    /// Where.
    pub url: String,
    /// Signs what is sent.
    pub secret: String,
    /// Which events; empty: all.
    pub event_names: Vec<String>,
    /// Since when every try failed.
    pub failing_since_ms: Option<i64>,
    /// When it was switched off.
    pub disabled_ms: Option<i64>,
    /// When it was made.
    pub created_ms: i64,
}

/// An endpoint to be made.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    /// Whose.
    pub key: Option<KeyId>,
    /// Where.
    pub url: String,
    /// Signs what is sent.
    pub secret: String,
    /// Which events; empty: all.
    pub event_names: Vec<String>,
}

/// A message to an endpoint.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its place in the list.
    pub seq: i64,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// The endpoint's address.
    pub url: String,
    /// The endpoint's secret.
    pub secret: String,
    /// The same for every try.
    pub message_id: String,
    /// What happened.
    pub event_name: String,
    /// What is sent.
    pub body: String,
    /// Tries so far.
    pub tries: i64,
    /// When it is tried next.
    pub next_try_ms: Option<i64>,
    /// What the endpoint answered last.
    pub last_status: Option<i64>,
    /// Or why it could not be asked.
    pub last_error: Option<String>,
    /// When it was taken.
    pub delivered_ms: Option<i64>,
    /// When it was written.
    pub created_ms: i64,
}

/// How a try went.
#[derive(Clone, Debug)]
pub struct DeliveryResult {
    /// What the endpoint answered.
    pub status: Option<u16>,
    /// Or why it could not be asked.
    pub error: Option<String>,
    /// Milliseconds until the next try; none: delivered, or given up.
    pub retry_after_ms: Option<i64>,
    /// It was taken.
    pub delivered: bool,
    /// Switch the endpoint off.
    pub disable_endpoint: bool,
}

/// A file being uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Whose.
    pub key: Option<KeyId>,
    /// The file's name.
    pub name: String,
    /// Its whole length.
    pub size_bytes: i64,
    /// Its hash, if the uploader gave one.
    pub sha256: Option<String>,
    /// What has arrived.
    pub received_bytes: i64,
    /// Its hash in the store, once complete.
    pub artifact_sha256: Option<String>,
    /// When it was begun.
    pub created_ms: i64,
    /// When it is forgotten unless complete.
    pub expires_ms: i64,
}
