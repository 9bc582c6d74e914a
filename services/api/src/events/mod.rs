//! What happens, as it happens: server-sent events that a reader can resume.

mod of_all;
mod of_batch;
mod of_job;
mod pulse;
mod stream;

pub use pulse::Pulse;

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoints.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(of_all::events))
        .routes(routes!(of_job::events))
        .routes(routes!(of_batch::events))
}
