//! Lists sources.

use super::SourceView;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::{Page, PageRequest, Params, checked_limit, read_cursor};
use axum::Json;
use axum::extract::State;

/// Lists videos, whoever submitted them, newest first.
#[utoipa::path(get, path = "/v1/sources", tag = "sources", operation_id = "list_sources", params(PageRequest),
    responses((status = 200, description = "A page of sources", body = Page<SourceView>)))]
pub async fn list(
    _: Reader,
    State(state): State<ApiState>,
    Params(wanted): Params<PageRequest>,
) -> Result<Json<Page<SourceView>>, Problem> {
    let limit = checked_limit(wanted.limit)?;
    let sources = state
        .catalog
        .list_sources(read_cursor(wanted.cursor.as_deref())?, limit + 1)
        .await?;
    Ok(Json(Page::cut(sources, limit, |source| source.id).map(SourceView::from)))
}
