use super::*;

pub(super) async fn take_bells(_store: &Store, _limit: i64, _hold: Duration) -> Result<Vec<Bell>, CatalogError> {
    todo!()
}

pub(super) async fn forget_bells(_store: &Store, _seqs: &[i64]) -> Result<(), CatalogError> {
    todo!()
}

pub(super) async fn release_due(_store: &Store, _limit: i64) -> Result<i64, CatalogError> {
    todo!()
}

pub(super) async fn finish_batches(_store: &Store, _limit: i64) -> Result<i64, CatalogError> {
    todo!()
}

pub(super) async fn take_deletions(_store: &Store, _limit: i64) -> Result<Vec<String>, CatalogError> {
    todo!()
}

pub(super) async fn forget_deletions(_store: &Store, _sha256s: &[String]) -> Result<(), CatalogError> {
    todo!()
}

pub(super) async fn known_objects(_store: &Store, _sha256s: &[String]) -> Result<Vec<String>, CatalogError> {
    todo!()
}

pub(super) async fn forget_old(_store: &Store, _older_than: Duration) -> Result<i64, CatalogError> {
    todo!()
}

pub(super) async fn queue_facts(_store: &Store) -> Result<Vec<QueueFact>, CatalogError> {
    todo!()
}

pub(super) async fn outbox_lag_secs(_store: &Store) -> Result<f64, CatalogError> {
    todo!()
}

pub(super) async fn health(_store: &Store) -> Result<(), CatalogError> {
    todo!()
}
