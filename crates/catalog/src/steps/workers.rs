use super::*;
use crate::sqlx_failure::during;
use sqlx::Row as _;

pub(super) async fn worker_seen(store: &Store, worker: &Worker, draining: bool) -> Result<(), CatalogError> {
    let kinds: Vec<&str> = worker.kinds.iter().map(|kind| kind.name()).collect();
    sqlx::query(sql!("worker_seen"))
        .bind(worker.id.uuid())
        .bind(&worker.name)
        .bind(kinds.join(" "))
        .bind(&worker.device)
        .bind(&worker.version)
        .bind(draining)
        .execute(&store.pool)
        .await
        .map_err(during("see a worker"))?;
    Ok(())
}

pub(super) async fn workers(store: &Store, within: Duration) -> Result<Vec<(Worker, i64, i64, bool)>, CatalogError> {
    let read = |row: &Row| -> Result<(Worker, i64, i64, bool), sqlx::Error> {
        let kinds: String = row.try_get("kinds")?;
        let worker = Worker {
            id: WorkerId::from_uuid(row.try_get("id")?),
            name: row.try_get("name")?,
            // A newer program may serve kinds this one does not know.
            kinds: kinds.split_whitespace().filter_map(|kind| kind.parse().ok()).collect(),
            device: row.try_get("device")?,
            version: row.try_get("version")?,
        };
        Ok((
            worker,
            row.try_get("started_ms")?,
            row.try_get("seen_ms")?,
            row.try_get("draining")?,
        ))
    };
    sqlx::query(sql!("workers"))
        .bind(millis(within))
        .fetch_all(&store.pool)
        .await
        .and_then(|rows| rows.iter().map(read).collect())
        .map_err(during("list workers"))
}

pub(super) async fn end_leases_of(store: &Store, worker: WorkerId) -> Result<i64, CatalogError> {
    let ended = sqlx::query(sql!("end_leases_of"))
        .bind(worker.uuid())
        .execute(&store.pool)
        .await
        .map_err(during("end a worker's leases"))?;
    Ok(ended.rows_affected().cast_signed())
}
