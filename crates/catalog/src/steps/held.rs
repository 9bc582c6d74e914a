//! The row of a held job, and the record of how its attempt ended.

use super::*;
use crate::sqlx_failure::during;
use sqlx::{Row as _, Transaction};
use uuid::Uuid;

/// A job's row, locked, with its lease still valid.
pub(super) struct Held {
    pub job: HeldJob,
    pub kind: String,
    pub class: String,
    pub key_id: Option<Uuid>,
    pub share_id: Uuid,
    pub source_id: Option<Uuid>,
    pub traceparent: Option<String>,
    pub failures: i64,
    pub losses: i64,
    pub cancel_requested: bool,
    pub taken_down: bool,
    worker_id: Uuid,
    device: String,
    available_ms: i64,
    leased_ms: i64,
    now_ms: i64,
}

impl Held {
    /// Reads and locks the row, or says that the lease is lost.
    pub(super) async fn lock(transaction: &mut Transaction<'static, Db>, job: HeldJob, step: &'static str) -> Result<Held, CatalogError> {
        let read = |row: Row| -> Result<Held, sqlx::Error> {
            Ok(Held {
                job,
                kind: row.try_get("kind")?,
                class: row.try_get("class")?,
                key_id: row.try_get("key_id")?,
                share_id: row.try_get("share_id")?,
                source_id: row.try_get("source_id")?,
                traceparent: row.try_get("traceparent")?,
                failures: row.try_get("failures")?,
                losses: row.try_get("losses")?,
                cancel_requested: row.try_get("cancel_requested")?,
                taken_down: row.try_get("taken_down")?,
                worker_id: row.try_get("worker_id")?,
                device: row.try_get("device")?,
                available_ms: row.try_get("available_ms")?,
                leased_ms: row.try_get("leased_ms")?,
                now_ms: row.try_get("now_ms")?,
            })
        };
        sqlx::query(sql!("held_job"))
            .bind(job.job.uuid())
            .bind(job.fence.0)
            .fetch_optional(&mut **transaction)
            .await
            .and_then(|row| row.map(read).transpose())
            .map_err(during(step))?
            .ok_or(CatalogError::LeaseLost {
                job: job.job,
                fence: job.fence.0,
            })
    }

    /// Seconds since the job was leased.
    pub(super) fn wall_secs(&self) -> f64 {
        (self.now_ms - self.leased_ms) as f64 / 1000.0
    }

    /// Records how the attempt ended.
    pub(super) async fn record(
        &self,
        transaction: &mut Transaction<'static, Db>,
        outcome: &str,
        failure_code: Option<&str>,
        cost: &Cost,
        step: &'static str,
    ) -> Result<(), CatalogError> {
        sqlx::query(sql!("end_attempt"))
            .bind(self.job.job.uuid())
            .bind(self.job.fence.0)
            .bind(&self.kind)
            .bind(self.worker_id)
            .bind(&self.device)
            .bind(self.key_id)
            .bind((self.leased_ms - self.available_ms).max(0))
            .bind(self.leased_ms)
            .bind(self.now_ms)
            .bind(outcome)
            .bind(failure_code)
            .bind(cost.wall_secs)
            .bind(cost.cpu_secs)
            .bind(cost.device_secs)
            .bind(cost.bytes_in)
            .bind(cost.bytes_out)
            .bind(cost.peak_memory_bytes)
            .execute(&mut **transaction)
            .await
            .map_err(during(step))?;
        Ok(())
    }
}
