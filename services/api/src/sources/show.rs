//! Shows a source.

use super::SourceView;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::SourceId;

/// Shows a video and where it comes from.
#[utoipa::path(get, path = "/v1/sources/{id}", tag = "sources", operation_id = "show_source",
    params(("id" = String, Path, description = "The source")),
    responses((status = 200, description = "The source", body = SourceView)))]
pub async fn show(_: Reader, State(state): State<ApiState>, Id(id): Id<SourceId>) -> Result<Json<SourceView>, Problem> {
    Ok(Json(state.catalog.source(id).await?.into()))
}
