//! Sums what attempts cost.

use crate::access::Reader;
use crate::jobs::CostView;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::web::Params;
use axum::Json;
use axum::extract::State;
use catalog::{Usage, UsageBy};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What to sum.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsageWanted {
    /// By batch, kind of work, or API key; by kind unless given.
    #[serde(default)]
    #[param(inline)]
    by: By,
    /// Attempts that began at or after, milliseconds since 1970; from the beginning unless given.
    #[param(minimum = 0)]
    from: Option<i64>,
    /// Attempts that began before, milliseconds since 1970; to the end unless given.
    #[param(minimum = 0)]
    until: Option<i64>,
}

/// What usage is summed by.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Batches.
    Batch,
    /// Kinds of work.
    #[default]
    Kind,
    /// API keys.
    Key,
}

/// What attempts cost together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageView {
    /// The batch, kind or key; null for attempts that have none.
    pub group: Option<String>,
    /// How many.
    pub attempts: i64,
    /// Milliseconds they waited.
    pub queued_ms: i64,
    /// What they cost; the peak is the largest.
    pub cost: CostView,
    /// Of these, attempts whose worker was lost.
    pub lost_attempts: i64,
    /// Seconds on the clock they took with them.
    pub lost_wall_secs: f64,
}

/// Usage by groups.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageGroups {
    /// The groups.
    pub items: Vec<UsageView>,
}

/// Sums what attempts cost, with what was lost to dead workers shown apart.
#[utoipa::path(get, path = "/v1/usage", tag = "operation", operation_id = "show_usage", params(UsageWanted),
    responses((status = 200, description = "Usage by groups", body = UsageGroups)))]
pub async fn show(_: Reader, State(state): State<ApiState>, Params(wanted): Params<UsageWanted>) -> Result<Json<UsageGroups>, Problem> {
    let by = match wanted.by {
        By::Batch => UsageBy::Batch,
        By::Kind => UsageBy::Kind,
        By::Key => UsageBy::Key,
    };
    let groups = state
        .catalog
        .usage(by, wanted.from.unwrap_or(0), wanted.until.unwrap_or(i64::MAX))
        .await?;
    Ok(Json(UsageGroups {
        items: groups.into_iter().map(UsageView::from).collect(),
    }))
}

impl From<Usage> for UsageView {
    fn from(usage: Usage) -> UsageView {
        UsageView {
            group: usage.group,
            attempts: usage.attempts,
            queued_ms: usage.queued_ms,
            cost: usage.cost.into(),
            lost_attempts: usage.lost_attempts,
            lost_wall_secs: usage.lost_wall_secs,
        }
    }
}
