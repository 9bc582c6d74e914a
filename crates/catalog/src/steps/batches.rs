use super::*;
use crate::sqlx_failure::during;
use ::jobs::JobState;
use sqlx::QueryBuilder;
use std::collections::HashMap;
use uuid::Uuid;

/// Jobs that ended this lately say how fast a batch goes on; `batch_lines` counts them.
const LATELY_MS: i64 = 600_000;

pub(super) async fn batch(store: &Store, id: BatchId) -> Result<Batch, CatalogError> {
    let mut query = QueryBuilder::<Db>::new(sql!("batch_view"));
    query.push(" WHERE id = ").push_bind(id.uuid());
    look(store, query, "look at a batch").await?.pop().ok_or_else(|| none_with(id))
}

pub(super) async fn list_batches(store: &Store, before: Option<BatchId>, limit: i64) -> Result<Vec<Batch>, CatalogError> {
    let mut query = QueryBuilder::<Db>::new(sql!("batch_view"));
    query.push(" WHERE id < ").push_bind(before.map_or(Uuid::max(), BatchId::uuid));
    query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    look(store, query, "list batches").await
}

async fn look(store: &Store, mut query: QueryBuilder<Db>, step: &'static str) -> Result<Vec<Batch>, CatalogError> {
    let rows = query.build().fetch_all(&store.pool).await.map_err(during(step))?;
    let mut lines = lines_of(store, &rows, step).await?;
    let batch = |row: &Row| -> Result<Batch, Unreadable> {
        let id: Uuid = row.try_get("id")?;
        let created_ms = row.try_get("created_ms")?;
        let now_ms: i64 = row.try_get("now_ms")?;
        let Lines {
            counts,
            mut failures,
            ended_lately,
        } = lines.remove(&id).unwrap_or_default();
        failures.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Ok(Batch {
            id: BatchId::from_uuid(id),
            key: row.try_get::<Option<_>, _>("key_id")?.map(KeyId::from_uuid),
            name: row.try_get("name")?,
            url: row.try_get("url")?,
            created_ms,
            finished_ms: row.try_get("finished_ms")?,
            cancelled_ms: row.try_get("cancelled_ms")?,
            counts,
            failures,
            eta_secs: eta_secs(&counts, ended_lately, now_ms - created_ms),
        })
    };
    rows.iter()
        .map(batch)
        .collect::<Result<_, _>>()
        .map_err(crate::sqlx_failure::damaged(step))
}

/// What the lines of a batch say together.
#[derive(Default)]
struct Lines {
    counts: BatchCounts,
    failures: Vec<(String, i64)>,
    ended_lately: i64,
}

async fn lines_of(store: &Store, batches: &[Row], step: &'static str) -> Result<HashMap<Uuid, Lines>, CatalogError> {
    let mut of = HashMap::new();
    if batches.is_empty() {
        return Ok(of);
    }
    let mut query = QueryBuilder::<Db>::new(sql!("batch_lines"));
    query.push(" WHERE batch_items.batch_id IN (");
    let mut ids = query.separated(", ");
    for row in batches {
        ids.push_bind(row.try_get::<Uuid, _>("id").map_err(during(step))?);
    }
    query.push(") GROUP BY batch_items.batch_id, jobs.state, code");
    let rows = query.build().fetch_all(&store.pool).await.map_err(during(step))?;
    let mut add = |row: &Row| -> Result<(), Unreadable> {
        let lines = of.entry(row.try_get("batch_id")?).or_insert_with(Lines::default);
        let state = row.try_get::<Option<String>, _>("state")?.map(|name| name.parse()).transpose()?;
        lines.add(state, row.try_get("code")?, row.try_get("lines")?);
        lines.ended_lately += row.try_get::<i64, _>("ended_lately")?;
        Ok(())
    };
    rows.iter().try_for_each(&mut add).map_err(crate::sqlx_failure::damaged(step))?;
    Ok(of)
}

impl Lines {
    fn add(&mut self, state: Option<JobState>, code: Option<String>, lines: i64) {
        let counts = &mut self.counts;
        counts.total += lines;
        *match state {
            None => &mut counts.refused,
            Some(JobState::Available) => &mut counts.available,
            Some(JobState::Running) => &mut counts.running,
            Some(JobState::Retryable) => &mut counts.retryable,
            Some(JobState::Completed) => &mut counts.completed,
            Some(JobState::Cancelled) => &mut counts.cancelled,
            Some(JobState::Discarded) => &mut counts.discarded,
        } += lines;
        let Some(code) = code else { return };
        // A refused line and a discarded job may have the same reason.
        match self.failures.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count += lines,
            None => self.failures.push((code, lines)),
        }
    }
}

fn eta_secs(counts: &BatchCounts, ended_lately: i64, age_ms: i64) -> Option<f64> {
    let unfinished = counts.available + counts.running + counts.retryable;
    if unfinished == 0 {
        return Some(0.0);
    }
    let watched_secs = age_ms.clamp(0, LATELY_MS) as f64 / 1000.0;
    (ended_lately > 0).then(|| unfinished as f64 * watched_secs / ended_lately as f64)
}

pub(super) async fn batch_items(store: &Store, id: BatchId, after: i64, limit: i64) -> Result<Vec<BatchItem>, CatalogError> {
    let step = "list a batch's lines";
    let rows = sqlx::query(sql!("batch_items"))
        .bind(id.uuid())
        .bind(after)
        .bind(limit)
        .fetch_all(&store.pool)
        .await
        .map_err(during(step))?;
    if rows.is_empty() && !exists(&store.pool, id, step).await? {
        return Err(none_with(id));
    }
    let item = |row: &Row| -> Result<BatchItem, Unreadable> {
        let code: Option<String> = row.try_get("refusal_code")?;
        let message: Option<String> = row.try_get("refusal_message")?;
        Ok(BatchItem {
            position: row.try_get("position")?,
            job: row.try_get::<Option<_>, _>("job_id")?.map(JobId::from_uuid),
            refusal: code.map(|code| (code, message.unwrap_or_default())),
        })
    };
    read_all(&rows, item, step)
}

/// Whether there is such a batch.
pub(super) async fn exists<'a>(at: impl sqlx::Executor<'a, Database = Db>, id: BatchId, step: &'static str) -> Result<bool, CatalogError> {
    let found = sqlx::query(sql!("batch_exists"))
        .bind(id.uuid())
        .fetch_optional(at)
        .await
        .map_err(during(step))?;
    Ok(found.is_some())
}
