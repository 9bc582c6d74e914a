//! Who may do what, and requests that must not be done twice.

use jobs::KeyId;

/// An API key. Its secret is kept as a hash only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// What it may do: `submit`, `read`, `admin`.
    pub scopes: Vec<String>,
    /// How much of it.
    pub limits: KeyLimits,
    /// When it was made.
    pub created_ms: i64,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
}

/// Limits of a key; none: unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyLimits {
    /// Requests in a minute.
    pub requests_per_minute: Option<i64>,
    /// Unfinished jobs at a time.
    pub active_jobs_max: Option<i64>,
}

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What people call it.
    pub name: String,
    /// SHA-256 of its secret.
    pub secret_sha256: [u8; 32],
    /// What it may do.
    pub scopes: Vec<String>,
    /// How much of it.
    pub limits: KeyLimits,
}

/// What is known of a request that came with an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idempotent {
    /// Nothing: answer it and keep the answer.
    New,
    /// It is being answered.
    InProgress,
    /// Another request came with the same key.
    OtherRequest,
    /// It was answered.
    Answered(StoredAnswer),
}

/// A kept answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers to repeat: JSON object.
    pub headers: String,
    /// The body.
    pub body: Vec<u8>,
}
