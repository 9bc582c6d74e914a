//! Has a video accepted, and answers with its job.

use crate::access::Caller;
use crate::intake::Refusal;
use crate::jobs::JobView;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Trace;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use catalog::{BatchTarget, Submission, SubmittedItem};
use serde::Serialize;
use utoipa::ToSchema;

/// The job of a submitted video.
#[derive(Serialize, ToSchema)]
pub struct JobAccepted {
    /// The job.
    #[serde(flatten)]
    job: JobView,
    /// Somebody had submitted the same work before, and this is their job.
    joined: bool,
}

/// Has a video accepted, and answers with its job.
pub async fn accept(state: &ApiState, caller: &Caller, item: SubmittedItem, trace: Trace) -> Result<Response, Problem> {
    let submission = Submission {
        key: caller.key(),
        batch: BatchTarget::Alone,
        items: vec![item],
        refused: vec![],
        traceparent: Some(trace.traceparent),
        active_jobs_max: caller.active_jobs_max(),
    };
    let accepted = state.catalog.accept(&submission).await?;
    crate::metrics::accepted(&submission, &accepted);
    state.work_arrived.notify_one();
    let Some(item) = accepted.items.first() else {
        let message = accepted.refused.into_iter().next().map(|refused| refused.message);
        return Err(Problem::refused(
            "/url",
            Refusal {
                code: "source_taken_down",
                message: message.unwrap_or_default(),
            },
        ));
    };
    let status = if item.joined { StatusCode::OK } else { StatusCode::ACCEPTED };
    let answer = JobAccepted {
        job: state.catalog.job(item.job).await?.into(),
        joined: item.joined,
    };
    Ok((status, [(LOCATION, format!("/v1/jobs/{}", item.job))], Json(answer)).into_response())
}
