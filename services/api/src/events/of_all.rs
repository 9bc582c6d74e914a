//! Streams everything that happens.

use super::stream::{Watch, events as stream_events, last_event_id};
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use catalog::EventFilter;

/// Streams everything that happens from now on, or after the event a reader saw last.
#[utoipa::path(get, path = "/v1/events", tag = "events", operation_id = "watch_all",
    params(("Last-Event-ID" = Option<i64>, Header, description = "Go on after this event")),
    responses((status = 200, description = "Server-sent events; each has the id to go on after, a name such as `job.completed`, and JSON", content_type = "text/event-stream", body = String)))]
pub async fn events(_: Reader, State(state): State<ApiState>, headers: HeaderMap) -> Result<impl IntoResponse, Problem> {
    let after = match last_event_id(&headers)? {
        Some(after) => after,
        None => state.catalog.newest_event().await?,
    };
    let watch = Watch {
        filter: EventFilter::default(),
        after,
        snapshot: None,
    };
    Ok(stream_events(state, watch))
}
