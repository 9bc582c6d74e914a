//! Revokes a key.

use crate::access::Admin;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::extract::State;
use axum::http::StatusCode;
use jobs::KeyId;

/// Revokes a key: from now on nobody can use it.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "keys", operation_id = "revoke_key",
    params(("id" = String, Path, description = "The key")),
    responses((status = 204, description = "The key is revoked")))]
pub async fn revoke(_: Admin, State(state): State<ApiState>, Id(id): Id<KeyId>) -> Result<StatusCode, Problem> {
    state.catalog.revoke_key(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
