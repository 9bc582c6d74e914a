use super::*;
use crate::sqlx_failure::during;
use uuid::Uuid;

pub(super) async fn create_endpoint(store: &Store, endpoint: &NewEndpoint) -> Result<Endpoint, CatalogError> {
    sqlx::query(sql!("create_endpoint"))
        .bind(Uuid::now_v7())
        .bind(endpoint.key.map(KeyId::uuid))
        .bind(&endpoint.url)
        .bind(&endpoint.secret)
        .bind(endpoint.event_names.join(" "))
        .fetch_one(&store.pool)
        .await
        .and_then(|row| read_endpoint(&row))
        .map_err(during("make a webhook endpoint"))
}

pub(super) async fn list_endpoints(store: &Store) -> Result<Vec<Endpoint>, CatalogError> {
    sqlx::query(sql!("list_endpoints"))
        .fetch_all(&store.pool)
        .await
        .and_then(|rows| rows.iter().map(read_endpoint).collect())
        .map_err(during("list webhook endpoints"))
}

pub(super) async fn delete_endpoint(store: &Store, id: EndpointId) -> Result<(), CatalogError> {
    let deleted = sqlx::query(sql!("delete_endpoint"))
        .bind(id.uuid())
        .execute(&store.pool)
        .await
        .map_err(during("delete a webhook endpoint"))?;
    if deleted.rows_affected() == 0 {
        return Err(none_with(id));
    }
    Ok(())
}

fn read_endpoint(row: &Row) -> Result<Endpoint, sqlx::Error> {
    Ok(Endpoint {
        id: EndpointId::from_uuid(row.try_get("id")?),
        key: row.try_get::<Option<_>, _>("key_id")?.map(KeyId::from_uuid),
        url: row.try_get("url")?,
        secret: row.try_get("secret")?,
        event_names: read_words(row, "event_names")?,
        failing_since_ms: row.try_get("failing_since_ms")?,
        disabled_ms: row.try_get("disabled_ms")?,
        created_ms: row.try_get("created_ms")?,
    })
}
