//! Lists jobs.

use super::JobView;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::{Page, Params, checked_limit, parse_names, parse_param, read_cursor};
use axum::Json;
use axum::extract::State;
use catalog::JobFilter;
use jobs::{BatchId, JobKind, JobState, SourceId};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListJobs {
    /// In these states, with commas between them.
    #[param(
        pattern = "^(available|running|retryable|completed|cancelled|discarded)(,(available|running|retryable|completed|cancelled|discarded))*$"
    )]
    state: Option<String>,
    /// Of this kind.
    #[param(pattern = "^(expand_playlist|fetch_video|label_performance|train_policy|build_dataset)$")]
    kind: Option<String>,
    /// Of this batch.
    #[param(pattern = "^batch_[0-9a-f]{32}$")]
    batch: Option<String>,
    /// About this source.
    #[param(pattern = "^source_[0-9a-f]{32}$")]
    source: Option<String>,
    /// Whose last failure has this code.
    code: Option<String>,
    /// Submitted at or after, milliseconds since 1970.
    created_after: Option<i64>,
    /// Submitted before, milliseconds since 1970.
    created_before: Option<i64>,
    /// `next_cursor` of the page before. Opaque.
    cursor: Option<String>,
    /// At most this many items; 50 unless given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// Lists jobs, newest first.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", operation_id = "list_jobs", params(ListJobs),
    responses((status = 200, description = "A page of jobs", body = Page<JobView>)))]
pub async fn list(_: Reader, State(state): State<ApiState>, Params(wanted): Params<ListJobs>) -> Result<Json<Page<JobView>>, Problem> {
    let limit = checked_limit(wanted.limit)?;
    let filter = JobFilter {
        states: parse_names::<JobState>("state", wanted.state.as_deref())?,
        kind: parse_param::<JobKind>("kind", wanted.kind.as_deref())?,
        batch: parse_param::<BatchId>("batch", wanted.batch.as_deref())?,
        source: parse_param::<SourceId>("source", wanted.source.as_deref())?,
        key: None,
        failure_code: wanted.code,
        created_after_ms: wanted.created_after,
        created_before_ms: wanted.created_before,
        before: read_cursor(wanted.cursor.as_deref())?,
        limit: limit + 1,
    };
    let jobs = state.catalog.list_jobs(&filter).await?;
    Ok(Json(Page::cut(jobs, limit, |job| job.id).map(JobView::from)))
}
