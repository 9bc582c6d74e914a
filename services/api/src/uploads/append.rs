//! Takes the next bytes of an upload.

use super::view::{UPLOAD_OFFSET, UploadView, answer};
use super::writers::Writer;
use crate::access::Submitter;
use crate::problem::{Problem, codes};
use crate::state::ApiState;
use crate::web::Id;
use ::artifacts::{AssembleError, ContentHash};
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use bytes::{Bytes, BytesMut};
use catalog::{CatalogError, Upload};
use futures::StreamExt;
use jobs::UploadId;
use std::time::Duration;

/// Bytes kept in memory until they are stored together, and lost if the connection breaks.
const CHUNK_BYTES: usize = 8 << 20;
/// A sender that sends nothing for so long is gone; what came is kept.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// When to ask again while somebody else writes.
const BUSY_RETRY: Duration = Duration::from_secs(5);

/// Takes the next bytes of an upload, which begin at Upload-Offset. Who lost count is told the right offset with the 409. With the
/// last byte the file goes into the store; should that fail, an empty PATCH at its end tries again.
#[utoipa::path(patch, path = "/v1/uploads/{id}", tag = "uploads", operation_id = "append_to_upload",
    params(("id" = String, Path, description = "The upload"), ("Upload-Offset" = i64, Header, description = "Where these bytes begin")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "The upload", body = UploadView, headers(("Upload-Offset" = i64)))))]
pub async fn append(
    Submitter(caller): Submitter,
    State(state): State<ApiState>,
    Id(id): Id<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let offset_bytes = offset(&headers)?;
    caller.check_owner(state.catalog.upload(id).await?.key)?;
    let writer = state
        .writers
        .enter(id)
        .ok_or_else(|| Problem::new(codes::UPLOAD_BUSY, format!("another request is sending bytes of {id}")).retry_after(BUSY_RETRY))?;
    // Asked once nobody else writes.
    let upload = state.catalog.upload(id).await?;
    if offset_bytes != upload.received_bytes {
        return Err(elsewhere(&upload));
    }
    let upload = receive(&state, upload, body.into_data_stream()).await?;
    if upload.received_bytes < upload.size_bytes || upload.artifact_sha256.is_some() {
        return Ok(answer(upload));
    }
    // Goes on if the sender hangs up now.
    let completing = tokio::spawn(complete(state, upload, writer));
    completing.await.map_err(Problem::internal)?.map(answer)
}

fn offset(headers: &HeaderMap) -> Result<i64, Problem> {
    let text = headers.get(UPLOAD_OFFSET).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.trim().parse().ok())
        .filter(|offset| *offset >= 0)
        .ok_or_else(|| Problem::new(codes::INVALID_HEADER, "Upload-Offset must say where these bytes begin"))
}

fn elsewhere(upload: &Upload) -> Problem {
    let detail = format!("{} has received {} bytes: go on there", upload.id, upload.received_bytes);
    Problem::new(codes::UPLOAD_OFFSET, detail).header(UPLOAD_OFFSET, HeaderValue::from(upload.received_bytes))
}

/// Stores what comes, chunk by chunk. A chunk counts once the catalog has heard of it.
async fn receive(state: &ApiState, mut upload: Upload, mut body: BodyDataStream) -> Result<Upload, Problem> {
    let mut held = BytesMut::new();
    let end = loop {
        match tokio::time::timeout(SILENCE_MAX, body.next()).await {
            Ok(Some(Ok(piece))) => held.extend_from_slice(&piece),
            Ok(None) => break Ok(()),
            Ok(Some(Err(error))) => break Err(Problem::new(codes::BODY_CUT_OFF, "the bytes broke off; what came is kept").because(error)),
            Err(_) => break Err(Problem::new(codes::BODY_CUT_OFF, "the bytes stopped coming; what came is kept")),
        }
        while held.len() >= CHUNK_BYTES {
            upload = keep(state, &upload, held.split_to(CHUNK_BYTES).freeze()).await?;
        }
    };
    if !held.is_empty() {
        upload = keep(state, &upload, held.freeze()).await?;
    }
    end.map(|()| upload)
}

async fn keep(state: &ApiState, upload: &Upload, chunk: Bytes) -> Result<Upload, Problem> {
    let from_bytes = upload.received_bytes;
    let to_bytes = from_bytes.saturating_add(i64::try_from(chunk.len()).unwrap_or(i64::MAX));
    if to_bytes > upload.size_bytes {
        let detail = format!("{} was announced with {} bytes; more came", upload.id, upload.size_bytes);
        return Err(Problem::new(codes::BODY_TOO_LARGE, detail));
    }
    state.store.put_chunk(upload.id, from_bytes.unsigned_abs(), chunk).await?;
    match state.catalog.advance_upload(upload.id, from_bytes, to_bytes).await {
        Ok(upload) => Ok(upload),
        Err(CatalogError::Conflict { code: "upload_offset", .. }) => Err(elsewhere(&state.catalog.upload(upload.id).await?)),
        Err(error) => Err(error.into()),
    }
}

/// Makes a file of the chunks. They go once the catalog knows of the file; what stays by accident is swept later.
async fn complete(state: ApiState, upload: Upload, _writer: Writer) -> Result<Upload, Problem> {
    let promised: Option<ContentHash> = upload.sha256.as_deref().map(str::parse).transpose().map_err(Problem::internal)?;
    let artifact = state
        .store
        .assemble(upload.id, upload.size_bytes.unsigned_abs(), promised.as_ref())
        .await
        .map_err(unusable)?;
    let upload = state.catalog.complete_upload(upload.id, artifact.sha256.as_str()).await?;
    if let Err(error) = state.store.discard_upload(upload.id).await {
        tracing::warn!(upload.id = %upload.id, %error, "the chunks of a complete upload stay until they are swept");
    }
    Ok(upload)
}

fn unusable(error: AssembleError) -> Problem {
    match error {
        AssembleError::Store { source, .. } => source.into(),
        AssembleError::NotAsPromised { .. } => Problem::new(codes::UPLOAD_HASH, error.to_string()),
        error => Problem::new(codes::UPLOAD_DAMAGED, format!("{error}: begin a new upload")),
    }
}
