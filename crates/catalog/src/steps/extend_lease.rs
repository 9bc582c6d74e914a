use super::*;

pub(super) async fn extend_lease(
    _store: &Store,
    _held: HeldJob,
    _lease: Duration,
    _progress: Option<(&str, f64)>,
) -> Result<Renewal, CatalogError> {
    todo!()
}
