use super::look_at_job::job;
use super::*;
use crate::sqlx_failure::during;

pub(super) async fn cancel_job(store: &Store, id: JobId) -> Result<Job, CatalogError> {
    let changed = sqlx::query(sql!("cancel_job"))
        .bind(id.uuid())
        .execute(&store.pool)
        .await
        .map_err(during("cancel a job"))?;
    let job = job(store, id).await?;
    if changed.rows_affected() == 1 {
        Ok(job)
    } else {
        Err(CatalogError::Conflict {
            code: "job_not_cancellable",
            what: format!("{id} is {} already", job.state),
        })
    }
}

pub(super) async fn cancel_batch(store: &Store, id: BatchId) -> Result<i64, CatalogError> {
    let step = "cancel a batch";
    let mut transaction = store.begin(step).await?;
    let found = sqlx::query(sql!("cancel_batch"))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await
        .map_err(during(step))?;
    if found.rows_affected() == 0 {
        return Err(none_with(id));
    }
    let cancelled = sqlx::query(sql!("cancel_jobs_of_batch"))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await
        .map_err(during(step))?;
    transaction.commit().await.map_err(during(step))?;
    Ok(cancelled.rows_affected().cast_signed())
}
