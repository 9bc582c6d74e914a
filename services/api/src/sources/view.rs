//! A source as the API shows it.

use catalog::Source;
use jobs::SourceId;
use serde::Serialize;
use utoipa::ToSchema;

/// A video, whoever submitted it, and where it comes from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Source)]
pub struct SourceView {
    /// Its id.
    #[schema(value_type = String, pattern = "^source_[0-9a-f]{32}$")]
    pub id: SourceId,
    /// Its canonical name: equal names are the same video.
    pub name: String,
    /// Its address.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its channel or owner.
    pub uploader: Option<String>,
    /// Its licence, as stated.
    pub licence: Option<String>,
    /// Why it may be processed.
    pub legal_basis: Option<String>,
    /// Its whole length.
    pub duration_secs: Option<f64>,
    /// The hash of its file.
    pub media_sha256: Option<String>,
    /// When the file was fetched, milliseconds since 1970.
    pub retrieved_ms: Option<i64>,
    /// With what.
    pub tool_version: Option<String>,
    /// When somebody had it taken down.
    pub taken_down_ms: Option<i64>,
    /// Why.
    pub taken_down_reason: Option<String>,
    /// When it was first submitted.
    pub created_ms: i64,
}

impl From<Source> for SourceView {
    fn from(source: Source) -> SourceView {
        SourceView {
            id: source.id,
            name: source.canonical,
            url: source.url,
            title: source.title,
            uploader: source.uploader,
            licence: source.licence,
            legal_basis: source.legal_basis,
            duration_secs: source.duration_secs,
            media_sha256: source.media_sha256,
            retrieved_ms: source.retrieved_ms,
            tool_version: source.tool_version,
            taken_down_ms: source.taken_down_ms,
            taken_down_reason: source.taken_down_reason,
            created_ms: source.created_ms,
        }
    }
}
