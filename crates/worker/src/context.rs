//! What a handler has while it works: whether to stop, where to say how far it is, and where costs are summed.

use catalog::{Cost, HeldJob};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::watch;

/// Why a handler should stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody cancelled the job.
    Cancelled,
    /// The program stops; the job will be given back.
    Draining,
    /// The lease is lost, or could not be confirmed in time: nothing this worker does counts any more.
    LeaseLost,
}

/// Belongs to one attempt; clones share it.
#[derive(Clone, Debug)]
pub struct JobContext(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    held: HeldJob,
    begun: Instant,
    stop: watch::Sender<Option<StopReason>>,
    progress: Mutex<Option<(String, f64)>>,
    cost: Mutex<Cost>,
}

impl JobContext {
    /// The context of an attempt that begins now.
    pub fn new(held: HeldJob) -> JobContext {
        JobContext(Arc::new(Shared {
            held,
            begun: Instant::now(),
            stop: watch::channel(None).0,
            progress: Mutex::new(None),
            cost: Mutex::new(Cost::default()),
        }))
    }

    /// Which job, under which fence.
    pub fn held(&self) -> HeldJob {
        self.0.held
    }

    /// Says how far a stage is, 0 to 1. Written with the next extension of the lease.
    pub fn progress(&self, stage: &str, fraction: f64) {
        *lock(&self.0.progress) = Some((stage.to_owned(), fraction.clamp(0.0, 1.0)));
    }

    /// Whether to stop, and why.
    pub fn stop_reason(&self) -> Option<StopReason> {
        *self.0.stop.borrow()
    }

    /// Waits until there is a reason to stop.
    pub async fn stopped(&self) {
        // The sender lives as long as this context, so waiting ends only with a reason.
        let _ = self.0.stop.subscribe().wait_for(Option::is_some).await;
    }

    /// Adds to what the attempt costs; peaks are compared. Time on the clock is measured anyway.
    pub fn spent(&self, cost: Cost) {
        let mut sum = lock(&self.0.cost);
        sum.cpu_secs += cost.cpu_secs;
        sum.device_secs += cost.device_secs;
        sum.bytes_in += cost.bytes_in;
        sum.bytes_out += cost.bytes_out;
        sum.peak_memory_bytes = sum.peak_memory_bytes.max(cost.peak_memory_bytes);
    }

    /// Gives a reason to stop. The first stays, except that a lost lease outranks all others.
    pub fn stop(&self, reason: StopReason) {
        self.0.stop.send_if_modified(|known| {
            let changes = known.is_none() || reason == StopReason::LeaseLost && *known != Some(StopReason::LeaseLost);
            if changes {
                *known = Some(reason);
            }
            changes
        });
    }

    /// What it cost so far.
    pub fn cost(&self) -> Cost {
        Cost {
            wall_secs: self.0.begun.elapsed().as_secs_f64(),
            ..*lock(&self.0.cost)
        }
    }

    pub(crate) fn progress_now(&self) -> Option<(String, f64)> {
        lock(&self.0.progress).clone()
    }
}

/// Nothing can panic while it holds one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
