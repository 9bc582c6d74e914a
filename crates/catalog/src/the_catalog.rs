//! The seam: every step, whichever database does it.

use crate::*;
use async_trait::async_trait;
use jobs::{BatchId, EndpointId, JobId, KeyId, PerformanceId, SourceId, UploadId, WorkerId};
use std::time::Duration;

/// Sources, jobs and their results. Times are those of the database's clock.
#[async_trait]
pub trait Catalog: Send + Sync {
    // --- submitting -----------------------------------------------------------------------------------------------

    /// Writes sources, jobs and doorbells of a submission, or joins what is there already.
    async fn accept(&self, submission: &Submission) -> Result<Accepted, CatalogError>;

    // --- working --------------------------------------------------------------------------------------------------

    /// Leases the best available job: urgent classes first, fair among keys, oldest first. None: nothing to do.
    async fn lease_job(&self, request: &LeaseRequest<'_>) -> Result<Option<Leased>, CatalogError>;

    /// Extends a lease and says how far the work is.
    async fn extend_lease(&self, held: HeldJob, lease: Duration, progress: Option<(&str, f64)>) -> Result<Renewal, CatalogError>;

    /// Ends an attempt. Refused with [`CatalogError::LeaseLost`] if the fence is not the job's any more.
    async fn finish_attempt(&self, held: HeldJob, outcome: &Outcome, cost: &Cost) -> Result<(), CatalogError>;

    /// Reserves the next turn at a host; turns are `spacing` apart.
    async fn reserve_host(&self, host: &str, spacing: Duration) -> Result<HostTurn, CatalogError>;

    /// A host answered well: its breaker forgets earlier strikes.
    async fn host_answered(&self, host: &str) -> Result<(), CatalogError>;

    /// Introduces a worker, or says that it is still there.
    async fn worker_seen(&self, worker: &Worker, draining: bool) -> Result<(), CatalogError>;

    /// Workers seen within this time.
    async fn workers(&self, within: Duration) -> Result<Vec<(Worker, i64, i64, bool)>, CatalogError>;

    /// An operator knows that a worker is dead: its leases end now.
    async fn end_leases_of(&self, worker: WorkerId) -> Result<i64, CatalogError>;

    // --- duties ---------------------------------------------------------------------------------------------------

    /// Takes doorbells to publish; another relay does not get them for the next `hold`.
    async fn take_bells(&self, limit: i64, hold: Duration) -> Result<Vec<Bell>, CatalogError>;

    /// The broker confirmed these.
    async fn forget_bells(&self, seqs: &[i64]) -> Result<(), CatalogError>;

    /// Jobs whose lease expired: tried again, or discarded with `worker_lost` after too many.
    async fn rescue_lost(&self, limits: &jobs::Limits, limit: i64, random: f64) -> Result<Rescued, CatalogError>;

    /// Retryable jobs that are due become available.
    async fn release_due(&self, limit: i64) -> Result<i64, CatalogError>;

    /// Batches whose last job ended are finished, and say so.
    async fn finish_batches(&self, limit: i64) -> Result<i64, CatalogError>;

    /// Objects that may be deleted now: nothing refers to them.
    async fn take_deletions(&self, limit: i64) -> Result<Vec<String>, CatalogError>;

    /// These objects are gone from the store.
    async fn forget_deletions(&self, sha256s: &[String]) -> Result<(), CatalogError>;

    /// Of these objects, those that something refers to.
    async fn known_objects(&self, sha256s: &[String]) -> Result<Vec<String>, CatalogError>;

    /// Deletes events, answers, uploads and workers older than this. Returns how many rows went.
    async fn forget_old(&self, older_than: Duration) -> Result<i64, CatalogError>;

    /// Counts for metrics, a row for each kind and class that has jobs which have not ended.
    async fn queue_facts(&self) -> Result<Vec<QueueFact>, CatalogError>;

    /// Seconds the oldest doorbell has waited for the relay.
    async fn outbox_lag_secs(&self) -> Result<f64, CatalogError>;

    // --- people ---------------------------------------------------------------------------------------------------

    /// A job.
    async fn job(&self, id: JobId) -> Result<Job, CatalogError>;

    /// Jobs, newest first.
    async fn list_jobs(&self, filter: &JobFilter) -> Result<Vec<Job>, CatalogError>;

    /// A job's attempts, the first one first.
    async fn attempts(&self, id: JobId) -> Result<Vec<Attempt>, CatalogError>;

    /// A job's committed artifacts.
    async fn artifacts(&self, id: JobId) -> Result<Vec<Artifact>, CatalogError>;

    /// Cancels a job: at once if it waits; a running one as soon as its worker hears of it.
    async fn cancel_job(&self, id: JobId) -> Result<Job, CatalogError>;

    /// A person tries a cancelled or discarded job again, with fresh counts.
    async fn retry_job(&self, id: JobId) -> Result<Job, CatalogError>;

    /// A batch.
    async fn batch(&self, id: BatchId) -> Result<Batch, CatalogError>;

    /// Batches, newest first, older than `before`.
    async fn list_batches(&self, before: Option<BatchId>, limit: i64) -> Result<Vec<Batch>, CatalogError>;

    /// Lines of a batch after a position.
    async fn batch_items(&self, id: BatchId, after: i64, limit: i64) -> Result<Vec<BatchItem>, CatalogError>;

    /// Cancels all of a batch's jobs that belong to no other batch. Returns how many.
    async fn cancel_batch(&self, id: BatchId) -> Result<i64, CatalogError>;

    /// Tries a batch's discarded jobs again. Returns how many.
    async fn retry_failed(&self, id: BatchId) -> Result<i64, CatalogError>;

    /// Events after a sequence number, oldest first.
    async fn events(&self, filter: EventFilter, after: i64, limit: i64) -> Result<Vec<Event>, CatalogError>;

    /// The newest event's sequence number.
    async fn newest_event(&self) -> Result<i64, CatalogError>;

    /// A performance.
    async fn performance(&self, id: PerformanceId) -> Result<Performance, CatalogError>;

    /// Performances, newest first.
    async fn list_performances(&self, filter: &PerformanceFilter) -> Result<Vec<Performance>, CatalogError>;

    /// A source.
    async fn source(&self, id: SourceId) -> Result<Source, CatalogError>;

    /// Sources, newest first, older than `before`.
    async fn list_sources(&self, before: Option<SourceId>, limit: i64) -> Result<Vec<Source>, CatalogError>;

    /// Takes a source down: its jobs are cancelled, its results and files forgotten, and it is never accepted again.
    async fn take_down(&self, id: SourceId, reason: &str) -> Result<(), CatalogError>;

    /// What attempts that began in this time (milliseconds since 1970) cost.
    async fn usage(&self, by: UsageBy, from_ms: i64, until_ms: i64) -> Result<Vec<Usage>, CatalogError>;

    // --- access ---------------------------------------------------------------------------------------------------

    /// Makes an API key.
    async fn create_key(&self, key: &NewApiKey) -> Result<ApiKey, CatalogError>;

    /// The key with this secret, unless revoked.
    async fn find_key(&self, secret_sha256: &[u8; 32]) -> Result<Option<ApiKey>, CatalogError>;

    /// All keys, revoked ones too.
    async fn list_keys(&self) -> Result<Vec<ApiKey>, CatalogError>;

    /// Revokes a key.
    async fn revoke_key(&self, id: KeyId) -> Result<(), CatalogError>;

    /// A request with an `Idempotency-Key` arrives.
    async fn begin_idempotent(
        &self,
        key: Option<KeyId>,
        idempotency_key: &str,
        request_sha256: &[u8; 32],
    ) -> Result<Idempotent, CatalogError>;

    /// Keeps its answer; none: it was not done, and may come again.
    async fn end_idempotent(&self, key: Option<KeyId>, idempotency_key: &str, answer: Option<&StoredAnswer>) -> Result<(), CatalogError>;

    // --- uploads and webhooks -------------------------------------------------------------------------------------

    /// Begins an upload.
    async fn create_upload(
        &self,
        key: Option<KeyId>,
        name: &str,
        size_bytes: i64,
        sha256: Option<&str>,
        keep: Duration,
    ) -> Result<Upload, CatalogError>;

    /// An upload.
    async fn upload(&self, id: UploadId) -> Result<Upload, CatalogError>;

    /// Bytes arrived. Refused with `upload_offset` if others arrived at the same place first.
    async fn advance_upload(&self, id: UploadId, from_bytes: i64, to_bytes: i64) -> Result<Upload, CatalogError>;

    /// The upload is complete and in the store.
    async fn complete_upload(&self, id: UploadId, artifact_sha256: &str) -> Result<Upload, CatalogError>;

    /// Makes a webhook endpoint.
    async fn create_endpoint(&self, endpoint: &NewEndpoint) -> Result<Endpoint, CatalogError>;

    /// All endpoints.
    async fn list_endpoints(&self) -> Result<Vec<Endpoint>, CatalogError>;

    /// Deletes an endpoint and what was still to be sent to it.
    async fn delete_endpoint(&self, id: EndpointId) -> Result<(), CatalogError>;

    /// Takes messages that are due; another dispatcher does not get them for the next `hold`.
    async fn take_deliveries(&self, limit: i64, hold: Duration) -> Result<Vec<Delivery>, CatalogError>;

    /// How a try went.
    async fn record_delivery(&self, seq: i64, result: &DeliveryResult) -> Result<(), CatalogError>;

    /// An endpoint's messages, newest first, older than `before`.
    async fn list_deliveries(&self, endpoint: EndpointId, before: Option<i64>, limit: i64) -> Result<Vec<Delivery>, CatalogError>;

    /// Sends a message again.
    async fn replay_delivery(&self, endpoint: EndpointId, seq: i64) -> Result<(), CatalogError>;

    // --- health ---------------------------------------------------------------------------------------------------

    /// Whether the database answers and its schema is the one this program was built with.
    async fn health(&self) -> Result<(), CatalogError>;
}
