//! Rows that older programs wrote, after all migrations ran over them.

use super::world::*;
use crate::*;
use jobs::{JobId, JobState, PerformanceId};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Reads the rows of `migrations/*/rows` as this program reads its own.
pub async fn read_migrated_rows(catalog: &dyn Catalog) {
    let any = JobFilter {
        limit: MANY,
        ..JobFilter::default()
    };
    let jobs = catalog.list_jobs(&any).await.expect("jobs");
    let states: BTreeSet<JobState> = jobs.iter().map(|job| job.state).collect();
    assert_eq!(states.len(), JobState::ALL.len(), "a job in each state");
    let completed = JobId::from_uuid(row(7));
    assert_eq!(catalog.attempts(completed).await.expect("attempts").len(), 1);
    assert_eq!(catalog.artifacts(completed).await.expect("artifacts").len(), 1);
    let of_job = EventFilter {
        job: Some(completed),
        batch: None,
    };
    let world = World::watching(catalog);
    assert_eq!(world.events(of_job, 0, |events| !events.is_empty()).await.len(), 1);
    let performance = catalog
        .performance(PerformanceId::from_uuid(row(13)))
        .await
        .expect("the performance");
    assert_eq!((performance.job, performance.notes), (completed, 420));
    let batches = catalog.list_batches(None, MANY).await.expect("batches");
    let counts: Vec<_> = batches
        .iter()
        .map(|batch| (batch.counts.total, batch.counts.completed, batch.counts.refused))
        .collect();
    assert_eq!(counts, [(2, 0, 1), (1, 1, 0)]);
    assert_eq!(catalog.list_sources(None, MANY).await.expect("sources").len(), 2);
    assert_eq!(catalog.list_keys().await.expect("keys").len(), 2);
    let endpoints = catalog.list_endpoints().await.expect("endpoints");
    assert_eq!(
        catalog.list_deliveries(endpoints[0].id, None, MANY).await.expect("messages").len(),
        1
    );
    assert_eq!(catalog.usage(UsageBy::Kind, 0, i64::MAX).await.expect("usage").len(), 2);
    assert_eq!(catalog.take_bells(MANY, jobs::LEASE).await.expect("bells").len(), 1);
}

/// The id of a row by its number in these files.
fn row(number: u128) -> Uuid {
    Uuid::from_u128((number << 96) | (0x7000 << 64) | (0x8000 << 48))
}
