//! Tries a batch's failed jobs again.

use super::BatchView;
use crate::access::Submitter;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::BatchId;

/// Tries a batch's discarded jobs again.
#[utoipa::path(post, path = "/v1/batches/{id}/retry-failed", tag = "batches", operation_id = "retry_failed",
    params(("id" = String, Path, description = "The batch")),
    responses((status = 200, description = "The batch afterwards", body = BatchView)))]
pub async fn retry_failed(
    Submitter(caller): Submitter,
    State(state): State<ApiState>,
    Id(id): Id<BatchId>,
) -> Result<Json<BatchView>, Problem> {
    caller.check_owner(state.catalog.batch(id).await?.key)?;
    let retried = state.catalog.retry_failed(id).await?;
    tracing::info!(batch.id = %id, jobs = retried, "a batch's failed jobs are tried again");
    Ok(Json(state.catalog.batch(id).await?.into()))
}
