//! Tries a job again.

use super::JobView;
use crate::access::Submitter;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::JobId;

/// Tries a cancelled or discarded job again, with fresh counts.
#[utoipa::path(post, path = "/v1/jobs/{id}/retry", tag = "jobs", operation_id = "retry_job",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job, waiting again", body = JobView)))]
pub async fn retry(Submitter(caller): Submitter, State(state): State<ApiState>, Id(id): Id<JobId>) -> Result<Json<JobView>, Problem> {
    caller.check_owner(state.catalog.job(id).await?.key)?;
    Ok(Json(state.catalog.retry_job(id).await?.into()))
}
