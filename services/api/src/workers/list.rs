//! Lists workers.

use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use catalog::Worker;
use jobs::{JobKind, WorkerId};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Workers not seen for longer are gone: they introduce themselves every few seconds.
const SEEN_WITHIN: Duration = Duration::from_secs(120);

/// A worker process.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Worker)]
pub struct WorkerView {
    /// From its start to its end.
    #[schema(value_type = String, pattern = "^worker_[0-9a-f]{32}$")]
    id: WorkerId,
    /// The machine and the process.
    name: String,
    /// What it can do.
    #[schema(schema_with = crate::schema::job_kinds)]
    kinds: Vec<JobKind>,
    /// What it computes on.
    device: String,
    /// Of the program.
    version: String,
    /// When it began, milliseconds since 1970.
    started_ms: i64,
    /// When it was last heard of.
    seen_ms: i64,
    /// It takes no more jobs and ends soon.
    draining: bool,
}

/// Workers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Workers {
    /// Heard of lately.
    items: Vec<WorkerView>,
}

/// Lists the workers heard of in the last two minutes.
#[utoipa::path(get, path = "/v1/workers", tag = "operation", operation_id = "list_workers",
    responses((status = 200, description = "The workers", body = Workers)))]
pub async fn list(_: Reader, State(state): State<ApiState>) -> Result<Json<Workers>, Problem> {
    let view = |(worker, started_ms, seen_ms, draining): (Worker, i64, i64, bool)| WorkerView {
        id: worker.id,
        name: worker.name,
        kinds: worker.kinds,
        device: worker.device,
        version: worker.version,
        started_ms,
        seen_ms,
        draining,
    };
    let workers = state.catalog.workers(SEEN_WITHIN).await?;
    Ok(Json(Workers {
        items: workers.into_iter().map(view).collect(),
    }))
}
