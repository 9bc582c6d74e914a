use super::look_at_job::read_job;
use super::*;
use crate::sqlx_failure::during;
use ::jobs::JobState;
use sqlx::QueryBuilder;
use uuid::Uuid;

const STEP: &str = "list jobs";

/// Ids carry the time of the machine that made them, `created_ms` that of the database. A search by time begins this much
/// further away in the index of ids, so that clocks may differ.
const CLOCKS_DIFFER_MS: i64 = 300_000;

/// First the ids of the page, from whichever index fits the filter, then the rows of these few.
pub(super) async fn list_jobs(store: &Store, filter: &JobFilter) -> Result<Vec<Job>, CatalogError> {
    let mut query = QueryBuilder::<Db>::new(sql!("job_view"));
    query.push(" WHERE jobs.id IN (SELECT id FROM (");
    match (filter.batch, filter.states.as_slice()) {
        (Some(batch), states) => ids_of_batch(&mut query, filter, batch, states),
        // A page of each state, as the index holds them, and of these the newest.
        (None, [first, more @ ..]) if !more.is_empty() => {
            ids(&mut query, filter, Some(*first));
            for state in more {
                query.push(" UNION ALL ");
                ids(&mut query, filter, Some(*state));
            }
        }
        (None, states) => ids(&mut query, filter, states.first().copied()),
    }
    query.push(") AS page ORDER BY id DESC LIMIT ").push_bind(filter.limit);
    query.push(") ORDER BY jobs.id DESC");
    let rows = query.build().fetch_all(&store.pool).await.map_err(during(STEP))?;
    read_all(&rows, read_job, STEP)
}

fn ids(query: &mut QueryBuilder<Db>, filter: &JobFilter, state: Option<JobState>) {
    query.push("SELECT id FROM (SELECT jobs.id FROM jobs WHERE TRUE");
    if let Some(state) = state {
        // The name itself, so that the planner knows how many there are of it.
        query.push(format_args!(" AND jobs.state = '{state}'"));
    }
    narrow(query, filter);
    query.push(" ORDER BY jobs.id DESC LIMIT ").push_bind(filter.limit);
    query.push(") AS arm");
}

/// A batch's jobs in their order, from its lines; a job may be on several. Each is looked up by a subquery, which PostgreSQL
/// cannot turn into a join: it would begin with all jobs there are, newest first.
fn ids_of_batch(query: &mut QueryBuilder<Db>, filter: &JobFilter, batch: BatchId, states: &[JobState]) {
    query
        .push("SELECT id FROM (SELECT lines.job_id AS id FROM (SELECT DISTINCT job_id FROM batch_items WHERE batch_id = ")
        .push_bind(batch.uuid());
    query
        .push(" AND job_id < ")
        .push_bind(filter.before.map_or(Uuid::max(), JobId::uuid));
    query.push(" ORDER BY job_id DESC) AS lines WHERE (SELECT 1 FROM jobs WHERE jobs.id = lines.job_id");
    if !states.is_empty() {
        let names: Vec<String> = states.iter().map(|state| format!("'{state}'")).collect();
        query.push(format_args!(" AND jobs.state IN ({})", names.join(", ")));
    }
    narrow(query, filter);
    query.push(") = 1 ORDER BY lines.job_id DESC LIMIT ").push_bind(filter.limit);
    query.push(") AS arm");
}

/// Every other part of the filter.
fn narrow(query: &mut QueryBuilder<Db>, filter: &JobFilter) {
    if let Some(kind) = filter.kind {
        query.push(format_args!(" AND jobs.kind = '{kind}'"));
    }
    if let Some(source) = filter.source {
        query.push(" AND jobs.source_id = ").push_bind(source.uuid());
    }
    if let Some(key) = filter.key {
        query.push(" AND jobs.key_id = ").push_bind(key.uuid());
    }
    if let Some(code) = &filter.failure_code {
        query.push(" AND jobs.failure_code = ").push_bind(code.clone());
    }
    if let Some(after) = filter.created_after_ms {
        query.push(" AND jobs.created_ms >= ").push_bind(after);
        query.push(" AND jobs.id >= ").push_bind(first_id_since(after));
    }
    if let Some(before) = filter.created_before_ms {
        query.push(" AND jobs.created_ms < ").push_bind(before);
        query
            .push(" AND jobs.id < ")
            .push_bind(first_id_at(before.saturating_add(CLOCKS_DIFFER_MS)));
    }
    if let Some(before) = filter.before {
        query.push(" AND jobs.id < ").push_bind(before.uuid());
    }
}

/// An id before all that were made since this time by the database's clock.
pub(super) fn first_id_since(unix_ms: i64) -> Uuid {
    first_id_at(unix_ms.saturating_sub(CLOCKS_DIFFER_MS))
}

/// The smallest id made at this time; ids begin with 48 bits of it.
fn first_id_at(unix_ms: i64) -> Uuid {
    const LATEST_MS: i64 = (1 << 48) - 1;
    JobId::at(unix_ms.clamp(0, LATEST_MS).cast_unsigned(), [0; 10]).uuid()
}
