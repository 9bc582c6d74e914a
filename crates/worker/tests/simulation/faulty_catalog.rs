//! A real catalog that sometimes cannot be reached, or whose answer is lost on the way.

use crate::chance::Chance;
use async_trait::async_trait;
use catalog::*;
use jobs::{BatchId, EndpointId, JobId, KeyId, PerformanceId, SourceId, UploadId, WorkerId};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often a step is not done.
const NOT_DONE: f64 = 0.06;
/// How often it is done, and the one who asked does not hear of it.
const ANSWER_LOST: f64 = 0.06;

/// One actor's way to the catalog.
pub struct FaultyCatalog {
    inner: Arc<dyn Catalog>,
    chance: Mutex<Chance>,
    /// True: no more faults.
    calm: Arc<AtomicBool>,
}

impl FaultyCatalog {
    pub fn new(inner: Arc<dyn Catalog>, chance: Chance, calm: Arc<AtomicBool>) -> FaultyCatalog {
        FaultyCatalog {
            inner,
            chance: Mutex::new(chance),
            calm,
        }
    }

    async fn call<T>(&self, step: &'static str, call: impl Future<Output = Result<T, CatalogError>>) -> Result<T, CatalogError> {
        let fate = self.chance.lock().unwrap().unit();
        let unavailable = || CatalogError::Unavailable {
            step,
            source: "the simulation says so".into(),
        };
        if self.calm.load(Ordering::Relaxed) {
            call.await
        } else if fate < NOT_DONE {
            Err(unavailable())
        } else {
            let answer = call.await?;
            if fate < NOT_DONE + ANSWER_LOST {
                Err(unavailable())
            } else {
                Ok(answer)
            }
        }
    }
}

macro_rules! every_step {
    ($($step:ident($($name:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl Catalog for FaultyCatalog {
            $(async fn $step(&self, $($name: $type),*) -> Result<$answer, CatalogError> {
                self.call(stringify!($step), self.inner.$step($($name),*)).await
            })*
        }
    };
}

every_step! {
accept(submission: &Submission) -> Accepted;
lease_job(request: &LeaseRequest<'_>) -> Option<Leased>;
extend_lease(held: HeldJob, lease: Duration, progress: Option<(&str, f64)>) -> Renewal;
finish_attempt(held: HeldJob, outcome: &Outcome, cost: &Cost) -> ();
reserve_host(host: &str, spacing: Duration) -> HostTurn;
host_answered(host: &str) -> ();
worker_seen(worker: &Worker, draining: bool) -> ();
workers(within: Duration) -> Vec<(Worker, i64, i64, bool)>;
end_leases_of(worker: WorkerId) -> i64;
take_bells(limit: i64, hold: Duration) -> Vec<Bell>;
forget_bells(seqs: &[i64]) -> ();
rescue_lost(limits: &jobs::Limits, limit: i64, random: f64) -> Rescued;
release_due(limit: i64) -> i64;
finish_batches(limit: i64) -> i64;
take_deletions(limit: i64) -> Vec<String>;
forget_deletions(sha256s: &[String]) -> ();
known_objects(sha256s: &[String]) -> Vec<String>;
forget_old(older_than: Duration) -> i64;
queue_facts() -> Vec<QueueFact>;
outbox_lag_secs() -> f64;
job(id: JobId) -> Job;
list_jobs(filter: &JobFilter) -> Vec<Job>;
attempts(id: JobId) -> Vec<Attempt>;
artifacts(id: JobId) -> Vec<Artifact>;
cancel_job(id: JobId) -> Job;
retry_job(id: JobId) -> Job;
batch(id: BatchId) -> Batch;
list_batches(before: Option<BatchId>, limit: i64) -> Vec<Batch>;
batch_items(id: BatchId, after: i64, limit: i64) -> Vec<BatchItem>;
cancel_batch(id: BatchId) -> i64;
retry_failed(id: BatchId) -> i64;
events(filter: EventFilter, after: i64, limit: i64) -> Vec<Event>;
newest_event() -> i64;
performance(id: PerformanceId) -> Performance;
list_performances(filter: &PerformanceFilter) -> Vec<Performance>;
source(id: SourceId) -> Source;
list_sources(before: Option<SourceId>, limit: i64) -> Vec<Source>;
take_down(id: SourceId, reason: &str) -> ();
usage(by: UsageBy, from_ms: i64, until_ms: i64) -> Vec<Usage>;
create_key(key: &NewApiKey) -> ApiKey;
find_key(secret_sha256: &[u8; 32]) -> Option<ApiKey>;
list_keys() -> Vec<ApiKey>;
revoke_key(id: KeyId) -> ();
begin_idempotent(key: Option<KeyId>, idempotency_key: &str, request_sha256: &[u8; 32]) -> Idempotent;
end_idempotent(key: Option<KeyId>, idempotency_key: &str, answer: Option<&StoredAnswer>) -> ();
create_upload(key: Option<KeyId>, name: &str, size_bytes: i64, sha256: Option<&str>, keep: Duration) -> Upload;
upload(id: UploadId) -> Upload;
advance_upload(id: UploadId, from_bytes: i64, to_bytes: i64) -> Upload;
complete_upload(id: UploadId, artifact_sha256: &str) -> Upload;
create_endpoint(endpoint: &NewEndpoint) -> Endpoint;
list_endpoints() -> Vec<Endpoint>;
delete_endpoint(id: EndpointId) -> ();
take_deliveries(limit: i64, hold: Duration) -> Vec<Delivery>;
record_delivery(seq: i64, result: &DeliveryResult) -> ();
list_deliveries(endpoint: EndpointId, before: Option<i64>, limit: i64) -> Vec<Delivery>;
replay_delivery(endpoint: EndpointId, seq: i64) -> ();
health() -> ();}
