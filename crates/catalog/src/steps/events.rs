use super::*;
use crate::sqlx_failure::during;

pub(super) async fn events(store: &Store, filter: EventFilter, after: i64, limit: i64) -> Result<Vec<Event>, CatalogError> {
    let query = match filter {
        EventFilter { job: Some(job), .. } => sqlx::query(sql!("events_of_job")).bind(after).bind(limit).bind(job.uuid()),
        EventFilter { batch: Some(batch), .. } => sqlx::query(sql!("events_of_batch")).bind(after).bind(limit).bind(batch.uuid()),
        EventFilter { job: None, batch: None } => sqlx::query(sql!("events")).bind(after).bind(limit),
    };
    let event = |row: &Row| -> Result<Event, sqlx::Error> {
        Ok(Event {
            seq: row.try_get("seq")?,
            job: row.try_get::<Option<_>, _>("job_id")?.map(JobId::from_uuid),
            batch: row.try_get::<Option<_>, _>("batch_id")?.map(BatchId::from_uuid),
            name: row.try_get("name")?,
            data: row.try_get("data")?,
            at_ms: row.try_get("at_ms")?,
        })
    };
    query
        .fetch_all(&store.pool)
        .await
        .and_then(|rows| rows.iter().map(event).collect())
        .map_err(during("read events"))
}

pub(super) async fn newest_event(store: &Store) -> Result<i64, CatalogError> {
    sqlx::query_scalar(sql!("newest_event"))
        .fetch_one(&store.pool)
        .await
        .map_err(during("find the newest event"))
}
