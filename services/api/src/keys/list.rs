//! Lists keys.

use super::view::KeyView;
use crate::access::Admin;
use crate::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct Keys {
    /// All of them, revoked ones too.
    items: Vec<KeyView>,
}

/// Lists all keys, revoked ones too.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", operation_id = "list_keys",
    responses((status = 200, description = "The keys", body = Keys)))]
pub async fn list(_: Admin, State(state): State<ApiState>) -> Result<Json<Keys>, Problem> {
    let keys = state.catalog.list_keys().await?;
    Ok(Json(Keys {
        items: keys.into_iter().map(KeyView::from).collect(),
    }))
}
