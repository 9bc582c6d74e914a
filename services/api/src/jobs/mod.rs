//! Looking at jobs, and cancelling and retrying them.

mod cancel;
mod list;
mod retry;
mod show;
mod view;

pub use view::{CostView, FailureView, JobView};

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoints.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(show::show))
        .routes(routes!(cancel::cancel))
        .routes(routes!(retry::retry))
}
