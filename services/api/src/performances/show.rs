//! Shows a performance.

use super::PerformanceView;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::PerformanceId;

/// Shows a labelled performance.
#[utoipa::path(get, path = "/v1/performances/{id}", tag = "performances", operation_id = "show_performance",
    params(("id" = String, Path, description = "The performance")),
    responses((status = 200, description = "The performance", body = PerformanceView)))]
pub async fn show(_: Reader, State(state): State<ApiState>, Id(id): Id<PerformanceId>) -> Result<Json<PerformanceView>, Problem> {
    Ok(Json(state.catalog.performance(id).await?.into()))
}
