use super::*;
use crate::sqlx_failure::during;
use sqlx::Row as _;

pub(super) async fn extend_lease(
    store: &Store,
    held: HeldJob,
    lease: Duration,
    progress: Option<(&str, f64)>,
) -> Result<Renewal, CatalogError> {
    let cancel_requested: Option<bool> = sqlx::query(sql!("extend_lease"))
        .bind(held.job.uuid())
        .bind(held.fence.0)
        .bind(millis(lease))
        .bind(progress.map(|(stage, _)| stage))
        .bind(progress.map(|(_, fraction)| fraction))
        .fetch_optional(&store.pool)
        .await
        .and_then(|row| row.map(|row| row.try_get("cancel_requested")).transpose())
        .map_err(during("extend a lease"))?;
    Ok(match cancel_requested {
        None => Renewal::Lost,
        Some(true) => Renewal::CancelRequested,
        Some(false) => Renewal::Held,
    })
}
