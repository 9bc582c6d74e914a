use super::*;

pub(super) async fn usage(_store: &Store, _by: UsageBy, _from_ms: i64, _until_ms: i64) -> Result<Vec<Usage>, CatalogError> {
    todo!()
}
