//! Many videos submitted together: looking at them, cancelling them, retrying those that failed.

mod cancel;
mod items;
mod lines;
mod list;
mod retry_failed;
mod show;
mod submit;
mod view;

pub use view::{BatchItemView, BatchView};

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoints.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(submit::submit, list::list))
        .routes(routes!(show::show))
        .routes(routes!(items::items))
        .routes(routes!(cancel::cancel))
        .routes(routes!(retry_failed::retry_failed))
}
