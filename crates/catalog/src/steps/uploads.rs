use super::*;

pub(super) async fn create_upload(
    _store: &Store,
    _key: Option<KeyId>,
    _name: &str,
    _size_bytes: i64,
    _sha256: Option<&str>,
    _keep: Duration,
) -> Result<Upload, CatalogError> {
    todo!()
}

pub(super) async fn upload(_store: &Store, _id: UploadId) -> Result<Upload, CatalogError> {
    todo!()
}

pub(super) async fn advance_upload(_store: &Store, _id: UploadId, _from_bytes: i64, _to_bytes: i64) -> Result<Upload, CatalogError> {
    todo!()
}

pub(super) async fn complete_upload(_store: &Store, _id: UploadId, _artifact_sha256: &str) -> Result<Upload, CatalogError> {
    todo!()
}
