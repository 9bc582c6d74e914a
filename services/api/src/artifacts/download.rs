//! Serves a job's file, or a part of it.

use super::range::{Wanted, wanted};
use crate::access::Reader;
use crate::problem::{Problem, codes};
use crate::state::ApiState;
use crate::web::Params;
use ::artifacts::{ArtifactRef, ContentHash};
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use catalog::Artifact;
use jobs::JobId;
use serde::Deserialize;
use std::ops::Range;
use std::time::Duration;
use utoipa::IntoParams;

/// How long a presigned address is good for: longer than a slow client takes to begin, shorter than it takes to be passed around.
const PRESIGNED_FOR: Duration = Duration::from_secs(15 * 60);

/// How a file is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Download {
    /// 1: be sent to the store itself, where it can be reached.
    #[param(minimum = 0, maximum = 1)]
    redirect: Option<u8>,
}

/// Serves a file, or one range of it. Its ETag is its hash.
#[utoipa::path(get, path = "/v1/jobs/{id}/artifacts/{name}", tag = "artifacts", operation_id = "download_artifact",
    params(("id" = String, Path, description = "The job"), ("name" = String, Path, description = "The file's name"), Download,
        ("Range" = Option<String>, Header, description = "One range of bytes")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = String),
        (status = 206, description = "A part of it", content_type = "application/octet-stream", body = String),
        (status = 302, description = "Where the store serves it"),
        (status = 304, description = "It is what the caller has"),
        (status = 416, description = "The range lies outside", content_type = "application/problem+json", body = crate::problem::ProblemBody)))]
pub async fn download(
    _: Reader,
    State(state): State<ApiState>,
    path: Result<Path<(String, String)>, PathRejection>,
    Params(how): Params<Download>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Path((id, name)) = path.map_err(|error| Problem::not_found("such file").because(error))?;
    let id: JobId = id.parse().map_err(|_| Problem::not_found("such job"))?;
    let artifacts = state.catalog.artifacts(id).await?;
    let artifact = artifacts
        .into_iter()
        .find(|artifact| artifact.name == name)
        .ok_or_else(|| Problem::not_found(format!("file {name:?} of {id}")))?;
    let object = object(&artifact)?;
    if how.redirect == Some(1)
        && let Some(address) = state
            .store
            .presigned_url(&object.key(), PRESIGNED_FOR, Some(&artifact.name))
            .await?
    {
        return Ok((StatusCode::FOUND, [(LOCATION, address)]).into_response());
    }
    let etag = format!("\"{}\"", artifact.sha256);
    let given = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if given(IF_NONE_MATCH)
        .is_some_and(|known| known.trim() == "*" || known.split(',').any(|one| one.trim().trim_start_matches("W/") == etag))
    {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    // A part is only good for who has the rest of this very file.
    let range = given(RANGE).filter(|_| given(IF_RANGE).is_none_or(|known| known == etag));
    match wanted(range, object.size_bytes) {
        Wanted::Whole => Ok(serve(&state, &artifact, &object, None)),
        Wanted::Part(range) => Ok(serve(&state, &artifact, &object, Some(range))),
        Wanted::Nothing => {
            let length = HeaderValue::try_from(format!("bytes */{}", object.size_bytes)).map_err(Problem::internal)?;
            let problem = Problem::new(codes::RANGE_NOT_SATISFIABLE, format!("the file has {} bytes", object.size_bytes));
            Err(problem.header(CONTENT_RANGE, length))
        }
    }
}

fn object(artifact: &Artifact) -> Result<ArtifactRef, Problem> {
    let sha256: ContentHash = artifact.sha256.parse().map_err(Problem::internal)?;
    let size_bytes = u64::try_from(artifact.size_bytes).map_err(Problem::internal)?;
    Ok(ArtifactRef { sha256, size_bytes })
}

fn serve(state: &ApiState, artifact: &Artifact, object: &ArtifactRef, range: Option<Range<u64>>) -> Response {
    let whole = 0..object.size_bytes;
    let sent = range.clone().unwrap_or(whole);
    let body = Body::from_stream(state.store.stream(object, range.clone()));
    let mut response = body.into_response();
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let headers = response.headers_mut();
    let file_name = artifact
        .name
        .replace(|sign: char| !sign.is_ascii_graphic() || matches!(sign, '"' | '\\' | '/'), "_");
    let text = [
        (CONTENT_TYPE, artifact.media_type.clone()),
        (CONTENT_LENGTH, (sent.end - sent.start).to_string()),
        (ETAG, format!("\"{}\"", artifact.sha256)),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")),
        // Another result may stand under the same name once the job is tried again: ask, with the ETag.
        (CACHE_CONTROL, "private, no-cache".to_owned()),
        // Whatever a file says it is, no browser runs it in our name.
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
    ];
    for (name, value) in text {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    if range.is_some()
        && let Ok(value) = HeaderValue::try_from(format!("bytes {}-{}/{}", sent.start, sent.end - 1, object.size_bytes))
    {
        headers.insert(CONTENT_RANGE, value);
    }
    response
}
