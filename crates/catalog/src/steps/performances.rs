use super::list_jobs::first_id_since;
use super::*;
use crate::sqlx_failure::during;
use sqlx::QueryBuilder;

pub(super) async fn performance(store: &Store, id: PerformanceId) -> Result<Performance, CatalogError> {
    sqlx::QueryBuilder::<Db>::new(sql!("performance_view"))
        .push(" WHERE performances.id = ")
        .push_bind(id.uuid())
        .build()
        .fetch_optional(&store.pool)
        .await
        .and_then(|row| row.as_ref().map(read_performance).transpose())
        .map_err(during("look at a performance"))?
        .ok_or_else(|| none_with(id))
}

/// First the ids of the page, then the rows of these few.
pub(super) async fn list_performances(store: &Store, filter: &PerformanceFilter) -> Result<Vec<Performance>, CatalogError> {
    let mut query = QueryBuilder::<Db>::new(sql!("performance_view"));
    query.push(" WHERE performances.id IN (SELECT id FROM (");
    match filter.batch {
        None => {
            query.push("SELECT performances.id FROM performances WHERE TRUE");
            narrow(&mut query, filter);
        }
        // Looked up from the batch's lines, as in list_jobs.
        Some(batch) => {
            query.push("SELECT (SELECT performances.id FROM performances WHERE performances.job_id = lines.job_id");
            narrow(&mut query, filter);
            query
                .push(") AS id FROM (SELECT DISTINCT job_id FROM batch_items WHERE batch_id = ")
                .push_bind(batch.uuid())
                .push(" ORDER BY job_id) AS lines");
        }
    }
    query
        .push(") AS page ORDER BY id DESC NULLS LAST LIMIT ")
        .push_bind(filter.limit)
        .push(") ORDER BY performances.id DESC");
    query
        .build()
        .fetch_all(&store.pool)
        .await
        .and_then(|rows| rows.iter().map(read_performance).collect())
        .map_err(during("list performances"))
}

/// Every part of the filter but the batch.
fn narrow(query: &mut QueryBuilder<Db>, filter: &PerformanceFilter) {
    if let Some(before) = filter.before {
        query.push(" AND performances.id < ").push_bind(before.uuid());
    }
    if let Some(least) = filter.confidence_min {
        query.push(" AND performances.mean_confidence >= ").push_bind(least);
    }
    if let Some(licence) = &filter.licence {
        query.push(" AND performances.licence = ").push_bind(licence.clone());
    }
    if let Some(uploader) = &filter.uploader {
        query.push(" AND performances.uploader = ").push_bind(uploader.clone());
    }
    if let Some(source) = filter.source {
        query.push(" AND performances.source_id = ").push_bind(source.uuid());
    }
    if let Some(part) = &filter.title_contains {
        query
            .push(" ")
            .push(sql!("performance_title_like"))
            .push_bind(format!("%{}%", literal(part)))
            .push(r" ESCAPE '\'");
    }
    if let Some(after) = filter.created_after_ms {
        query.push(" AND performances.created_ms >= ").push_bind(after);
        query.push(" AND performances.id >= ").push_bind(first_id_since(after));
    }
}

/// A text in which LIKE finds no wildcards.
fn literal(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

fn read_performance(row: &Row) -> Result<Performance, sqlx::Error> {
    Ok(Performance {
        id: PerformanceId::from_uuid(row.try_get("id")?),
        job: JobId::from_uuid(row.try_get("job_id")?),
        source: SourceId::from_uuid(row.try_get("source_id")?),
        source_name: row.try_get("source_name")?,
        title: row.try_get("title")?,
        uploader: row.try_get("uploader")?,
        licence: row.try_get("licence")?,
        duration_secs: row.try_get("duration_secs")?,
        notes: row.try_get("notes")?,
        fingered_notes: row.try_get("fingered_notes")?,
        mean_confidence: row.try_get("mean_confidence")?,
        engine_versions: row.try_get("engine_versions")?,
        metadata: row.try_get("metadata")?,
        created_ms: row.try_get("created_ms")?,
    })
}
