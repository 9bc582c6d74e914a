//! Takes a source down.

use super::SourceView;
use crate::access::Admin;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::{Id, Params};
use axum::Json;
use axum::extract::State;
use jobs::SourceId;
use serde::Deserialize;
use utoipa::IntoParams;

/// Longest reason, bytes: a letter, not a file.
const REASON_BYTES_MAX: usize = 4096;

/// Why a source is taken down.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Takedown {
    /// Who asked for it, and why. Kept with the source.
    #[param(min_length = 1, max_length = 4096)]
    reason: String,
}

/// Takes a video down: its jobs are cancelled, its results and files deleted, and it is never accepted again.
#[utoipa::path(delete, path = "/v1/sources/{id}", tag = "sources", operation_id = "take_down_source",
    params(("id" = String, Path, description = "The source"), Takedown),
    responses((status = 200, description = "The source, taken down", body = SourceView)))]
pub async fn take_down(
    _: Admin,
    State(state): State<ApiState>,
    Id(id): Id<SourceId>,
    Params(takedown): Params<Takedown>,
) -> Result<Json<SourceView>, Problem> {
    let reason = takedown.reason.trim();
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(Problem::invalid_query(
            "reason",
            format!("must be 1 to {REASON_BYTES_MAX} bytes of text"),
        ));
    }
    state.catalog.take_down(id, reason).await?;
    tracing::info!(source.id = %id, "a source was taken down");
    Ok(Json(state.catalog.source(id).await?.into()))
}
