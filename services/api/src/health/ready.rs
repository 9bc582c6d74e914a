//! Says whether requests can be answered.

use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Who asks waits a few seconds at most.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether requests can be answered.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// They can. Without the broker they can too: doorbells wait in the outbox.
    ready: bool,
    /// `ok`, or what is wrong with the database.
    catalog: String,
    /// `ok`, or what is wrong with the broker.
    broker: String,
    /// Something is wrong, though requests can be answered.
    degraded: bool,
}

/// Says whether requests can be answered: the database must be there, the broker need not.
#[utoipa::path(get, path = "/readyz", tag = "operation", operation_id = "ready",
    responses((status = 200, description = "Requests can be answered, perhaps with delays", body = Readiness),
        (status = 503, description = "Requests cannot be answered", body = Readiness)))]
pub async fn ready(State(state): State<ApiState>) -> Response {
    let catalog = within(state.catalog.health()).await;
    let broker = within(state.broker.health()).await;
    let ready = catalog == "ok";
    let readiness = Readiness {
        ready,
        degraded: broker != "ok" || !ready,
        catalog,
        broker,
    };
    if ready {
        Json(readiness).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], Json(readiness)).into_response()
    }
}

async fn within<E: std::fmt::Display>(asked: impl Future<Output = Result<(), E>>) -> String {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(())) => "ok".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
    }
}
