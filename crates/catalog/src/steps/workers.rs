use super::*;

pub(super) async fn worker_seen(_store: &Store, _worker: &Worker, _draining: bool) -> Result<(), CatalogError> {
    todo!()
}

pub(super) async fn workers(_store: &Store, _within: Duration) -> Result<Vec<(Worker, i64, i64, bool)>, CatalogError> {
    todo!()
}

pub(super) async fn end_leases_of(_store: &Store, _worker: WorkerId) -> Result<i64, CatalogError> {
    todo!()
}
