use super::*;
use crate::sqlx_failure::during;
use uuid::Uuid;

pub(super) async fn create_key(store: &Store, key: &NewApiKey) -> Result<ApiKey, CatalogError> {
    let step = "make an API key";
    sqlx::query(sql!("create_key"))
        .bind(Uuid::now_v7())
        .bind(&key.name)
        .bind(key.secret_sha256.as_slice())
        .bind(key.scopes.join(" "))
        .bind(key.limits.requests_per_minute)
        .bind(key.limits.active_jobs_max)
        .fetch_one(&store.pool)
        .await
        .and_then(|row| api_key(&row))
        .map_err(during(step))
}

pub(super) async fn find_key(store: &Store, secret_sha256: &[u8; 32]) -> Result<Option<ApiKey>, CatalogError> {
    sqlx::query(sql!("find_key"))
        .bind(secret_sha256.as_slice())
        .fetch_optional(&store.pool)
        .await
        .and_then(|row| row.as_ref().map(api_key).transpose())
        .map_err(during("find an API key"))
}

pub(super) async fn list_keys(store: &Store) -> Result<Vec<ApiKey>, CatalogError> {
    sqlx::query(sql!("list_keys"))
        .fetch_all(&store.pool)
        .await
        .and_then(|rows| rows.iter().map(api_key).collect())
        .map_err(during("list API keys"))
}

pub(super) async fn revoke_key(store: &Store, id: KeyId) -> Result<(), CatalogError> {
    let revoked = sqlx::query(sql!("revoke_key"))
        .bind(id.uuid())
        .execute(&store.pool)
        .await
        .map_err(during("revoke an API key"))?;
    if revoked.rows_affected() == 0 {
        return Err(none_with(id));
    }
    Ok(())
}

fn api_key(row: &Row) -> Result<ApiKey, sqlx::Error> {
    Ok(ApiKey {
        id: KeyId::from_uuid(row.try_get("id")?),
        name: row.try_get("name")?,
        scopes: read_words(row, "scopes")?,
        limits: KeyLimits {
            requests_per_minute: row.try_get("requests_per_minute")?,
            active_jobs_max: row.try_get("active_jobs_max")?,
        },
        created_ms: row.try_get("created_ms")?,
        revoked_ms: row.try_get("revoked_ms")?,
    })
}
