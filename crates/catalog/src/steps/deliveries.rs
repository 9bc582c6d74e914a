use super::*;
use crate::sqlx_failure::during;
use uuid::Uuid;

pub(super) async fn take_deliveries(store: &Store, limit: i64, hold: Duration) -> Result<Vec<Delivery>, CatalogError> {
    let mut taken: Vec<Delivery> = sqlx::query(sql!("take_deliveries"))
        .bind(limit)
        .bind(millis(hold))
        .fetch_all(&store.pool)
        .await
        .and_then(|rows| rows.iter().map(read_delivery).collect())
        .map_err(during("take webhook messages"))?;
    // An UPDATE returns its rows in any order.
    taken.sort_by_key(|delivery| delivery.seq);
    Ok(taken)
}

pub(super) async fn record_delivery(store: &Store, seq: i64, result: &DeliveryResult) -> Result<(), CatalogError> {
    let step = "record a webhook message";
    let mut transaction = store.begin(step).await?;
    let endpoint: Uuid = sqlx::query_scalar(sql!("record_delivery"))
        .bind(seq)
        .bind(result.status.map(i64::from))
        .bind(&result.error)
        .bind(result.retry_after_ms)
        .bind(result.delivered)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(during(step))?
        .ok_or_else(|| none_with(format_args!("webhook message {seq}")))?;
    sqlx::query(sql!("record_endpoint_answer"))
        .bind(endpoint)
        .bind(result.delivered)
        .bind(result.disable_endpoint)
        .execute(&mut *transaction)
        .await
        .map_err(during(step))?;
    if result.disable_endpoint {
        sqlx::query(sql!("give_up_deliveries"))
            .bind(endpoint)
            .execute(&mut *transaction)
            .await
            .map_err(during(step))?;
    }
    transaction.commit().await.map_err(during(step))
}

pub(super) async fn list_deliveries(
    store: &Store,
    endpoint: EndpointId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>, CatalogError> {
    sqlx::query(sql!("list_deliveries"))
        .bind(endpoint.uuid())
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&store.pool)
        .await
        .and_then(|rows| rows.iter().map(read_delivery).collect())
        .map_err(during("list webhook messages"))
}

pub(super) async fn replay_delivery(store: &Store, endpoint: EndpointId, seq: i64) -> Result<(), CatalogError> {
    let step = "send a webhook message again";
    let replayed = sqlx::query(sql!("replay_delivery"))
        .bind(endpoint.uuid())
        .bind(seq)
        .execute(&store.pool)
        .await
        .map_err(during(step))?;
    if replayed.rows_affected() == 1 {
        return Ok(());
    }
    let disabled: Option<bool> = sqlx::query_scalar(sql!("endpoint_disabled"))
        .bind(endpoint.uuid())
        .bind(seq)
        .fetch_optional(&store.pool)
        .await
        .map_err(during(step))?;
    Err(match disabled {
        Some(true) => CatalogError::Conflict {
            code: "endpoint_disabled",
            what: format!("{endpoint} is switched off: too many messages to it failed"),
        },
        _ => none_with(format_args!("webhook message {seq} of {endpoint}")),
    })
}

fn read_delivery(row: &Row) -> Result<Delivery, sqlx::Error> {
    Ok(Delivery {
        seq: row.try_get("seq")?,
        endpoint: EndpointId::from_uuid(row.try_get("endpoint_id")?),
        url: row.try_get("url")?,
        secret: row.try_get("secret")?,
        message_id: row.try_get("message_id")?,
        event_name: row.try_get("event_name")?,
        body: row.try_get("body")?,
        tries: row.try_get("tries")?,
        next_try_ms: row.try_get("next_try_ms")?,
        last_status: row.try_get("last_status")?,
        last_error: row.try_get("last_error")?,
        delivered_ms: row.try_get("delivered_ms")?,
        created_ms: row.try_get("created_ms")?,
    })
}
