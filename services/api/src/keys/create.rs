//! Makes a key.

use super::view::KeyView;
use crate::access::{Admin, KeySecret, SCOPES};
use crate::problem::{FieldError, Problem};
use crate::state::ApiState;
use crate::web::JsonBody;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use catalog::{KeyLimits, NewApiKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest name, bytes.
const NAME_BYTES_MAX: usize = 200;

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKey {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it may do: `submit`, `read`, `admin`.
    #[schema(min_items = 1)]
    scopes: Vec<String>,
    /// Requests in a minute; the server's limit unless given.
    #[schema(minimum = 1)]
    requests_per_minute: Option<i64>,
    /// Unfinished jobs at a time; no limit unless given.
    #[schema(minimum = 0)]
    active_jobs_max: Option<i64>,
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
pub struct CreatedKey {
    /// The key.
    #[serde(flatten)]
    key: KeyView,
    /// What its owner sends as `Authorization: Bearer ...`. Shown this once: only its hash is kept.
    secret: String,
}

/// Makes a key. Its secret is shown this once.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", operation_id = "create_key", request_body = CreateKey,
    responses((status = 201, description = "The key and its secret", body = CreatedKey)))]
pub async fn create(
    _: Admin,
    State(state): State<ApiState>,
    JsonBody(wanted): JsonBody<CreateKey>,
) -> Result<(StatusCode, Json<CreatedKey>), Problem> {
    let errors = faults(&wanted);
    if !errors.is_empty() {
        return Err(Problem::invalid_body(errors));
    }
    let secret = KeySecret::random().map_err(Problem::internal)?;
    let new = NewApiKey {
        name: wanted.name.trim().to_owned(),
        secret_sha256: secret.sha256(),
        scopes: wanted.scopes,
        limits: KeyLimits {
            requests_per_minute: wanted.requests_per_minute,
            active_jobs_max: wanted.active_jobs_max,
        },
    };
    let key = state.catalog.create_key(&new).await?.into();
    let secret = secret.text().to_owned();
    Ok((StatusCode::CREATED, Json(CreatedKey { key, secret })))
}

fn faults(wanted: &CreateKey) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if wanted.name.trim().is_empty() || wanted.name.len() > NAME_BYTES_MAX {
        errors.push(FieldError::at("/name", format!("must be 1 to {NAME_BYTES_MAX} bytes of text")));
    }
    if wanted.scopes.is_empty() {
        errors.push(FieldError::at("/scopes", "a key without scopes can do nothing"));
    }
    for (index, scope) in wanted.scopes.iter().enumerate() {
        if !SCOPES.iter().any(|known| known.name() == scope) {
            errors.push(FieldError::at(format!("/scopes/{index}"), "must be submit, read or admin"));
        }
    }
    if wanted.requests_per_minute.is_some_and(|requests| requests < 1) {
        errors.push(FieldError::at("/requests_per_minute", "must be at least 1"));
    }
    if wanted.active_jobs_max.is_some_and(|jobs| jobs < 0) {
        errors.push(FieldError::at("/active_jobs_max", "must be at least 0"));
    }
    errors
}
