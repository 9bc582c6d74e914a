//! Deletes a webhook.

use super::own_endpoint;
use crate::access::Submitter;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::extract::State;
use axum::http::StatusCode;
use jobs::EndpointId;

/// Deletes a webhook, and what was still to be sent to it.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks", operation_id = "delete_webhook",
    params(("id" = String, Path, description = "The webhook")),
    responses((status = 204, description = "The webhook is gone")))]
pub async fn delete(Submitter(caller): Submitter, State(state): State<ApiState>, Id(id): Id<EndpointId>) -> Result<StatusCode, Problem> {
    own_endpoint(&state, &caller, id).await?;
    state.catalog.delete_endpoint(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
