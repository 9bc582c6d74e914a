use super::*;

pub(super) async fn lease_job(_store: &Store, _request: &LeaseRequest<'_>) -> Result<Option<Leased>, CatalogError> {
    todo!()
}
