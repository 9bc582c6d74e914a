//! Videos, whoever submitted them: where they come from, and taking them down.

mod list;
mod show;
mod take_down;
mod view;

pub use view::SourceView;

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoints.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(show::show, take_down::take_down))
}
