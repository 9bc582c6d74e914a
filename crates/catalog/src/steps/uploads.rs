use super::*;
use crate::sqlx_failure::during;
use uuid::Uuid;

pub(super) async fn create_upload(
    store: &Store,
    key: Option<KeyId>,
    name: &str,
    size_bytes: i64,
    sha256: Option<&str>,
    keep: Duration,
) -> Result<Upload, CatalogError> {
    sqlx::query(sql!("create_upload"))
        .bind(Uuid::now_v7())
        .bind(key.map(KeyId::uuid))
        .bind(name)
        .bind(size_bytes)
        .bind(sha256)
        .bind(millis(keep))
        .fetch_one(&store.pool)
        .await
        .and_then(|row| read_upload(&row))
        .map_err(during("begin an upload"))
}

pub(super) async fn upload(store: &Store, id: UploadId) -> Result<Upload, CatalogError> {
    sqlx::query(sql!("upload"))
        .bind(id.uuid())
        .fetch_optional(&store.pool)
        .await
        .and_then(|row| row.as_ref().map(read_upload).transpose())
        .map_err(during("look at an upload"))?
        .ok_or_else(|| none_with(id))
}

pub(super) async fn advance_upload(store: &Store, id: UploadId, from_bytes: i64, to_bytes: i64) -> Result<Upload, CatalogError> {
    let advanced = sqlx::query(sql!("advance_upload"))
        .bind(id.uuid())
        .bind(from_bytes)
        .bind(to_bytes)
        .fetch_optional(&store.pool)
        .await
        .and_then(|row| row.as_ref().map(read_upload).transpose())
        .map_err(during("advance an upload"))?;
    match advanced {
        Some(upload) => Ok(upload),
        None => Err(not_there(&upload(store, id).await?, from_bytes, to_bytes)),
    }
}

/// Why these bytes do not belong where the upload is.
fn not_there(upload: &Upload, from_bytes: i64, to_bytes: i64) -> CatalogError {
    let Upload {
        id,
        size_bytes,
        received_bytes,
        ..
    } = upload;
    if to_bytes > *size_bytes {
        CatalogError::Conflict {
            code: "upload_too_long",
            what: format!("{id} has {size_bytes} bytes; what came would end at {to_bytes}"),
        }
    } else {
        CatalogError::Conflict {
            code: "upload_offset",
            what: format!("{id} has received {received_bytes} bytes; what came begins at {from_bytes}"),
        }
    }
}

pub(super) async fn complete_upload(store: &Store, id: UploadId, artifact_sha256: &str) -> Result<Upload, CatalogError> {
    let completed = sqlx::query(sql!("complete_upload"))
        .bind(id.uuid())
        .bind(artifact_sha256)
        .fetch_optional(&store.pool)
        .await
        .and_then(|row| row.as_ref().map(read_upload).transpose())
        .map_err(during("complete an upload"))?;
    match completed {
        Some(upload) => Ok(upload),
        None => {
            let Upload {
                size_bytes,
                received_bytes,
                ..
            } = upload(store, id).await?;
            Err(CatalogError::Conflict {
                code: "upload_not_completable",
                what: format!("{id} has received {received_bytes} of {size_bytes} bytes, or is complete with other content"),
            })
        }
    }
}

fn read_upload(row: &Row) -> Result<Upload, sqlx::Error> {
    Ok(Upload {
        id: UploadId::from_uuid(row.try_get("id")?),
        key: row.try_get::<Option<_>, _>("key_id")?.map(KeyId::from_uuid),
        name: row.try_get("name")?,
        size_bytes: row.try_get("size_bytes")?,
        sha256: row.try_get("sha256")?,
        received_bytes: row.try_get("received_bytes")?,
        artifact_sha256: row.try_get("artifact_sha256")?,
        created_ms: row.try_get("created_ms")?,
        expires_ms: row.try_get("expires_ms")?,
    })
}
