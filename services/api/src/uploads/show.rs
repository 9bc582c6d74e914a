//! Shows an upload.

use super::view::{UploadView, answer};
use crate::access::Submitter;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::extract::State;
use axum::response::IntoResponse;
use jobs::UploadId;

/// Shows an upload, and in the Upload-Offset header where its next bytes begin. HEAD gives the headers alone.
#[utoipa::path(get, path = "/v1/uploads/{id}", tag = "uploads", operation_id = "show_upload",
    params(("id" = String, Path, description = "The upload")),
    responses((status = 200, description = "The upload", body = UploadView, headers(("Upload-Offset" = i64), ("Upload-Length" = i64)))))]
pub async fn show(Submitter(caller): Submitter, State(state): State<ApiState>, Id(id): Id<UploadId>) -> Result<impl IntoResponse, Problem> {
    let upload = state.catalog.upload(id).await?;
    caller.check_owner(upload.key)?;
    Ok(answer(upload))
}
