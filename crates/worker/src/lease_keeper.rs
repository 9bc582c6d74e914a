//! Extends leases from a thread of its own. Inference may keep every other thread busy for minutes; the catalog must still hear
//! that this worker lives, and this worker must still hear that a job was cancelled or lost.

use crate::{JobContext, StopReason};
use catalog::{Catalog, CatalogError, HeldJob, Renewal, Worker};
use futures::future::join_all;
use jobs::{EXTEND_EVERY, LEASE};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Opens the catalog. Called on the keeper's thread, because connections belong to the runtime that made them.
pub type ConnectCatalog = Arc<dyn Fn() -> Result<Arc<dyn Catalog>, CatalogError> + Send + Sync>;

/// How often the keeper looks whether something is due.
const TICK: Duration = Duration::from_millis(500);
/// How long one extension may take before it counts as failed.
const EXTENSION_PATIENCE: Duration = Duration::from_secs(5);
/// How often the catalog hears that this worker is there.
const SEEN_EVERY: Duration = Duration::from_secs(10);

/// Extends the leases of all jobs of this process until dropped.
pub(crate) struct LeaseKeeper {
    shared: Arc<Shared>,
    thread: std::thread::JoinHandle<()>,
}

struct Shared {
    jobs: Mutex<HashMap<HeldJob, KeptLease>>,
    draining: AtomicBool,
    ended: AtomicBool,
    /// Rung when one of the two changes.
    changed: Notify,
}

struct KeptLease {
    context: JobContext,
    asked: Instant,
}

impl Shared {
    fn jobs(&self) -> std::sync::MutexGuard<'_, HashMap<HeldJob, KeptLease>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LeaseKeeper {
    /// Starts the thread.
    pub(crate) fn start(connect: ConnectCatalog, worker: Worker) -> std::io::Result<LeaseKeeper> {
        let shared = Arc::new(Shared {
            jobs: Mutex::new(HashMap::new()),
            draining: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            changed: Notify::new(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("lease-keeper".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || runtime.block_on(keep(&shared, &connect, &worker))
        })?;
        Ok(LeaseKeeper { shared, thread })
    }

    /// Whether the thread still runs. Without it every lease is lost before long.
    pub(crate) fn lives(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Extends a job's lease from now on.
    pub(crate) fn hold(&self, context: &JobContext) {
        let lease = KeptLease {
            context: context.clone(),
            asked: Instant::now(),
        };
        self.shared.jobs().insert(context.held(), lease);
    }

    /// No longer.
    pub(crate) fn let_go(&self, held: HeldJob) {
        self.shared.jobs().remove(&held);
    }

    /// Tells the catalog that this worker takes no more jobs, and every handler to stop.
    pub(crate) fn drain(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
        self.shared.changed.notify_one();
        for lease in self.shared.jobs().values() {
            lease.context.stop(StopReason::Draining);
        }
    }
}

impl Drop for LeaseKeeper {
    fn drop(&mut self) {
        // It is not waited for: it may be asking a catalog that does not answer, and holds nothing that has to be given back.
        self.shared.ended.store(true, Ordering::Relaxed);
        self.shared.changed.notify_one();
    }
}

async fn keep(shared: &Shared, connect: &ConnectCatalog, worker: &Worker) {
    let mut catalog: Option<Arc<dyn Catalog>> = None;
    let mut seen = Seen::default();
    while !shared.ended.load(Ordering::Relaxed) {
        if catalog.is_none() {
            catalog = match connect() {
                Ok(catalog) => Some(catalog),
                Err(error) => {
                    tracing::warn!(%error, "the lease keeper cannot open the catalog");
                    None
                }
            };
        }
        if let Some(catalog) = &catalog {
            let draining = shared.draining.load(Ordering::Relaxed);
            tokio::join!(seen.tell(catalog.as_ref(), worker, draining), extend_all(shared, catalog.as_ref()));
        }
        let _ = tokio::time::timeout(TICK, shared.changed.notified()).await;
    }
}

/// When the catalog last heard of this worker, and whether it was draining then.
#[derive(Default)]
struct Seen(Option<(Instant, bool)>);

impl Seen {
    async fn tell(&mut self, catalog: &dyn Catalog, worker: &Worker, draining: bool) {
        if self.0.is_some_and(|(at, was)| at.elapsed() < SEEN_EVERY && was == draining) {
            return;
        }
        match tokio::time::timeout(EXTENSION_PATIENCE, catalog.worker_seen(worker, draining)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the catalog did not hear that this worker is there"),
            Err(_) => tracing::warn!("the catalog did not answer that it heard this worker"),
        }
        self.0 = Some((Instant::now(), draining));
    }
}

async fn extend_all(shared: &Shared, catalog: &dyn Catalog) {
    let due: Vec<JobContext> = {
        let mut jobs = shared.jobs();
        let due = jobs.values_mut().filter(|lease| lease.asked.elapsed() >= EXTEND_EVERY);
        due.map(|lease| {
            lease.asked = Instant::now();
            lease.context.clone()
        })
        .collect()
    };
    join_all(due.iter().map(|context| extend(shared, catalog, context))).await;
}

async fn extend(shared: &Shared, catalog: &dyn Catalog, context: &JobContext) {
    let asked = Instant::now();
    let held = context.held();
    let progress = context.progress_now();
    let progress = progress.as_ref().map(|(stage, fraction)| (stage.as_str(), *fraction));
    match tokio::time::timeout(EXTENSION_PATIENCE, catalog.extend_lease(held, LEASE, progress)).await {
        Ok(Ok(renewal)) => {
            match renewal {
                Renewal::Held => context.confirmed(asked),
                Renewal::CancelRequested => {
                    context.confirmed(asked);
                    context.stop(StopReason::Cancelled);
                }
                Renewal::Lost => {
                    // A job that ended a moment ago is not held any more either; then nobody listens to its context.
                    if shared.jobs().contains_key(&held) && context.stop(StopReason::LeaseLost) {
                        tracing::warn!(job.id = %held.job, "the lease is lost; the job is stopped");
                        metrics::counter!("lease_lost_total", "reason" => "taken").increment(1);
                    }
                }
            }
        }
        Ok(Err(error)) => tracing::warn!(job.id = %held.job, %error, "a lease was not extended"),
        Err(_) => tracing::warn!(job.id = %held.job, "the catalog did not answer an extension"),
    }
}
