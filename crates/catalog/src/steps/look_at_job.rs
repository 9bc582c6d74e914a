use super::*;
use crate::sqlx_failure::during;

pub(super) async fn job(store: &Store, id: JobId) -> Result<Job, CatalogError> {
    let step = "look at a job";
    let rows = sqlx::QueryBuilder::<Db>::new(sql!("job_view"))
        .push(" WHERE jobs.id = ")
        .push_bind(id.uuid())
        .build()
        .fetch_all(&store.pool)
        .await
        .map_err(during(step))?;
    read_all(&rows, read_job, step)?.pop().ok_or_else(|| none_with(id))
}

/// A row of `job_view`.
pub(super) fn read_job(row: &Row) -> Result<Job, Unreadable> {
    Ok(Job {
        id: JobId::from_uuid(row.try_get("id")?),
        kind: read_name(row, "kind")?,
        class: read_name(row, "class")?,
        state: read_name(row, "state")?,
        key: row.try_get::<Option<_>, _>("key_id")?.map(KeyId::from_uuid),
        source: row.try_get::<Option<_>, _>("source_id")?.map(SourceId::from_uuid),
        source_name: row.try_get("source_name")?,
        url: row.try_get("url")?,
        title: row.try_get("title")?,
        payload: row.try_get("payload")?,
        traceparent: row.try_get("traceparent")?,
        created_ms: row.try_get("created_ms")?,
        run_at_ms: row.try_get("run_at_ms")?,
        fence: row.try_get("fence")?,
        failures: row.try_get("failures")?,
        losses: row.try_get("losses")?,
        cancel_requested: row.try_get("cancel_requested")?,
        stage: row.try_get("stage")?,
        progress: row.try_get("progress")?,
        failure_code: row.try_get("failure_code")?,
        failure_message: row.try_get("failure_message")?,
        finished_ms: row.try_get("finished_ms")?,
        performance: row.try_get::<Option<_>, _>("performance_id")?.map(PerformanceId::from_uuid),
    })
}

pub(super) async fn attempts(store: &Store, id: JobId) -> Result<Vec<Attempt>, CatalogError> {
    let step = "list attempts";
    let rows = sqlx::query(sql!("attempts"))
        .bind(id.uuid())
        .fetch_all(&store.pool)
        .await
        .map_err(during(step))?;
    let attempt = |row: &Row| -> Result<Attempt, Unreadable> {
        Ok(Attempt {
            fence: row.try_get("fence")?,
            kind: row.try_get("kind")?,
            worker: WorkerId::from_uuid(row.try_get("worker_id")?),
            device: row.try_get("device")?,
            queued_ms: row.try_get("queued_ms")?,
            started_ms: row.try_get("started_ms")?,
            ended_ms: row.try_get("ended_ms")?,
            outcome: row.try_get("outcome")?,
            failure_code: row.try_get("failure_code")?,
            cost: read_cost(row)?,
        })
    };
    if rows.is_empty() {
        must_exist(store, id, step).await?;
    }
    read_all(&rows, attempt, step)
}

/// The columns of what attempts cost.
pub(super) fn read_cost(row: &Row) -> Result<Cost, sqlx::Error> {
    Ok(Cost {
        wall_secs: row.try_get("wall_secs")?,
        cpu_secs: row.try_get("cpu_secs")?,
        device_secs: row.try_get("device_secs")?,
        bytes_in: row.try_get("bytes_in")?,
        bytes_out: row.try_get("bytes_out")?,
        peak_memory_bytes: row.try_get("peak_memory_bytes")?,
    })
}

pub(super) async fn artifacts(store: &Store, id: JobId) -> Result<Vec<Artifact>, CatalogError> {
    let step = "list artifacts";
    let rows = sqlx::query(sql!("artifacts"))
        .bind(id.uuid())
        .fetch_all(&store.pool)
        .await
        .map_err(during(step))?;
    let artifact = |row: &Row| -> Result<Artifact, Unreadable> {
        Ok(Artifact {
            name: row.try_get("name")?,
            sha256: row.try_get("sha256")?,
            size_bytes: row.try_get("size_bytes")?,
            media_type: row.try_get("media_type")?,
        })
    };
    if rows.is_empty() {
        must_exist(store, id, step).await?;
    }
    read_all(&rows, artifact, step)
}

/// Tells an empty list from a job that is not there.
async fn must_exist(store: &Store, id: JobId, step: &'static str) -> Result<(), CatalogError> {
    let found = sqlx::query(sql!("job_exists"))
        .bind(id.uuid())
        .fetch_optional(&store.pool)
        .await
        .map_err(during(step))?;
    found.map(|_| ()).ok_or_else(|| none_with(id))
}
