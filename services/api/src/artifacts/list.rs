//! Lists a job's files.

use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Id;
use axum::Json;
use axum::extract::State;
use jobs::JobId;
use serde::Serialize;
use utoipa::ToSchema;

/// A file of a job: its result, or what it was made from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Artifact)]
pub struct ArtifactView {
    /// Its name.
    name: String,
    /// Its hash.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
    /// Its length.
    size_bytes: i64,
    /// What it is: `application/json`.
    media_type: String,
    /// Where it can be had.
    path: String,
}

/// The files of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct Artifacts {
    /// All of them.
    items: Vec<ArtifactView>,
}

/// Lists a job's files. Those of its result are there once it has completed.
#[utoipa::path(get, path = "/v1/jobs/{id}/artifacts", tag = "artifacts", operation_id = "list_artifacts",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The files", body = Artifacts)))]
pub async fn list(_: Reader, State(state): State<ApiState>, Id(id): Id<JobId>) -> Result<Json<Artifacts>, Problem> {
    state.catalog.job(id).await?;
    let artifacts = state.catalog.artifacts(id).await?;
    let view = |artifact: catalog::Artifact| ArtifactView {
        path: format!("/v1/jobs/{id}/artifacts/{}", artifact.name),
        name: artifact.name,
        sha256: artifact.sha256,
        size_bytes: artifact.size_bytes,
        media_type: artifact.media_type,
    };
    Ok(Json(Artifacts {
        items: artifacts.into_iter().map(view).collect(),
    }))
}
