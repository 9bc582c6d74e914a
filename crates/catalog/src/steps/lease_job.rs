use super::*;
use crate::sqlx_failure::{damaged, during};
use ::jobs::{Class, Fence};
use sqlx::Row as _;

const STEP: &str = "lease a job";

pub(super) async fn lease_job(store: &Store, request: &LeaseRequest<'_>) -> Result<Option<Leased>, CatalogError> {
    let mut classes = Class::ALL;
    if request.least_urgent_first {
        classes.reverse();
    }
    for kind in request.kinds {
        let row = sqlx::query(sql!("lease_job"))
            .bind(request.worker.uuid())
            .bind(kind.name())
            .bind(classes[0].name())
            .bind(classes[1].name())
            .bind(classes[2].name())
            .bind(request.device)
            .bind(millis(request.lease))
            .fetch_optional(&store.pool)
            .await
            .map_err(during(STEP))?;
        if let Some(row) = row {
            return leased(&row).map(Some);
        }
    }
    Ok(None)
}

fn leased(row: &Row) -> Result<Leased, CatalogError> {
    let payload: String = row.try_get("payload").map_err(during(STEP))?;
    let payload = serde_json::from_str(&payload).map_err(|error| damaged(STEP)(error.into()))?;
    let read = |row: &Row| -> Result<Leased, sqlx::Error> {
        Ok(Leased {
            held: HeldJob {
                job: JobId::from_uuid(row.try_get("id")?),
                fence: Fence(row.try_get("fence")?),
            },
            source: row.try_get::<Option<_>, _>("source_id")?.map(SourceId::from_uuid),
            host: row.try_get("host")?,
            key: row.try_get::<Option<_>, _>("key_id")?.map(KeyId::from_uuid),
            payload,
            traceparent: row.try_get("traceparent")?,
            failures: row.try_get::<i64, _>("failures")?.try_into().unwrap_or(u32::MAX),
            losses: row.try_get::<i64, _>("losses")?.try_into().unwrap_or(u32::MAX),
            waited_ms: row.try_get("waited_ms")?,
        })
    };
    read(row).map_err(during(STEP))
}
