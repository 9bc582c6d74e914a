use super::*;

pub(super) async fn source(_store: &Store, _id: SourceId) -> Result<Source, CatalogError> {
    todo!()
}

pub(super) async fn list_sources(_store: &Store, _before: Option<SourceId>, _limit: i64) -> Result<Vec<Source>, CatalogError> {
    todo!()
}

pub(super) async fn take_down(_store: &Store, _id: SourceId, _reason: &str) -> Result<(), CatalogError> {
    todo!()
}
