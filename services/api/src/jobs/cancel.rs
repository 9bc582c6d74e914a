//! Cancels a job.

use super::JobView;
use crate::access::Submitter;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::JobId;

/// Cancels a job: at once if it waits; a running one as soon as its worker hears of it, within seconds.
#[utoipa::path(post, path = "/v1/jobs/{id}/cancel", tag = "jobs", operation_id = "cancel_job",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job, cancelled or about to be", body = JobView)))]
pub async fn cancel(Submitter(caller): Submitter, State(state): State<ApiState>, Id(id): Id<JobId>) -> Result<Json<JobView>, Problem> {
    caller.check_owner(state.catalog.job(id).await?.key)?;
    Ok(Json(state.catalog.cancel_job(id).await?.into()))
}
