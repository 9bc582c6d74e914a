use super::*;
use crate::sqlx_failure::during;

const STEP: &str = "take a source down";

/// A job that is leased meanwhile, or that a submission adds at the same moment, is cancelled when its worker next shows its
/// fence: `held_job` looks whether the source was taken down.
pub(super) async fn take_down(store: &Store, id: SourceId, reason: &str) -> Result<(), CatalogError> {
    let mut transaction = store.begin(STEP).await?;
    let marked = sqlx::query(sql!("take_down_source"))
        .bind(id.uuid())
        .bind(reason)
        .execute(&mut *transaction)
        .await
        .map_err(during(STEP))?;
    if marked.rows_affected() == 0 {
        return Err(none_with(id));
    }
    for step in [
        // First, because it waits for workers that commit results at this moment.
        sql!("cancel_jobs_of_source"),
        sql!("delete_performances_of_source"),
        sql!("delete_uploads_of_source"),
        sql!("condemn_objects_of_source"),
        sql!("delete_artifacts_of_source"),
    ] {
        sqlx::query(step)
            .bind(id.uuid())
            .execute(&mut *transaction)
            .await
            .map_err(during(STEP))?;
    }
    transaction.commit().await.map_err(during(STEP))
}
