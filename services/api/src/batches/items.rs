//! Lists the lines of a batch.

use super::BatchItemView;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::{Id, Page, PageRequest, Params, checked_limit, read_cursor};
use axum::Json;
use axum::extract::State;
use jobs::BatchId;

/// Lists the lines of a batch in their order: each is a job or a refusal.
#[utoipa::path(get, path = "/v1/batches/{id}/items", tag = "batches", operation_id = "list_batch_items",
    params(("id" = String, Path, description = "The batch"), PageRequest),
    responses((status = 200, description = "A page of lines", body = Page<BatchItemView>)))]
pub async fn items(
    _: Reader,
    State(state): State<ApiState>,
    Id(id): Id<BatchId>,
    Params(wanted): Params<PageRequest>,
) -> Result<Json<Page<BatchItemView>>, Problem> {
    /// Before the first line.
    const BEGINNING: i64 = -1;
    let limit = checked_limit(wanted.limit)?;
    let after = read_cursor(wanted.cursor.as_deref())?.unwrap_or(BEGINNING);
    state.catalog.batch(id).await?;
    let items = state.catalog.batch_items(id, after, limit + 1).await?;
    Ok(Json(Page::cut(items, limit, |item| item.position).map(BatchItemView::from)))
}
