use super::held::Held;
use super::*;
use crate::sqlx_failure::during;
use ::jobs::{Backoff, Fence, Limits, Next, after_loss};
use sqlx::Row as _;

const STEP: &str = "rescue lost jobs";
const CODE: &str = "worker_lost";

pub(super) async fn rescue_lost(store: &Store, limits: &Limits, limit: i64, random: f64) -> Result<Rescued, CatalogError> {
    let mut transaction = store.begin(STEP).await?;
    let held_job = |row: &Row| -> Result<HeldJob, sqlx::Error> {
        Ok(HeldJob {
            job: JobId::from_uuid(row.try_get("id")?),
            fence: Fence(row.try_get("fence")?),
        })
    };
    let lost: Vec<HeldJob> = sqlx::query(sql!("lost_jobs"))
        .bind(limit)
        .fetch_all(&mut *transaction)
        .await
        .and_then(|rows| rows.iter().map(held_job).collect())
        .map_err(during(STEP))?;
    let mut rescued = Rescued::default();
    for job in lost {
        let held = Held::lock(&mut transaction, job, STEP).await?;
        let losses = held.losses + 1;
        let count = u32::try_from(losses).unwrap_or(u32::MAX);
        let next = after_loss(count, limits, &Backoff::default(), random);
        let message = format!("its worker stopped answering, {losses} of at most {} times", limits.lost_max);
        let query = if held.cancel_requested || held.taken_down {
            sqlx::query(sql!("cancel_held_job"))
                .bind(job.job.uuid())
                .bind(job.fence.0)
                .bind(None::<String>)
                .bind(None::<String>)
        } else {
            match next {
                Next::Discard => sqlx::query(sql!("discard_job"))
                    .bind(job.job.uuid())
                    .bind(job.fence.0)
                    .bind(held.failures)
                    .bind(losses)
                    .bind(CODE)
                    .bind(message),
                Next::Later(Duration::ZERO) => sqlx::query(sql!("release_job")).bind(job.job.uuid()).bind(job.fence.0).bind(losses),
                Next::Later(wait) => sqlx::query(sql!("postpone_job"))
                    .bind(job.job.uuid())
                    .bind(job.fence.0)
                    .bind(millis(wait))
                    .bind(held.failures)
                    .bind(losses)
                    .bind(CODE)
                    .bind(message)
                    .bind(None::<String>),
            }
        };
        query.execute(&mut *transaction).await.map_err(during(STEP))?;
        let cost = Cost {
            wall_secs: held.wall_secs(),
            ..Cost::default()
        };
        held.record(&mut transaction, "lost", Some(CODE), &cost, STEP).await?;
        match next {
            Next::Discard => rescued.discarded += 1,
            Next::Later(_) => rescued.retried += 1,
        }
    }
    transaction.commit().await.map_err(during(STEP))?;
    Ok(rescued)
}
