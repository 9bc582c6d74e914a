use super::*;

pub(super) async fn batch(_store: &Store, _id: BatchId) -> Result<Batch, CatalogError> {
    todo!()
}

pub(super) async fn list_batches(_store: &Store, _before: Option<BatchId>, _limit: i64) -> Result<Vec<Batch>, CatalogError> {
    todo!()
}

pub(super) async fn batch_items(_store: &Store, _id: BatchId, _after: i64, _limit: i64) -> Result<Vec<BatchItem>, CatalogError> {
    todo!()
}

pub(super) async fn cancel_batch(_store: &Store, _id: BatchId) -> Result<i64, CatalogError> {
    todo!()
}

pub(super) async fn retry_failed(_store: &Store, _id: BatchId) -> Result<i64, CatalogError> {
    todo!()
}
