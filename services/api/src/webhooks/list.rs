//! Lists webhooks.

use super::view::WebhookView;
use crate::access::{Scope, Submitter};
use crate::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhooks {
    /// The caller's; all of them for administrators.
    items: Vec<WebhookView>,
}

/// Lists the caller's webhooks; all of them for administrators.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", operation_id = "list_webhooks",
    responses((status = 200, description = "The webhooks", body = Webhooks)))]
pub async fn list(Submitter(caller): Submitter, State(state): State<ApiState>) -> Result<Json<Webhooks>, Problem> {
    let all = caller.may(Scope::Admin);
    let endpoints = state.catalog.list_endpoints().await?;
    let own = endpoints.into_iter().filter(|endpoint| all || endpoint.key == caller.key());
    Ok(Json(Webhooks {
        items: own.map(WebhookView::from).collect(),
    }))
}
