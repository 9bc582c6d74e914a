use super::*;

pub(super) async fn performance(_store: &Store, _id: PerformanceId) -> Result<Performance, CatalogError> {
    todo!()
}

pub(super) async fn list_performances(_store: &Store, _filter: &PerformanceFilter) -> Result<Vec<Performance>, CatalogError> {
    todo!()
}
