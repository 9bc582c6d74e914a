//! Streams what happens to a job.

use super::stream::{Watch, events as stream_events, last_event_id, snapshot};
use crate::access::Reader;
use crate::jobs::JobView;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use catalog::EventFilter;
use jobs::JobId;

/// Streams what happens to a job: the job as it is (`job.snapshot`), then all its events from the first one on, or after the one
/// a reader saw last. The stream ends after the event that ends the job.
#[utoipa::path(get, path = "/v1/jobs/{id}/events", tag = "events", operation_id = "watch_job",
    params(("id" = String, Path, description = "The job"), ("Last-Event-ID" = Option<i64>, Header, description = "Go on after this event")),
    responses((status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String)))]
pub async fn events(_: Reader, State(state): State<ApiState>, Id(id): Id<JobId>, headers: HeaderMap) -> Result<impl IntoResponse, Problem> {
    let resumed = last_event_id(&headers)?;
    let job = state.catalog.job(id).await?;
    let snapshot = match resumed {
        Some(_) => None,
        None => Some(snapshot("job.snapshot", &JobView::from(job))?),
    };
    let watch = Watch {
        filter: EventFilter {
            job: Some(id),
            batch: None,
        },
        after: resumed.unwrap_or(0),
        snapshot,
    };
    Ok(stream_events(state, watch))
}
