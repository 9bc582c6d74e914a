//! A key as the API shows it.

use catalog::ApiKey;
use jobs::KeyId;
use serde::Serialize;
use utoipa::ToSchema;

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyView {
    /// Its id.
    #[schema(value_type = String, pattern = "^key_[0-9a-f]{32}$")]
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// What it may do: `submit`, `read`, `admin`.
    pub scopes: Vec<String>,
    /// Requests in a minute; null: the server's limit.
    pub requests_per_minute: Option<i64>,
    /// Unfinished jobs at a time; null: no limit.
    pub active_jobs_max: Option<i64>,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> KeyView {
        KeyView {
            id: key.id,
            name: key.name,
            scopes: key.scopes,
            requests_per_minute: key.limits.requests_per_minute,
            active_jobs_max: key.limits.active_jobs_max,
            created_ms: key.created_ms,
            revoked_ms: key.revoked_ms,
        }
    }
}
