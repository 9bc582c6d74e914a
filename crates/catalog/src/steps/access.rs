use super::*;

pub(super) async fn create_key(_store: &Store, _key: &NewApiKey) -> Result<ApiKey, CatalogError> {
    todo!()
}

pub(super) async fn find_key(_store: &Store, _secret_sha256: &[u8; 32]) -> Result<Option<ApiKey>, CatalogError> {
    todo!()
}

pub(super) async fn list_keys(_store: &Store) -> Result<Vec<ApiKey>, CatalogError> {
    todo!()
}

pub(super) async fn revoke_key(_store: &Store, _id: KeyId) -> Result<(), CatalogError> {
    todo!()
}

pub(super) async fn begin_idempotent(
    _store: &Store,
    _key: Option<KeyId>,
    _idempotency_key: &str,
    _request_sha256: &[u8; 32],
) -> Result<Idempotent, CatalogError> {
    todo!()
}

pub(super) async fn end_idempotent(
    _store: &Store,
    _key: Option<KeyId>,
    _idempotency_key: &str,
    _answer: Option<&StoredAnswer>,
) -> Result<(), CatalogError> {
    todo!()
}
