//! Extends leases from a thread of its own. Inference may keep every other thread busy for minutes; the catalog must still hear
//! that this worker lives, and this worker must still hear that a job was cancelled or lost.

use crate::{JobContext, StopReason};
use catalog::{Catalog, CatalogError, HeldJob, Renewal, Worker};
use futures::future::join_all;
use jobs::{EXTEND_EVERY, LEASE, SELF_FENCE_AFTER};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Shared {
    jobs: Mutex<HashMap<HeldJob, KeptLease>>,
    draining: AtomicBool,
    ended: AtomicBool,
}

struct KeptLease {
    context: JobContext,
    /// When the last confirmed extension was asked for.
    confirmed: Instant,
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
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("lease-keeper".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || runtime.block_on(keep(&shared, &connect, &worker))
        })?;
        Ok(LeaseKeeper {
            shared,
            thread: Some(thread),
        })
    }

    /// Extends a job's lease from now on. `leased` is the moment before it was asked for.
    pub(crate) fn hold(&self, context: &JobContext, leased: Instant) {
        let lease = KeptLease {
            context: context.clone(),
            confirmed: leased,
            asked: leased,
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
        for lease in self.shared.jobs().values() {
            lease.context.stop(StopReason::Draining);
        }
    }
}

impl Drop for LeaseKeeper {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It ends within a tick; a panic there has been printed already.
            let _ = thread.join();
        }
    }
}

async fn keep(shared: &Shared, connect: &ConnectCatalog, worker: &Worker) {
    let mut catalog: Option<Arc<dyn Catalog>> = None;
    let mut seen: Option<(Instant, bool)> = None;
    while !shared.ended.load(Ordering::Relaxed) {
        fence_oneself(shared);
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
            let due = seen.is_none_or(|(at, was)| at.elapsed() >= SEEN_EVERY || was != draining);
            if due {
                match tokio::time::timeout(EXTENSION_PATIENCE, catalog.worker_seen(worker, draining)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::warn!(%error, "the catalog did not hear that this worker is there"),
                    Err(_) => tracing::warn!("the catalog did not answer that it heard this worker"),
                }
                seen = Some((Instant::now(), draining));
            }
            extend_all(shared, catalog.as_ref()).await;
        }
        tokio::time::sleep(TICK).await;
    }
}

/// Stops handlers whose lease was not confirmed for too long: another worker may begin soon.
fn fence_oneself(shared: &Shared) {
    for (held, lease) in shared.jobs().iter() {
        if lease.confirmed.elapsed() > SELF_FENCE_AFTER && lease.context.stop_reason() != Some(StopReason::LeaseLost) {
            tracing::error!(job.id = %held.job, "the lease could not be confirmed in time; the job is stopped");
            metrics::counter!("lease_lost_total", "reason" => "unconfirmed").increment(1);
            lease.context.stop(StopReason::LeaseLost);
        }
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
                Renewal::Held => {}
                Renewal::CancelRequested => context.stop(StopReason::Cancelled),
                Renewal::Lost => {
                    // A job that ended a moment ago is not held any more either; then nobody listens to its context.
                    if shared.jobs().contains_key(&held) {
                        tracing::warn!(job.id = %held.job, "the lease is lost; the job is stopped");
                        metrics::counter!("lease_lost_total", "reason" => "taken").increment(1);
                    }
                    context.stop(StopReason::LeaseLost);
                    return;
                }
            }
            if let Some(lease) = shared.jobs().get_mut(&held) {
                lease.confirmed = asked;
            }
        }
        Ok(Err(error)) => tracing::warn!(job.id = %held.job, %error, "a lease was not extended"),
        Err(_) => tracing::warn!(job.id = %held.job, "the catalog did not answer an extension"),
    }
}
