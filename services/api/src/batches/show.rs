//! Shows a batch.

use super::BatchView;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::BatchId;

/// Shows a batch: counts, percent, time left, reasons of failures.
#[utoipa::path(get, path = "/v1/batches/{id}", tag = "batches", operation_id = "show_batch",
    params(("id" = String, Path, description = "The batch")),
    responses((status = 200, description = "The batch", body = BatchView)))]
pub async fn show(_: Reader, State(state): State<ApiState>, Id(id): Id<BatchId>) -> Result<Json<BatchView>, Problem> {
    Ok(Json(state.catalog.batch(id).await?.into()))
}
