use super::*;

pub(super) async fn accept(_store: &Store, _submission: &Submission) -> Result<Accepted, CatalogError> {
    todo!()
}
