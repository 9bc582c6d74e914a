use super::*;
use crate::sqlx_failure::{damaged, during};
use sqlx::Row as _;
use std::error::Error;

pub(super) async fn take_bells(store: &Store, limit: i64, hold: Duration) -> Result<Vec<Bell>, CatalogError> {
    let step = "take doorbells";
    let rows = sqlx::query(sql!("take_bells"))
        .bind(limit)
        .bind(millis(hold))
        .fetch_all(&store.pool)
        .await
        .map_err(during(step))?;
    let bell = |row: &Row| -> Result<Bell, Box<dyn Error + Send + Sync>> {
        Ok(Bell {
            seq: row.try_get("seq")?,
            job: JobId::from_uuid(row.try_get("job_id")?),
            kind: read_name(row, "kind")?,
            class: read_name(row, "class")?,
            traceparent: row.try_get("traceparent")?,
            created_ms: row.try_get("created_ms")?,
        })
    };
    rows.iter().map(bell).collect::<Result<_, _>>().map_err(damaged(step))
}

pub(super) async fn forget_bells(store: &Store, seqs: &[i64]) -> Result<(), CatalogError> {
    sqlx::query(sql!("forget_bells"))
        .bind(json(seqs))
        .execute(&store.pool)
        .await
        .map_err(during("forget doorbells"))?;
    Ok(())
}

pub(super) async fn release_due(store: &Store, limit: i64) -> Result<i64, CatalogError> {
    let released = sqlx::query(sql!("release_due"))
        .bind(limit)
        .execute(&store.pool)
        .await
        .map_err(during("release due jobs"))?;
    Ok(released.rows_affected().cast_signed())
}

pub(super) async fn finish_batches(store: &Store, limit: i64) -> Result<i64, CatalogError> {
    let step = "finish batches";
    let mut transaction = store.begin(step).await?;
    let finished: Vec<uuid::Uuid> = sqlx::query_scalar(sql!("finished_batches"))
        .bind(limit)
        .fetch_all(&mut *transaction)
        .await
        .map_err(during(step))?;
    let mut lines = super::batches::lines_of(&mut *transaction, &finished, step).await?;
    for id in &finished {
        let summary = json(&lines.remove(id).unwrap_or_default());
        sqlx::query(sql!("summarize_batch"))
            .bind(id)
            .bind(summary)
            .execute(&mut *transaction)
            .await
            .map_err(during(step))?;
        let batch = BatchId::from_uuid(*id);
        sqlx::query(sql!("insert_batch_event"))
            .bind(id)
            .bind("batch.finished")
            .bind(serde_json::json!({ "batch": batch }).to_string())
            .execute(&mut *transaction)
            .await
            .map_err(during(step))?;
    }
    transaction.commit().await.map_err(during(step))?;
    Ok(finished.len().try_into().unwrap_or(i64::MAX))
}

pub(super) async fn take_deletions(store: &Store, limit: i64) -> Result<Vec<String>, CatalogError> {
    sqlx::query_scalar(sql!("take_deletions"))
        .bind(limit)
        .fetch_all(&store.pool)
        .await
        .map_err(during("take deletions"))
}

pub(super) async fn forget_deletions(store: &Store, sha256s: &[String]) -> Result<(), CatalogError> {
    sqlx::query(sql!("forget_deletions"))
        .bind(json(sha256s))
        .execute(&store.pool)
        .await
        .map_err(during("forget deletions"))?;
    Ok(())
}

pub(super) async fn known_objects(store: &Store, sha256s: &[String]) -> Result<Vec<String>, CatalogError> {
    sqlx::query_scalar(sql!("known_objects"))
        .bind(json(sha256s))
        .fetch_all(&store.pool)
        .await
        .map_err(during("look objects up"))
}

pub(super) async fn forget_old(store: &Store, older_than: Duration) -> Result<i64, CatalogError> {
    let mut gone = 0;
    let age = millis(older_than);
    for query in [
        sqlx::query(sql!("forget_events")).bind(age),
        sqlx::query(sql!("forget_answers")).bind(age),
        sqlx::query(sql!("forget_uploads")),
        sqlx::query(sql!("forget_workers")).bind(age),
    ] {
        gone += query
            .execute(&store.pool)
            .await
            .map_err(during("forget what is old"))?
            .rows_affected()
            .cast_signed();
    }
    Ok(gone)
}

pub(super) async fn queue_facts(store: &Store) -> Result<Vec<QueueFact>, CatalogError> {
    let step = "count waiting jobs";
    let rows = sqlx::query(sql!("queue_facts"))
        .fetch_all(&store.pool)
        .await
        .map_err(during(step))?;
    let fact = |row: &Row| -> Result<QueueFact, Box<dyn Error + Send + Sync>> {
        Ok(QueueFact {
            kind: read_name(row, "kind")?,
            class: read_name(row, "class")?,
            available: row.try_get("available")?,
            running: row.try_get("running")?,
            retryable: row.try_get("retryable")?,
            oldest_ms: row.try_get("oldest_ms")?,
        })
    };
    rows.iter().map(fact).collect::<Result<_, _>>().map_err(damaged(step))
}

pub(super) async fn outbox_lag_secs(store: &Store) -> Result<f64, CatalogError> {
    let lag_ms: i64 = sqlx::query_scalar(sql!("outbox_lag"))
        .fetch_one(&store.pool)
        .await
        .map_err(during("measure the outbox"))?;
    Ok(lag_ms as f64 / 1000.0)
}

pub(super) async fn health(store: &Store) -> Result<(), CatalogError> {
    let step = "look at its schema";
    let version: Option<i64> = sqlx::query_scalar(sql!("newest_migration"))
        .fetch_one(&store.pool)
        .await
        .map_err(during(step))?;
    let expected = crate::migrations::newest();
    // A newer schema is fine: it is expanded before programs are replaced.
    if version.is_none_or(|version| version < expected) {
        return Err(CatalogError::Conflict {
            code: "schema_outdated",
            what: format!("the schema is at migration {version:?}, this program needs {expected}"),
        });
    }
    Ok(())
}
