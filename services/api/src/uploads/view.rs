//! An upload as the API shows it.

use axum::Json;
use axum::http::HeaderName;
use catalog::Upload;
use jobs::UploadId;
use serde::Serialize;
use utoipa::ToSchema;

/// A file being uploaded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Upload)]
pub struct UploadView {
    /// Its id.
    #[schema(value_type = String, pattern = "^upload_[0-9a-f]{32}$")]
    pub id: UploadId,
    /// The file's name.
    pub name: String,
    /// Its whole length.
    pub size_bytes: i64,
    /// What has arrived; the next bytes begin here.
    pub received_bytes: i64,
    /// It is whole and in the store, and can be submitted.
    pub complete: bool,
    /// Its hash, once complete, or as announced.
    pub sha256: Option<String>,
    /// When it was begun, milliseconds since 1970.
    pub created_ms: i64,
    /// When it is forgotten.
    pub expires_ms: i64,
}

impl From<Upload> for UploadView {
    fn from(upload: Upload) -> UploadView {
        UploadView {
            id: upload.id,
            name: upload.name,
            size_bytes: upload.size_bytes,
            received_bytes: upload.received_bytes,
            complete: upload.artifact_sha256.is_some(),
            sha256: upload.artifact_sha256.or(upload.sha256),
            created_ms: upload.created_ms,
            expires_ms: upload.expires_ms,
        }
    }
}

/// The offset and the length, as headers, and the upload.
pub fn answer(upload: Upload) -> ([(HeaderName, String); 2], Json<UploadView>) {
    let headers = [
        (UPLOAD_OFFSET, upload.received_bytes.to_string()),
        (HeaderName::from_static("upload-length"), upload.size_bytes.to_string()),
    ];
    (headers, Json(upload.into()))
}

/// Where the next bytes begin.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
