use super::look_at_job::read_cost;
use super::*;
use crate::sqlx_failure::during;
use sqlx::QueryBuilder;
use uuid::Uuid;

const STEP: &str = "sum up usage";

/// An attempt at a job that is in several batches counts in each of them, once.
const LINES: &str = " LEFT JOIN batch_items ON batch_items.job_id = attempts.job_id AND NOT EXISTS (
    SELECT 1 FROM batch_items AS earlier WHERE earlier.batch_id = batch_items.batch_id AND earlier.job_id = batch_items.job_id
        AND earlier.position < batch_items.position)";

pub(super) async fn usage(store: &Store, by: UsageBy, from_ms: i64, until_ms: i64) -> Result<Vec<Usage>, CatalogError> {
    let (part, lines) = match by {
        UsageBy::Batch => ("batch_items.batch_id", LINES),
        UsageBy::Kind => ("attempts.kind", ""),
        UsageBy::Key => ("attempts.key_id", ""),
    };
    let mut query = QueryBuilder::<Db>::new(format!("SELECT {part} AS part, "));
    query
        .push(sql!("usage_sums"))
        .push(" FROM attempts")
        .push(lines)
        .push(" WHERE attempts.started_ms >= ")
        .push_bind(from_ms)
        .push(" AND attempts.started_ms < ")
        .push_bind(until_ms)
        .push(format_args!(" GROUP BY {part} ORDER BY {part}"));
    let rows = query.build().fetch_all(&store.pool).await.map_err(during(STEP))?;
    read_all(&rows, |row| read_usage(row, by), STEP)
}

fn read_usage(row: &Row, by: UsageBy) -> Result<Usage, Unreadable> {
    let id = || row.try_get::<Option<Uuid>, _>("part");
    Ok(Usage {
        group: match by {
            UsageBy::Kind => row.try_get("part")?,
            UsageBy::Batch => id()?.map(|id| BatchId::from_uuid(id).to_string()),
            UsageBy::Key => id()?.map(|id| KeyId::from_uuid(id).to_string()),
        },
        attempts: row.try_get("attempts")?,
        queued_ms: row.try_get("queued_ms")?,
        cost: read_cost(row)?,
        lost_attempts: row.try_get("lost_attempts")?,
        lost_wall_secs: row.try_get("lost_wall_secs")?,
    })
}
