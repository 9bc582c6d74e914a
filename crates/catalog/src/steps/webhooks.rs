use super::*;

pub(super) async fn create_endpoint(_store: &Store, _endpoint: &NewEndpoint) -> Result<Endpoint, CatalogError> {
    todo!()
}

pub(super) async fn list_endpoints(_store: &Store) -> Result<Vec<Endpoint>, CatalogError> {
    todo!()
}

pub(super) async fn delete_endpoint(_store: &Store, _id: EndpointId) -> Result<(), CatalogError> {
    todo!()
}

pub(super) async fn take_deliveries(_store: &Store, _limit: i64, _hold: Duration) -> Result<Vec<Delivery>, CatalogError> {
    todo!()
}

pub(super) async fn record_delivery(_store: &Store, _seq: i64, _result: &DeliveryResult) -> Result<(), CatalogError> {
    todo!()
}

pub(super) async fn list_deliveries(
    _store: &Store,
    _endpoint: EndpointId,
    _before: Option<i64>,
    _limit: i64,
) -> Result<Vec<Delivery>, CatalogError> {
    todo!()
}

pub(super) async fn replay_delivery(_store: &Store, _endpoint: EndpointId, _seq: i64) -> Result<(), CatalogError> {
    todo!()
}
