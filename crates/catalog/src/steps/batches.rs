use super::*;
use crate::sqlx_failure::during;
use ::jobs::JobState;
use serde::{Deserialize, Serialize};
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
    // A finished batch carries its counts; the lines of the others are counted.
    let unfinished: Vec<Uuid> = rows
        .iter()
        .filter(|row| matches!(row.try_get::<Option<String>, _>("summary"), Ok(None)))
        .map(|row| row.try_get("id"))
        .collect::<Result<_, _>>()
        .map_err(during(step))?;
    let mut lines = lines_of(&store.pool, &unfinished, step).await?;
    let batch = |row: &Row| -> Result<Batch, Unreadable> {
        let id: Uuid = row.try_get("id")?;
        let lines = match row.try_get::<Option<String>, _>("summary")? {
            Some(summary) => serde_json::from_str(&summary)?,
            None => lines.remove(&id).unwrap_or_default(),
        };
        let created_ms = row.try_get("created_ms")?;
        let now_ms: i64 = row.try_get("now_ms")?;
        let (counts, failures) = add_up(&lines);
        let ended_lately = lines.iter().map(|lines| lines.ended_lately).sum();
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

/// How many lines of a batch are the same in these respects.
#[derive(Serialize, Deserialize)]
pub(super) struct EqualLines {
    /// Of their jobs; none: refused.
    state: Option<JobState>,
    /// Why they are refused or discarded.
    code: Option<String>,
    count: i64,
    /// Of these, jobs that ended lately; of no interest once the batch is finished.
    #[serde(skip)]
    ended_lately: i64,
}

/// Counts the lines of these batches.
pub(super) async fn lines_of<'a>(
    at: impl sqlx::Executor<'a, Database = Db>,
    batches: &[Uuid],
    step: &'static str,
) -> Result<HashMap<Uuid, Vec<EqualLines>>, CatalogError> {
    let mut of: HashMap<Uuid, Vec<EqualLines>> = HashMap::new();
    if batches.is_empty() {
        return Ok(of);
    }
    let mut query = QueryBuilder::<Db>::new(sql!("batch_lines"));
    query.push(" WHERE batch_items.batch_id IN (");
    let mut ids = query.separated(", ");
    for batch in batches {
        ids.push_bind(*batch);
    }
    query.push(") GROUP BY batch_items.batch_id, jobs.state, code");
    let rows = query.build().fetch_all(at).await.map_err(during(step))?;
    let mut add = |row: &Row| -> Result<(), Unreadable> {
        of.entry(row.try_get("batch_id")?).or_default().push(EqualLines {
            state: row.try_get::<Option<String>, _>("state")?.map(|name| name.parse()).transpose()?,
            code: row.try_get("code")?,
            count: row.try_get("lines")?,
            ended_lately: row.try_get("ended_lately")?,
        });
        Ok(())
    };
    rows.iter().try_for_each(&mut add).map_err(crate::sqlx_failure::damaged(step))?;
    Ok(of)
}

/// The counts, and the reasons with the most frequent first.
fn add_up(lines: &[EqualLines]) -> (BatchCounts, Vec<(String, i64)>) {
    let mut counts = BatchCounts::default();
    // A refused line and a discarded job may have the same reason.
    let mut reasons: HashMap<&str, i64> = HashMap::new();
    for EqualLines { state, code, count, .. } in lines {
        counts.total += count;
        *match state {
            None => &mut counts.refused,
            Some(JobState::Available) => &mut counts.available,
            Some(JobState::Running) => &mut counts.running,
            Some(JobState::Retryable) => &mut counts.retryable,
            Some(JobState::Completed) => &mut counts.completed,
            Some(JobState::Cancelled) => &mut counts.cancelled,
            Some(JobState::Discarded) => &mut counts.discarded,
        } += count;
        if let Some(code) = code {
            *reasons.entry(code).or_default() += count;
        }
    }
    let mut failures: Vec<(String, i64)> = reasons.into_iter().map(|(code, count)| (code.to_owned(), count)).collect();
    failures.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    (counts, failures)
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
