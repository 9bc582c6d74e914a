//! Lists what was sent to a webhook.

use super::own_endpoint;
use super::view::DeliveryView;
use crate::access::Submitter;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::{Id, Page, PageRequest, Params, checked_limit, read_cursor};
use axum::Json;
use axum::extract::State;
use jobs::EndpointId;

/// Lists the messages to a webhook, newest first.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", operation_id = "list_deliveries",
    params(("id" = String, Path, description = "The webhook"), PageRequest),
    responses((status = 200, description = "A page of messages", body = Page<DeliveryView>)))]
pub async fn deliveries(
    Submitter(caller): Submitter,
    State(state): State<ApiState>,
    Id(id): Id<EndpointId>,
    Params(wanted): Params<PageRequest>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let limit = checked_limit(wanted.limit)?;
    let before = read_cursor(wanted.cursor.as_deref())?;
    own_endpoint(&state, &caller, id).await?;
    let deliveries = state.catalog.list_deliveries(id, before, limit + 1).await?;
    Ok(Json(Page::cut(deliveries, limit, |delivery| delivery.seq).map(DeliveryView::from)))
}
