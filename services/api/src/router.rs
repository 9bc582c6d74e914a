//! Which path leads where, and what every request passes through.

use crate::state::ApiState;
use crate::web::follow;
use crate::{
    access, artifacts, batches, dashboard, events, health, idempotency, jobs, keys, openapi, performances, problem, sources, uploads, usage,
};
use crate::{videos, webhooks, workers};
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Everything that answers requests.
pub fn router(state: ApiState) -> Router {
    let (router, document) = with_key(&state).merge(health::routes()).split_for_parts();
    let document = openapi::complete(document, &state.settings.public_url);
    let pages = utoipa_swagger_ui::SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from("/openapi.json"));
    let shown = document.clone();
    router
        .route("/openapi.json", axum::routing::get(move || async move { Json(shown) }))
        .merge(pages)
        .fallback_service(dashboard::pages())
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(follow))
        // Every handler that reads a body says itself how long it may be.
        .layer(DefaultBodyLimit::disable())
        .with_state(state)
}

/// The OpenAPI document.
pub fn document(public_url: &str) -> OpenApi {
    openapi::complete(
        OpenApiRouter::with_openapi(openapi::head())
            .merge(endpoints())
            .merge(health::routes())
            .into_openapi(),
        public_url,
    )
}

/// What needs a key. First it is found out who asks, then whether the same was asked before.
fn with_key(state: &ApiState) -> OpenApiRouter<ApiState> {
    let endpoints = OpenApiRouter::with_openapi(openapi::head()).merge(endpoints());
    endpoints
        .layer(from_fn_with_state(state.clone(), idempotency::idempotent))
        .layer(from_fn_with_state(state.clone(), access::identify))
}

fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(videos::routes())
        .merge(uploads::routes())
        .merge(artifacts::routes())
        .merge(batches::routes())
        .merge(jobs::routes())
        .merge(events::routes())
        .merge(performances::routes())
        .merge(sources::routes())
        .merge(usage::routes())
        .merge(workers::routes())
        .merge(webhooks::routes())
        .merge(keys::routes())
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default();
    problem::Problem::internal(format!("a handler panicked: {text}")).into_response()
}
