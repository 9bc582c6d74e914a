//! Shows a job.

use super::view::JobWithAttempts;
use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::JobId;

/// Shows a job and every attempt at it.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs", operation_id = "show_job",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job", body = JobWithAttempts)))]
pub async fn show(_: Reader, State(state): State<ApiState>, Id(id): Id<JobId>) -> Result<Json<JobWithAttempts>, Problem> {
    let job = state.catalog.job(id).await?;
    let attempts = state.catalog.attempts(id).await?;
    Ok(Json(JobWithAttempts {
        job: job.into(),
        attempts: attempts.into_iter().map(Into::into).collect(),
    }))
}
