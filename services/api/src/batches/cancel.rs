//! Cancels a batch.

use super::BatchView;
use crate::access::Submitter;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::BatchId;

/// Cancels all of a batch's jobs that belong to no other batch.
#[utoipa::path(post, path = "/v1/batches/{id}/cancel", tag = "batches", operation_id = "cancel_batch",
    params(("id" = String, Path, description = "The batch")),
    responses((status = 200, description = "The batch afterwards", body = BatchView)))]
pub async fn cancel(Submitter(caller): Submitter, State(state): State<ApiState>, Id(id): Id<BatchId>) -> Result<Json<BatchView>, Problem> {
    caller.check_owner(state.catalog.batch(id).await?.key)?;
    let cancelled = state.catalog.cancel_batch(id).await?;
    tracing::info!(batch.id = %id, jobs = cancelled, "a batch was cancelled");
    Ok(Json(state.catalog.batch(id).await?.into()))
}
