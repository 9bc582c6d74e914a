use super::*;
use crate::sqlx_failure::{damaged, during};
use uuid::Uuid;

/// Whose requests these are; all zero for requests without an API key.
fn owner(key: Option<KeyId>) -> Uuid {
    key.map_or(Uuid::nil(), KeyId::uuid)
}

pub(super) async fn begin_idempotent(
    store: &Store,
    key: Option<KeyId>,
    idempotency_key: &str,
    request_sha256: &[u8; 32],
) -> Result<Idempotent, CatalogError> {
    let step = "begin an idempotent request";
    let ours = sqlx::query(sql!("begin_idempotent"))
        .bind(owner(key))
        .bind(idempotency_key)
        .bind(request_sha256.as_slice())
        .fetch_optional(&store.pool)
        .await
        .map_err(during(step))?;
    if ours.is_some() {
        return Ok(Idempotent::New);
    }
    let row = sqlx::query(sql!("idempotent_answer"))
        .bind(owner(key))
        .bind(idempotency_key)
        .fetch_optional(&store.pool)
        .await
        .map_err(during(step))?;
    match row {
        Some(row) => known(&row, request_sha256).map_err(damaged(step)),
        // Given up between the two looks; whoever asks again finds it new.
        None => Ok(Idempotent::InProgress),
    }
}

fn known(row: &Row, request_sha256: &[u8; 32]) -> Result<Idempotent, Unreadable> {
    let known_sha256: Vec<u8> = row.try_get("request_sha256")?;
    if known_sha256 != request_sha256 {
        return Ok(Idempotent::OtherRequest);
    }
    let Some(status) = row.try_get::<Option<i64>, _>("status")? else {
        return Ok(Idempotent::InProgress);
    };
    Ok(Idempotent::Answered(StoredAnswer {
        status: status.try_into()?,
        headers: row.try_get("headers")?,
        body: row.try_get("body")?,
    }))
}

pub(super) async fn end_idempotent(
    store: &Store,
    key: Option<KeyId>,
    idempotency_key: &str,
    answer: Option<&StoredAnswer>,
) -> Result<(), CatalogError> {
    let query = match answer {
        Some(answer) => sqlx::query(sql!("keep_answer"))
            .bind(owner(key))
            .bind(idempotency_key)
            .bind(i64::from(answer.status))
            .bind(&answer.headers)
            .bind(&answer.body),
        None => sqlx::query(sql!("forget_unanswered")).bind(owner(key)).bind(idempotency_key),
    };
    query.execute(&store.pool).await.map_err(during("end an idempotent request"))?;
    Ok(())
}
