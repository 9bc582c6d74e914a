//! A labelled performance as the API shows it.

use catalog::Performance;
use jobs::{JobId, PerformanceId, SourceId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A labelled performance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformanceSummary)]
pub struct PerformanceView {
    /// Its id.
    #[schema(value_type = String, pattern = "^performance_[0-9a-f]{32}$")]
    pub id: PerformanceId,
    /// The job that made it; its artifacts are there.
    #[schema(value_type = String)]
    pub job: JobId,
    /// The video.
    #[schema(value_type = String)]
    pub source: SourceId,
    /// The video's canonical name.
    pub source_name: String,
    /// The video's title.
    pub title: Option<String>,
    /// Its channel or owner.
    pub uploader: Option<String>,
    /// Its licence, as stated.
    pub licence: Option<String>,
    /// Its length.
    pub duration_secs: f64,
    /// Notes.
    pub notes: i64,
    /// Notes with a finger.
    pub fingered_notes: i64,
    /// Mean confidence of the fingered notes; 0 without any.
    pub mean_confidence: f64,
    /// Names and versions of what labelled it.
    #[schema(schema_with = crate::schema::any_object)]
    pub engine_versions: Value,
    /// What its submitter wanted to find again.
    #[schema(schema_with = crate::schema::any_object)]
    pub metadata: Value,
    /// When it was committed, milliseconds since 1970.
    pub created_ms: i64,
}

impl From<Performance> for PerformanceView {
    fn from(performance: Performance) -> PerformanceView {
        PerformanceView {
            id: performance.id,
            job: performance.job,
            source: performance.source,
            source_name: performance.source_name,
            title: performance.title,
            uploader: performance.uploader,
            licence: performance.licence,
            duration_secs: performance.duration_secs,
            notes: performance.notes,
            fingered_notes: performance.fingered_notes,
            mean_confidence: performance.mean_confidence,
            engine_versions: object(&performance.engine_versions),
            metadata: object(&performance.metadata),
            created_ms: performance.created_ms,
        }
    }
}

/// JSON that workers wrote; anything but an object is shown as an empty one.
fn object(text: &str) -> Value {
    serde_json::from_str(text)
        .ok()
        .filter(Value::is_object)
        .unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}
