use super::*;
use crate::sqlx_failure::during;
use sqlx::Row as _;

pub(super) async fn reserve_host(store: &Store, host: &str, spacing: Duration) -> Result<HostTurn, CatalogError> {
    let step = "reserve a turn at a host";
    let read = |row: Row| -> Result<(i64, i64), sqlx::Error> { Ok((row.try_get("wait_ms")?, row.try_get("closed_ms")?)) };
    let (wait_ms, closed_ms) = sqlx::query(sql!("reserve_host"))
        .bind(host)
        .bind(millis(spacing))
        .fetch_one(&store.pool)
        .await
        .and_then(read)
        .map_err(during(step))?;
    Ok(match (closed_ms, wait_ms) {
        (closed_ms @ 1.., _) => HostTurn::Closed(closed_ms),
        (_, wait_ms @ 1..) => HostTurn::After(wait_ms),
        _ => HostTurn::Now,
    })
}

pub(super) async fn host_answered(store: &Store, host: &str) -> Result<(), CatalogError> {
    sqlx::query(sql!("host_answered"))
        .bind(host)
        .execute(&store.pool)
        .await
        .map_err(during("forget a host's strikes"))?;
    Ok(())
}
