//! Lists batches.

use super::BatchView;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::{Page, PageRequest, Params, checked_limit, read_cursor};
use axum::Json;
use axum::extract::State;

/// Lists batches, newest first.
#[utoipa::path(get, path = "/v1/batches", tag = "batches", operation_id = "list_batches", params(PageRequest),
    responses((status = 200, description = "A page of batches", body = Page<BatchView>)))]
pub async fn list(_: Reader, State(state): State<ApiState>, Params(wanted): Params<PageRequest>) -> Result<Json<Page<BatchView>>, Problem> {
    let limit = checked_limit(wanted.limit)?;
    let batches = state
        .catalog
        .list_batches(read_cursor(wanted.cursor.as_deref())?, limit + 1)
        .await?;
    Ok(Json(Page::cut(batches, limit, |batch| batch.id).map(BatchView::from)))
}
