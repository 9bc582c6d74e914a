//! Begins an upload.

use super::view::{UploadView, answer};
use crate::access::Submitter;
use crate::problem::{FieldError, Problem, codes};
use crate::state::ApiState;
use crate::web::JsonBody;
use ::artifacts::ContentHash;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Longest name of a file, bytes: that of common file systems.
const NAME_BYTES_MAX: usize = 255;
const HOUR: Duration = Duration::from_secs(3600);

/// A file to be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUpload {
    /// Its name, without folders.
    #[schema(min_length = 1, max_length = 255, pattern = "^[^/\\\\\\u0000-\\u001f]+$")]
    name: String,
    /// Its length.
    #[schema(minimum = 1)]
    size_bytes: i64,
    /// Its SHA-256, if known: the upload is refused at its end if it differs.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: Option<String>,
}

/// Begins an upload. Its bytes follow by PATCH.
#[utoipa::path(post, path = "/v1/uploads", tag = "uploads", operation_id = "create_upload", request_body = CreateUpload,
    responses((status = 201, description = "The upload, without bytes", body = UploadView, headers(("Location" = String), ("Upload-Offset" = i64)))))]
pub async fn create(
    Submitter(caller): Submitter,
    State(state): State<ApiState>,
    JsonBody(wanted): JsonBody<CreateUpload>,
) -> Result<impl IntoResponse, Problem> {
    let errors = faults(&wanted);
    if !errors.is_empty() {
        return Err(Problem::invalid_body(errors));
    }
    let limits = state.settings.limits;
    if wanted.size_bytes.unsigned_abs() > limits.upload_bytes_max {
        let detail = format!("files of at most {} bytes are taken", limits.upload_bytes_max);
        return Err(Problem::new(codes::BODY_TOO_LARGE, detail));
    }
    let upload = state
        .catalog
        .create_upload(
            caller.key(),
            &wanted.name,
            wanted.size_bytes,
            wanted.sha256.as_deref(),
            HOUR * limits.upload_keep_hours,
        )
        .await?;
    let location = [(LOCATION, format!("/v1/uploads/{}", upload.id))];
    Ok((StatusCode::CREATED, location, answer(upload)))
}

fn faults(wanted: &CreateUpload) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let is_plain = !wanted.name.chars().any(|sign| sign.is_control() || matches!(sign, '/' | '\\'));
    if wanted.name.is_empty() || wanted.name.len() > NAME_BYTES_MAX || !is_plain {
        let detail = format!("must be a file's name of 1 to {NAME_BYTES_MAX} bytes, without folders");
        errors.push(FieldError::at("/name", detail));
    }
    if wanted.size_bytes < 1 {
        errors.push(FieldError::at("/size_bytes", "must be at least 1"));
    }
    if wanted.sha256.as_ref().is_some_and(|sha256| sha256.parse::<ContentHash>().is_err()) {
        errors.push(FieldError::at("/sha256", "must be 64 lower-case hexadecimal digits"));
    }
    errors
}
