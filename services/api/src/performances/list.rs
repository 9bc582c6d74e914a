//! Lists performances.

use super::PerformanceView;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::{Page, Params, checked_limit, parse_param, read_cursor};
use axum::Json;
use axum::extract::State;
use catalog::PerformanceFilter;
use jobs::{BatchId, SourceId};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which performances.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPerformances {
    /// With at least this mean confidence.
    #[param(minimum = 0, maximum = 1)]
    confidence_min: Option<f64>,
    /// With this licence.
    licence: Option<String>,
    /// Of this channel or owner.
    uploader: Option<String>,
    /// Of this batch.
    #[param(pattern = "^batch_[0-9a-f]{32}$")]
    batch: Option<String>,
    /// Of this video.
    #[param(pattern = "^source_[0-9a-f]{32}$")]
    source: Option<String>,
    /// Whose title contains this, no matter the case.
    title: Option<String>,
    /// Committed at or after, milliseconds since 1970.
    created_after: Option<i64>,
    /// `next_cursor` of the page before. Opaque.
    cursor: Option<String>,
    /// At most this many items; 50 unless given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// Lists labelled performances, newest first.
#[utoipa::path(get, path = "/v1/performances", tag = "performances", operation_id = "list_performances", params(ListPerformances),
    responses((status = 200, description = "A page of performances", body = Page<PerformanceView>)))]
pub async fn list(
    _: Reader,
    State(state): State<ApiState>,
    Params(wanted): Params<ListPerformances>,
) -> Result<Json<Page<PerformanceView>>, Problem> {
    let limit = checked_limit(wanted.limit)?;
    if wanted.confidence_min.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
        return Err(Problem::invalid_query("confidence_min", "must be 0 to 1"));
    }
    let filter = PerformanceFilter {
        confidence_min: wanted.confidence_min,
        licence: wanted.licence,
        uploader: wanted.uploader,
        batch: parse_param::<BatchId>("batch", wanted.batch.as_deref())?,
        source: parse_param::<SourceId>("source", wanted.source.as_deref())?,
        title_contains: wanted.title,
        created_after_ms: wanted.created_after,
        before: read_cursor(wanted.cursor.as_deref())?,
        limit: limit + 1,
    };
    let performances = state.catalog.list_performances(&filter).await?;
    Ok(Json(
        Page::cut(performances, limit, |performance| performance.id).map(PerformanceView::from),
    ))
}
