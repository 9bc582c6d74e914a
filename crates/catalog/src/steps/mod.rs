//! The steps. This folder is compiled twice: `super` is the PostgreSQL or the SQLite catalog, with its `Db`, `Row`, `Store` and
//! `sql!`.

mod accept;
mod batches;
mod cancel;
mod deliveries;
mod duties;
mod endpoints;
mod events;
mod extend_lease;
mod finish_attempt;
mod held;
mod hosts;
mod idempotency;
mod keys;
mod lease_job;
mod list_jobs;
mod look_at_job;
mod performances;
mod rescue_lost;
mod retry;
mod sources;
mod take_down;
mod uploads;
mod usage;
mod workers;

use super::{Db, Row, Store};
use crate::*;
use ::jobs::{BatchId, EndpointId, JobId, KeyId, PerformanceId, SourceId, UploadId, WorkerId};
use async_trait::async_trait;
use sqlx::Row as _;
use std::time::Duration;

#[async_trait]
impl Catalog for Store {
    async fn accept(&self, submission: &Submission) -> Result<Accepted, CatalogError> {
        accept::accept(self, submission).await
    }

    async fn lease_job(&self, request: &LeaseRequest<'_>) -> Result<Option<Leased>, CatalogError> {
        lease_job::lease_job(self, request).await
    }

    async fn extend_lease(&self, held: HeldJob, lease: Duration, progress: Option<(&str, f64)>) -> Result<Renewal, CatalogError> {
        extend_lease::extend_lease(self, held, lease, progress).await
    }

    async fn finish_attempt(&self, held: HeldJob, outcome: &Outcome, cost: &Cost) -> Result<(), CatalogError> {
        finish_attempt::finish_attempt(self, held, outcome, cost).await
    }

    async fn reserve_host(&self, host: &str, spacing: Duration) -> Result<HostTurn, CatalogError> {
        hosts::reserve_host(self, host, spacing).await
    }

    async fn host_answered(&self, host: &str) -> Result<(), CatalogError> {
        hosts::host_answered(self, host).await
    }

    async fn worker_seen(&self, worker: &Worker, draining: bool) -> Result<(), CatalogError> {
        workers::worker_seen(self, worker, draining).await
    }

    async fn workers(&self, within: Duration) -> Result<Vec<(Worker, i64, i64, bool)>, CatalogError> {
        workers::workers(self, within).await
    }

    async fn end_leases_of(&self, worker: WorkerId) -> Result<i64, CatalogError> {
        workers::end_leases_of(self, worker).await
    }

    async fn take_bells(&self, limit: i64, hold: Duration) -> Result<Vec<Bell>, CatalogError> {
        duties::take_bells(self, limit, hold).await
    }

    async fn forget_bells(&self, seqs: &[i64]) -> Result<(), CatalogError> {
        duties::forget_bells(self, seqs).await
    }

    async fn rescue_lost(&self, limits: &jobs::Limits, limit: i64, random: f64) -> Result<Rescued, CatalogError> {
        rescue_lost::rescue_lost(self, limits, limit, random).await
    }

    async fn release_due(&self, limit: i64) -> Result<i64, CatalogError> {
        duties::release_due(self, limit).await
    }

    async fn finish_batches(&self, limit: i64) -> Result<i64, CatalogError> {
        duties::finish_batches(self, limit).await
    }

    async fn take_deletions(&self, limit: i64) -> Result<Vec<String>, CatalogError> {
        duties::take_deletions(self, limit).await
    }

    async fn forget_deletions(&self, sha256s: &[String]) -> Result<(), CatalogError> {
        duties::forget_deletions(self, sha256s).await
    }

    async fn known_objects(&self, sha256s: &[String]) -> Result<Vec<String>, CatalogError> {
        duties::known_objects(self, sha256s).await
    }

    async fn forget_old(&self, older_than: Duration) -> Result<i64, CatalogError> {
        duties::forget_old(self, older_than).await
    }

    async fn queue_facts(&self) -> Result<Vec<QueueFact>, CatalogError> {
        duties::queue_facts(self).await
    }

    async fn outbox_lag_secs(&self) -> Result<f64, CatalogError> {
        duties::outbox_lag_secs(self).await
    }

    async fn job(&self, id: JobId) -> Result<Job, CatalogError> {
        look_at_job::job(self, id).await
    }

    async fn list_jobs(&self, filter: &JobFilter) -> Result<Vec<Job>, CatalogError> {
        list_jobs::list_jobs(self, filter).await
    }

    async fn attempts(&self, id: JobId) -> Result<Vec<Attempt>, CatalogError> {
        look_at_job::attempts(self, id).await
    }

    async fn artifacts(&self, id: JobId) -> Result<Vec<Artifact>, CatalogError> {
        look_at_job::artifacts(self, id).await
    }

    async fn cancel_job(&self, id: JobId) -> Result<Job, CatalogError> {
        cancel::cancel_job(self, id).await
    }

    async fn retry_job(&self, id: JobId) -> Result<Job, CatalogError> {
        retry::retry_job(self, id).await
    }

    async fn batch(&self, id: BatchId) -> Result<Batch, CatalogError> {
        batches::batch(self, id).await
    }

    async fn list_batches(&self, before: Option<BatchId>, limit: i64) -> Result<Vec<Batch>, CatalogError> {
        batches::list_batches(self, before, limit).await
    }

    async fn batch_items(&self, id: BatchId, after: i64, limit: i64) -> Result<Vec<BatchItem>, CatalogError> {
        batches::batch_items(self, id, after, limit).await
    }

    async fn cancel_batch(&self, id: BatchId) -> Result<i64, CatalogError> {
        cancel::cancel_batch(self, id).await
    }

    async fn retry_failed(&self, id: BatchId) -> Result<i64, CatalogError> {
        retry::retry_failed(self, id).await
    }

    async fn events(&self, filter: EventFilter, after: i64, limit: i64) -> Result<Vec<Event>, CatalogError> {
        events::events(self, filter, after, limit).await
    }

    async fn newest_event(&self) -> Result<i64, CatalogError> {
        events::newest_event(self).await
    }

    async fn performance(&self, id: PerformanceId) -> Result<Performance, CatalogError> {
        performances::performance(self, id).await
    }

    async fn list_performances(&self, filter: &PerformanceFilter) -> Result<Vec<Performance>, CatalogError> {
        performances::list_performances(self, filter).await
    }

    async fn source(&self, id: SourceId) -> Result<Source, CatalogError> {
        sources::source(self, id).await
    }

    async fn list_sources(&self, before: Option<SourceId>, limit: i64) -> Result<Vec<Source>, CatalogError> {
        sources::list_sources(self, before, limit).await
    }

    async fn take_down(&self, id: SourceId, reason: &str) -> Result<(), CatalogError> {
        take_down::take_down(self, id, reason).await
    }

    async fn usage(&self, by: UsageBy, from_ms: i64, until_ms: i64) -> Result<Vec<Usage>, CatalogError> {
        usage::usage(self, by, from_ms, until_ms).await
    }

    async fn create_key(&self, key: &NewApiKey) -> Result<ApiKey, CatalogError> {
        keys::create_key(self, key).await
    }

    async fn find_key(&self, secret_sha256: &[u8; 32]) -> Result<Option<ApiKey>, CatalogError> {
        keys::find_key(self, secret_sha256).await
    }

    async fn list_keys(&self) -> Result<Vec<ApiKey>, CatalogError> {
        keys::list_keys(self).await
    }

    async fn revoke_key(&self, id: KeyId) -> Result<(), CatalogError> {
        keys::revoke_key(self, id).await
    }

    async fn begin_idempotent(
        &self,
        key: Option<KeyId>,
        idempotency_key: &str,
        request_sha256: &[u8; 32],
    ) -> Result<Idempotent, CatalogError> {
        idempotency::begin_idempotent(self, key, idempotency_key, request_sha256).await
    }

    async fn end_idempotent(&self, key: Option<KeyId>, idempotency_key: &str, answer: Option<&StoredAnswer>) -> Result<(), CatalogError> {
        idempotency::end_idempotent(self, key, idempotency_key, answer).await
    }

    async fn create_upload(
        &self,
        key: Option<KeyId>,
        name: &str,
        size_bytes: i64,
        sha256: Option<&str>,
        keep: Duration,
    ) -> Result<Upload, CatalogError> {
        uploads::create_upload(self, key, name, size_bytes, sha256, keep).await
    }

    async fn upload(&self, id: UploadId) -> Result<Upload, CatalogError> {
        uploads::upload(self, id).await
    }

    async fn advance_upload(&self, id: UploadId, from_bytes: i64, to_bytes: i64) -> Result<Upload, CatalogError> {
        uploads::advance_upload(self, id, from_bytes, to_bytes).await
    }

    async fn complete_upload(&self, id: UploadId, artifact_sha256: &str) -> Result<Upload, CatalogError> {
        uploads::complete_upload(self, id, artifact_sha256).await
    }

    async fn create_endpoint(&self, endpoint: &NewEndpoint) -> Result<Endpoint, CatalogError> {
        endpoints::create_endpoint(self, endpoint).await
    }

    async fn list_endpoints(&self) -> Result<Vec<Endpoint>, CatalogError> {
        endpoints::list_endpoints(self).await
    }

    async fn delete_endpoint(&self, id: EndpointId) -> Result<(), CatalogError> {
        endpoints::delete_endpoint(self, id).await
    }

    async fn take_deliveries(&self, limit: i64, hold: Duration) -> Result<Vec<Delivery>, CatalogError> {
        deliveries::take_deliveries(self, limit, hold).await
    }

    async fn record_delivery(&self, seq: i64, result: &DeliveryResult) -> Result<(), CatalogError> {
        deliveries::record_delivery(self, seq, result).await
    }

    async fn list_deliveries(&self, endpoint: EndpointId, before: Option<i64>, limit: i64) -> Result<Vec<Delivery>, CatalogError> {
        deliveries::list_deliveries(self, endpoint, before, limit).await
    }

    async fn replay_delivery(&self, endpoint: EndpointId, seq: i64) -> Result<(), CatalogError> {
        deliveries::replay_delivery(self, endpoint, seq).await
    }

    async fn health(&self) -> Result<(), CatalogError> {
        duties::health(self).await
    }
}

/// Milliseconds as the database counts them.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A list as the JSON text that `{texts}` and `{numbers}` open.
fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::json!(list).to_string()
}

/// Why a row could not be read.
type Unreadable = Box<dyn std::error::Error + Send + Sync>;

/// A column with a stable name.
fn read_name<T>(row: &Row, column: &str) -> Result<T, Unreadable>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    Ok(row.try_get::<String, _>(column)?.parse()?)
}

/// A column with words between spaces.
fn read_words(row: &Row, column: &str) -> Result<Vec<String>, sqlx::Error> {
    let words: String = row.try_get(column)?;
    Ok(words.split_whitespace().map(str::to_owned).collect())
}

/// Reads rows of one kind.
fn read_all<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T, Unreadable>, step: &'static str) -> Result<Vec<T>, CatalogError> {
    rows.iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(crate::sqlx_failure::damaged(step))
}

/// There is nothing with this id.
fn none_with(id: impl std::fmt::Display) -> CatalogError {
    CatalogError::NotFound { what: id.to_string() }
}
