//! Sends a message to a webhook again.

use super::own_endpoint;
use crate::access::Submitter;
use crate::problem::Problem;
use crate::state::ApiState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jobs::EndpointId;

/// Sends a message again: soon, with the same `webhook-id`.
#[utoipa::path(post, path = "/v1/webhooks/{id}/deliveries/{seq}/replay", tag = "webhooks", operation_id = "replay_delivery",
    params(("id" = String, Path, description = "The webhook"), ("seq" = i64, Path, description = "The message")),
    responses((status = 202, description = "It will be sent")))]
pub async fn replay(
    Submitter(caller): Submitter,
    State(state): State<ApiState>,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path((id, seq)) = path.map_err(|error| Problem::not_found("such message").because(error))?;
    let id: EndpointId = id.parse().map_err(|_| Problem::not_found("such webhook"))?;
    let seq: i64 = seq.parse().map_err(|_| Problem::not_found("such message"))?;
    own_endpoint(&state, &caller, id).await?;
    state.catalog.replay_delivery(id, seq).await?;
    Ok(StatusCode::ACCEPTED)
}
