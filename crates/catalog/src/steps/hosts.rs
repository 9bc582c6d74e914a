use super::*;

pub(super) async fn reserve_host(_store: &Store, _host: &str, _spacing: Duration) -> Result<HostTurn, CatalogError> {
    todo!()
}

pub(super) async fn host_answered(_store: &Store, _host: &str) -> Result<(), CatalogError> {
    todo!()
}
