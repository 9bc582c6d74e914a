//! What a handler has while it works: whether to stop, where to say how far it is, and where costs are summed.

use crate::stage_clock::StageClock;
use catalog::{Cost, HeldJob};
use jobs::SELF_FENCE_AFTER;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// When the last confirmed extension of the lease was asked for.
    confirmed: Mutex<Instant>,
    stop: watch::Sender<Option<StopReason>>,
    stages: Mutex<StageClock>,
    cost: Mutex<Cost>,
}

impl JobContext {
    /// The context of an attempt that begins now, on this device. `leased` is the moment before the lease was asked for.
    pub fn new(held: HeldJob, device: &str, leased: Instant) -> JobContext {
        JobContext(Arc::new(Shared {
            held,
            begun: Instant::now(),
            confirmed: Mutex::new(leased),
            stop: watch::channel(None).0,
            stages: Mutex::new(StageClock::new(device)),
            cost: Mutex::new(Cost::default()),
        }))
    }

    /// Which job, under which fence.
    pub fn held(&self) -> HeldJob {
        self.0.held
    }

    /// Says how far a stage is, 0 to 1. Written with the next extension of the lease.
    pub fn progress(&self, stage: &str, fraction: f64) {
        lock(&self.0.stages).reached(stage, fraction);
    }

    /// Whether to stop, and why. Cheap enough for inner loops.
    ///
    /// A lease that was not confirmed for too long counts as lost here and at once: a process that was frozen may go on in this
    /// thread before the lease keeper's thread runs again.
    pub fn stop_reason(&self) -> Option<StopReason> {
        if lock(&self.0.confirmed).elapsed() > SELF_FENCE_AFTER && self.stop(StopReason::LeaseLost) {
            tracing::error!(job.id = %self.0.held.job, "the lease could not be confirmed in time; the job is stopped");
            metrics::counter!("lease_lost_total", "reason" => "unconfirmed").increment(1);
        }
        *self.0.stop.borrow()
    }

    /// Waits until there is a reason to stop.
    pub async fn stopped(&self) {
        let mut stop = self.0.stop.subscribe();
        while self.stop_reason().is_none() {
            let unconfirmed = *lock(&self.0.confirmed) + SELF_FENCE_AFTER;
            tokio::select! {
                // The sender lives as long as this context, so waiting ends only with a reason.
                _ = stop.wait_for(Option::is_some) => {}
                () = tokio::time::sleep_until(unconfirmed.into()) => {}
            }
        }
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

    /// Gives a reason to stop, and says whether it changes anything. The first stays, except that a lost lease outranks all others.
    pub fn stop(&self, reason: StopReason) -> bool {
        self.0.stop.send_if_modified(|known| {
            let changes = known.is_none() || reason == StopReason::LeaseLost && *known != Some(StopReason::LeaseLost);
            if changes {
                *known = Some(reason);
            }
            changes
        })
    }

    /// The lease was extended; `asked` is the moment before that was asked for.
    pub(crate) fn confirmed(&self, asked: Instant) {
        *lock(&self.0.confirmed) = asked;
    }

    /// What it cost so far.
    pub fn cost(&self) -> Cost {
        Cost {
            wall_secs: self.0.begun.elapsed().as_secs_f64(),
            ..*lock(&self.0.cost)
        }
    }

    pub(crate) fn progress_now(&self) -> Option<(String, f64)> {
        lock(&self.0.stages).now()
    }

    /// Nothing more will be said about stages.
    pub(crate) fn ended(&self) {
        lock(&self.0.stages).ended();
    }
}

/// Nothing can panic while it holds one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobs::{Fence, JobId};
    use std::time::Duration;

    fn leased(ago: Duration) -> JobContext {
        let held = HeldJob {
            job: JobId::at(0, [7; 10]),
            fence: Fence(1),
        };
        JobContext::new(held, "cpu", Instant::now().checked_sub(ago).unwrap())
    }

    #[tokio::test]
    async fn a_lease_that_is_not_confirmed_is_lost_though_nobody_says_so() {
        let late = leased(SELF_FENCE_AFTER + Duration::from_millis(1));
        assert_eq!(late.stop_reason(), Some(StopReason::LeaseLost));
        let nearly = leased(SELF_FENCE_AFTER.checked_sub(Duration::from_millis(50)).unwrap());
        nearly.stopped().await;
        assert_eq!(nearly.stop_reason(), Some(StopReason::LeaseLost));
    }

    #[test]
    fn a_confirmed_lease_goes_on_but_a_lost_one_does_not_come_back() {
        let context = leased(Duration::from_secs(20));
        context.confirmed(Instant::now());
        assert_eq!(context.stop_reason(), None);
        context.stop(StopReason::Draining);
        context.stop(StopReason::Cancelled);
        assert_eq!(context.stop_reason(), Some(StopReason::Draining));
        context.stop(StopReason::LeaseLost);
        context.confirmed(Instant::now());
        assert_eq!(context.stop_reason(), Some(StopReason::LeaseLost));
    }
}
