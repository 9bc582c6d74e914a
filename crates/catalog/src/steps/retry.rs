use super::look_at_job::job;
use super::*;
use crate::sqlx_failure::during;
use sqlx::Transaction;
use std::fmt::Display;
use uuid::Uuid;

const STEP: &str = "try a job again";

pub(super) async fn retry_job(store: &Store, id: JobId) -> Result<Job, CatalogError> {
    let mut transaction = store.begin(STEP).await?;
    refuse_obstacles(&mut transaction, id).await?;
    let retried = sqlx::query(sql!("retry_job"))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await
        .map_err(|error| superseded_meanwhile(id, error))?;
    if retried.rows_affected() == 1 {
        sqlx::query(sql!("reopen_batches_of_job"))
            .bind(id.uuid())
            .execute(&mut *transaction)
            .await
            .map_err(during(STEP))?;
    }
    transaction.commit().await.map_err(during(STEP))?;
    let job = job(store, id).await?;
    if retried.rows_affected() == 1 {
        Ok(job)
    } else {
        Err(CatalogError::Conflict {
            code: "job_not_retryable",
            what: format!("{id} is {}; only cancelled and discarded jobs are tried again", job.state),
        })
    }
}

async fn refuse_obstacles(transaction: &mut Transaction<'static, Db>, id: JobId) -> Result<(), CatalogError> {
    let read = |row: Row| -> Result<(Option<Uuid>, bool), sqlx::Error> { Ok((row.try_get("same_work")?, row.try_get("taken_down")?)) };
    let obstacles = sqlx::query(sql!("retry_obstacles"))
        .bind(id.uuid())
        .fetch_optional(&mut **transaction)
        .await
        .and_then(|row| row.map(read).transpose())
        .map_err(during(STEP))?;
    match obstacles {
        None => Err(none_with(id)),
        Some((_, true)) => Err(CatalogError::Conflict {
            code: "source_taken_down",
            what: format!("the video of {id} was taken down at somebody's request and is not processed"),
        }),
        Some((Some(same), false)) => Err(superseded(id, JobId::from_uuid(same))),
        Some((None, false)) => Ok(()),
    }
}

fn superseded(what: impl Display, by: impl Display) -> CatalogError {
    CatalogError::Conflict {
        code: "job_superseded",
        what: format!("the work of {what} was submitted again and is done by {by}"),
    }
}

/// Somebody submitted the same work between the look and the change: the index of equal work refuses.
fn superseded_meanwhile(what: impl Display, error: sqlx::Error) -> CatalogError {
    if error.as_database_error().is_some_and(|error| error.is_unique_violation()) {
        superseded(what, "another job")
    } else {
        during(STEP)(error)
    }
}

/// A submission of the same work at the same moment makes the change fail; the next look sees it.
const TRIES_MAX: u32 = 4;

pub(super) async fn retry_failed(store: &Store, id: BatchId) -> Result<i64, CatalogError> {
    let mut tries = 1;
    loop {
        match try_to_retry_failed(store, id).await {
            Err(CatalogError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            result => return result,
        }
    }
}

async fn try_to_retry_failed(store: &Store, id: BatchId) -> Result<i64, CatalogError> {
    let mut transaction = store.begin(STEP).await?;
    if !super::batches::exists(&mut *transaction, id, STEP).await? {
        return Err(none_with(id));
    }
    let retried = sqlx::query(sql!("retry_failed"))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await
        .map_err(|error| superseded_meanwhile(id, error))?;
    sqlx::query(sql!("reopen_batches_of_batch"))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await
        .map_err(during(STEP))?;
    transaction.commit().await.map_err(during(STEP))?;
    Ok(retried.rows_affected().cast_signed())
}
