//! Somewhere else is told when jobs and batches end.

mod create;
mod delete;
mod deliveries;
mod list;
mod replay;
mod view;

use crate::access::Caller;
use crate::problem::Problem;
use crate::state::ApiState;
use catalog::Endpoint;
use jobs::EndpointId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoints.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(delete::delete))
        .routes(routes!(deliveries::deliveries))
        .routes(routes!(replay::replay))
}

/// An endpoint of the caller's, or any for administrators.
async fn own_endpoint(state: &ApiState, caller: &Caller, id: EndpointId) -> Result<Endpoint, Problem> {
    let endpoints = state.catalog.list_endpoints().await?;
    let endpoint = endpoints.into_iter().find(|endpoint| endpoint.id == id);
    let endpoint = endpoint.ok_or_else(|| Problem::not_found(format!("webhook {id}")))?;
    caller.check_owner(endpoint.key)?;
    Ok(endpoint)
}
