use super::*;
use crate::sqlx_failure::during;
use sqlx::QueryBuilder;
use uuid::Uuid;

pub(super) async fn source(store: &Store, id: SourceId) -> Result<Source, CatalogError> {
    QueryBuilder::<Db>::new(sql!("source_view"))
        .push(" WHERE id = ")
        .push_bind(id.uuid())
        .build()
        .fetch_optional(&store.pool)
        .await
        .and_then(|row| row.as_ref().map(read_source).transpose())
        .map_err(during("look at a source"))?
        .ok_or_else(|| none_with(id))
}

pub(super) async fn list_sources(store: &Store, before: Option<SourceId>, limit: i64) -> Result<Vec<Source>, CatalogError> {
    QueryBuilder::<Db>::new(sql!("source_view"))
        .push(" WHERE id < ")
        .push_bind(before.map_or(Uuid::max(), SourceId::uuid))
        .push(" ORDER BY id DESC LIMIT ")
        .push_bind(limit)
        .build()
        .fetch_all(&store.pool)
        .await
        .and_then(|rows| rows.iter().map(read_source).collect())
        .map_err(during("list sources"))
}

fn read_source(row: &Row) -> Result<Source, sqlx::Error> {
    Ok(Source {
        id: SourceId::from_uuid(row.try_get("id")?),
        canonical: row.try_get("canonical")?,
        url: row.try_get("url")?,
        title: row.try_get("title")?,
        uploader: row.try_get("uploader")?,
        licence: row.try_get("licence")?,
        legal_basis: row.try_get("legal_basis")?,
        duration_secs: row.try_get("duration_secs")?,
        media_sha256: row.try_get("media_sha256")?,
        retrieved_ms: row.try_get("retrieved_ms")?,
        tool_version: row.try_get("tool_version")?,
        taken_down_ms: row.try_get("taken_down_ms")?,
        taken_down_reason: row.try_get("taken_down_reason")?,
        created_ms: row.try_get("created_ms")?,
    })
}
