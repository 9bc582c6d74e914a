use super::*;

pub(super) async fn job(_store: &Store, _id: JobId) -> Result<Job, CatalogError> {
    todo!()
}

pub(super) async fn list_jobs(_store: &Store, _filter: &JobFilter) -> Result<Vec<Job>, CatalogError> {
    todo!()
}

pub(super) async fn attempts(_store: &Store, _id: JobId) -> Result<Vec<Attempt>, CatalogError> {
    todo!()
}

pub(super) async fn artifacts(_store: &Store, _id: JobId) -> Result<Vec<Artifact>, CatalogError> {
    todo!()
}

pub(super) async fn cancel_job(_store: &Store, _id: JobId) -> Result<Job, CatalogError> {
    todo!()
}

pub(super) async fn retry_job(_store: &Store, _id: JobId) -> Result<Job, CatalogError> {
    todo!()
}
