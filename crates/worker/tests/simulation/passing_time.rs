//! Time, as far as the catalog's clock is concerned: what would be over after a while is over now. Done by SQL, behind the catalog's
//! back.

use crate::chance::Chance;
use catalog::HeldJob;
use jobs::{Fence, JobId};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;
use uuid::Uuid;

pub struct PassingTime {
    pub database: SqlitePool,
    /// Leases that somebody extends.
    pub kept: Mutex<HashSet<HeldJob>>,
}

impl PassingTime {
    pub fn of(file: &Path) -> PassingTime {
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(30));
        PassingTime {
            database: SqlitePool::connect_lazy_with(options),
            kept: Mutex::default(),
        }
    }

    /// Some of what waits has waited long enough. What has not waits for ever: the real clock decides nothing here.
    pub async fn pass(&self, chance: &mut Chance) {
        for lease in self.unkept_leases().await {
            if chance.happens(0.3) {
                self.end_lease(lease).await;
            }
        }
        self.run(match chance.happens(0.1) {
            true => "UPDATE jobs SET run_at_ms = 1 WHERE state = 'retryable'",
            false => "UPDATE jobs SET run_at_ms = 1 << 60 WHERE state = 'retryable' AND run_at_ms <> 1",
        })
        .await;
        if chance.happens(0.1) {
            self.run("UPDATE outbox SET taken_until_ms = 0").await;
        }
    }

    /// All of it has.
    pub async fn pass_at_length(&self) {
        for lease in self.unkept_leases().await {
            self.end_lease(lease).await;
        }
        self.run("UPDATE jobs SET run_at_ms = 1 WHERE state = 'retryable'").await;
        self.run("UPDATE outbox SET taken_until_ms = 0").await;
    }

    /// Leases of now, the oldest job's first.
    pub async fn running(&self) -> Vec<HeldJob> {
        let rows: Vec<(Uuid, i64)> = sqlx::query_as("SELECT id, fence FROM jobs WHERE state = 'running' ORDER BY id")
            .fetch_all(&self.database)
            .await
            .unwrap();
        let held = rows.into_iter().map(|(id, fence)| HeldJob {
            job: JobId::from_uuid(id),
            fence: Fence(fence),
        });
        held.collect()
    }

    async fn unkept_leases(&self) -> Vec<HeldJob> {
        let running = self.running().await;
        let kept = self.kept.lock().unwrap();
        running.into_iter().filter(|held| !kept.contains(held)).collect()
    }

    async fn end_lease(&self, held: HeldJob) {
        sqlx::query("UPDATE jobs SET lease_until_ms = 0 WHERE id = ? AND fence = ? AND state = 'running'")
            .bind(held.job.uuid())
            .bind(held.fence.0)
            .execute(&self.database)
            .await
            .unwrap();
    }

    async fn run(&self, statement: &'static str) {
        sqlx::query(statement).execute(&self.database).await.unwrap();
    }
}
