//! Streams what happens to a batch and its jobs.

use super::stream::{Watch, events as stream_events, last_event_id, snapshot};
use crate::access::Reader;
use crate::batches::BatchView;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use catalog::EventFilter;
use jobs::BatchId;

/// Streams what happens to a batch and its jobs: the batch as it is (`batch.snapshot`), then its events from now on, or after
/// the one a reader saw last. The stream ends after the event that ends the batch.
#[utoipa::path(get, path = "/v1/batches/{id}/events", tag = "events", operation_id = "watch_batch",
    params(("id" = String, Path, description = "The batch"), ("Last-Event-ID" = Option<i64>, Header, description = "Go on after this event")),
    responses((status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String)))]
pub async fn events(
    _: Reader,
    State(state): State<ApiState>,
    Id(id): Id<BatchId>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let resumed = last_event_id(&headers)?;
    // Before the batch is read, so that nothing falls between the snapshot and the events.
    let newest = state.catalog.newest_event().await?;
    let batch = state.catalog.batch(id).await?;
    let snapshot = match resumed {
        Some(_) => None,
        None => Some(snapshot("batch.snapshot", &BatchView::from(batch))?),
    };
    let watch = Watch {
        filter: EventFilter {
            job: None,
            batch: Some(id),
        },
        after: resumed.unwrap_or(newest),
        snapshot,
    };
    Ok(stream_events(state, watch))
}
