use super::*;

pub(super) async fn events(_store: &Store, _filter: EventFilter, _after: i64, _limit: i64) -> Result<Vec<Event>, CatalogError> {
    todo!()
}

pub(super) async fn newest_event(_store: &Store) -> Result<i64, CatalogError> {
    todo!()
}
