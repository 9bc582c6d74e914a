//! How much work there is for each kind of worker, for autoscalers.

use crate::access::Reader;
use crate::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use jobs::JobKind;
use serde::Serialize;
use utoipa::ToSchema;

/// How much work there is for workers of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scaling {
    /// Which kind.
    #[schema(schema_with = crate::schema::job_kind)]
    kind: JobKind,
    /// Jobs a worker could take now.
    claimable: i64,
    /// Jobs being worked on.
    running: i64,
    /// Both: as many workers could be busy.
    wanted: i64,
    /// How long the oldest job has waited.
    oldest_claimable_secs: f64,
}

/// For every kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScalingByKind {
    /// One for every kind.
    items: Vec<Scaling>,
}

/// Says how much work there is for each kind of worker: what an autoscaler asks. Jobs being worked on count too, or it would take
/// away busy machines.
#[utoipa::path(get, path = "/v1/scaling", tag = "operation", operation_id = "show_scaling",
    responses((status = 200, description = "Work by kind", body = ScalingByKind)))]
pub async fn scaling(_: Reader, State(state): State<ApiState>) -> Result<Json<ScalingByKind>, Problem> {
    let facts = state.catalog.queue_facts().await?;
    let of_kind = |kind| {
        let mut scaling = Scaling {
            kind,
            claimable: 0,
            running: 0,
            wanted: 0,
            oldest_claimable_secs: 0.0,
        };
        for fact in facts.iter().filter(|fact| fact.kind == kind) {
            scaling.claimable += fact.available;
            scaling.running += fact.running;
            scaling.wanted += fact.available + fact.running;
            scaling.oldest_claimable_secs = scaling.oldest_claimable_secs.max(fact.oldest_ms as f64 / 1000.0);
        }
        scaling
    };
    Ok(Json(ScalingByKind {
        items: JobKind::ALL.into_iter().map(of_kind).collect(),
    }))
}
