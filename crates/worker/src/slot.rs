//! One job at a time: lease, work, commit, again.

use crate::lease_keeper::LeaseKeeper;
use crate::stopping::stopping;
use crate::trace::trace_id;
use crate::{DriverSettings, Handler, Interrupted, JobContext, StopReason, random};
use broker::{Broker, Receiver};
use catalog::{Catalog, CatalogError, Cost, LeaseRequest, Leased, Outcome, Worker};
use jobs::{Failure, LEASE};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tracing::Instrument;

/// How often the least urgent class goes first: one time in this many, so that it gets a share however much urgent work there is.
const LEAST_URGENT_ONE_IN: f64 = 8.0;
/// How long a slot waits after the catalog failed.
const CATALOG_PAUSE: Duration = Duration::from_secs(1);
/// How long one step in the catalog may take before it counts as failed. Steps take milliseconds; a connection to a machine that
/// vanished would wait for a quarter of an hour.
const CATALOG_PATIENCE: Duration = Duration::from_secs(15);
/// How long a commit is repeated while the catalog is away; after that the lease is about to be lost anyway.
const COMMIT_PATIENCE: Duration = LEASE;

pub(crate) struct Slot {
    pub catalog: Arc<dyn Catalog>,
    pub broker: Arc<dyn Broker>,
    pub handler: Arc<dyn Handler>,
    pub keeper: Arc<LeaseKeeper>,
    pub worker: Worker,
    pub queues: Vec<String>,
    pub settings: DriverSettings,
}

impl Slot {
    /// Works until told to stop, or until leases are not kept any more.
    pub(crate) async fn run(self: Arc<Self>, mut shutdown: watch::Receiver<bool>) {
        let mut receiver = None;
        while !stopping(&shutdown) && self.keeper.lives() {
            let asked = Instant::now();
            match self.lease().await {
                Ok(Some(job)) => self.attempt(job, asked, &shutdown).await,
                Ok(None) => {
                    tokio::select! {
                        () = self.wait_for_bell(&mut receiver) => {}
                        _ = shutdown.wait_for(|stop| *stop) => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "no job could be leased");
                    tokio::time::sleep(CATALOG_PAUSE).await;
                }
            }
        }
    }

    async fn lease(&self) -> Result<Option<Leased>, CatalogError> {
        let request = LeaseRequest {
            worker: self.worker.id,
            device: &self.worker.device,
            kinds: &self.worker.kinds,
            lease: LEASE,
            least_urgent_first: random::one_in(LEAST_URGENT_ONE_IN),
        };
        in_time("lease a job", self.catalog.lease_job(&request)).await
    }

    /// Waits for a doorbell, acknowledges it at once (what it says is looked up, not believed), and returns; returns without one
    /// after a while.
    async fn wait_for_bell(&self, receiver: &mut Option<Box<dyn Receiver>>) {
        // Between half and all of it, so that idle workers do not all look at once.
        let wait = self.settings.look_every.mul_f64(0.5 + 0.5 * random::unit());
        if receiver.is_none() {
            *receiver = match self.broker.receiver(&self.queues).await {
                Ok(receiver) => Some(receiver),
                Err(error) => {
                    tracing::warn!(%error, "no doorbells for now");
                    None
                }
            };
        }
        let Some(receiver) = receiver else {
            return tokio::time::sleep(wait).await;
        };
        if let Some(delivery) = receiver.take_one(wait).await {
            match messages::JobReady::decode(delivery.body()) {
                Ok(_) => delivery.ack().await,
                Err(error) => {
                    tracing::error!(%error, "a message nobody can read");
                    delivery.reject_undecodable().await;
                }
            }
        }
    }

    async fn attempt(&self, job: Leased, asked: Instant, shutdown: &watch::Receiver<bool>) {
        let context = JobContext::new(job.held, &self.worker.device, asked);
        self.keeper.hold(&context);
        if stopping(shutdown) {
            context.stop(StopReason::Draining);
        }
        let kind = job.payload.kind().name();
        let span = tracing::info_span!("attempt", job.id = %job.held.job, job.kind = kind, attempt = job.held.fence.0,
            trace_id = job.traceparent.as_deref().and_then(trace_id));
        metrics::histogram!("job_queue_seconds", "kind" => kind).record(job.waited_ms as f64 / 1000.0);
        metrics::gauge!("jobs_held", "kind" => kind).increment(1.0);
        self.work_and_commit(Arc::new(job), &context).instrument(span).await;
        metrics::gauge!("jobs_held", "kind" => kind).decrement(1.0);
        self.keeper.let_go(context.held());
    }

    async fn work_and_commit(&self, job: Arc<Leased>, context: &JobContext) {
        tracing::info!("an attempt begins");
        let kind = job.payload.kind().name();
        let outcome = self.work(job, context).await;
        context.ended();
        match outcome {
            Some(outcome) => self.commit(context, kind, &outcome).await,
            None => tracing::warn!("the lease was lost; nothing is committed"),
        }
    }

    /// Has the handler do the job. None: whatever came out does not count.
    async fn work(&self, job: Arc<Leased>, context: &JobContext) -> Option<Outcome> {
        // In a task of its own, so that a panic ends the attempt and nothing else.
        let mut task = tokio::spawn({
            let (handler, context) = (Arc::clone(&self.handler), context.clone());
            async move { handler.run(&job, &context).await }.in_current_span()
        });
        let result = tokio::select! {
            result = &mut task => result.unwrap_or_else(|error| {
                let message = format!("the worker's program failed while it did this job: {error}");
                Err(Interrupted::Failed(Failure::retry("worker_panicked", message)))
            }),
            () = self.out_of_patience(context) => {
                tracing::warn!("the handler did not stop in time and is abandoned");
                task.abort();
                Err(Interrupted::Stopped)
            }
        };
        match (context.stop_reason(), result) {
            (Some(StopReason::LeaseLost), _) => None,
            (_, Ok(outcome)) => Some(outcome),
            (Some(StopReason::Cancelled), Err(_)) => Some(Outcome::Cancelled),
            (_, Err(Interrupted::Failed(failure))) => Some(self.failed(failure)),
            (Some(StopReason::Draining) | None, Err(Interrupted::Stopped)) => Some(Outcome::Released),
        }
    }

    /// Returns some time after the handler was asked to stop.
    async fn out_of_patience(&self, context: &JobContext) {
        context.stopped().await;
        tokio::time::sleep(self.settings.drain_patience).await;
    }

    fn failed(&self, failure: Failure) -> Outcome {
        Outcome::Failed {
            failure,
            limits: self.settings.limits,
            random: random::unit(),
        }
    }

    async fn commit(&self, context: &JobContext, kind: &'static str, outcome: &Outcome) {
        let cost = context.cost();
        let deadline = Instant::now() + COMMIT_PATIENCE;
        loop {
            match in_time("finish an attempt", self.catalog.finish_attempt(context.held(), outcome, &cost)).await {
                Ok(()) => return finished(kind, &self.worker.device, outcome, &cost),
                Err(error @ CatalogError::LeaseLost { .. }) => {
                    metrics::counter!("lease_lost_total", "reason" => "at_commit").increment(1);
                    return tracing::warn!(%error, "the lease was lost before the outcome was committed");
                }
                Err(error) if error.is_transient() && Instant::now() < deadline => {
                    tracing::warn!(%error, "the outcome is not committed yet");
                    tokio::time::sleep(CATALOG_PAUSE.mul_f64(random::unit())).await;
                }
                Err(error) => {
                    // The lease runs out and somebody else does the job again.
                    return tracing::error!(%error, source = std::error::Error::source(&error), "the outcome could not be committed");
                }
            }
        }
    }
}

/// A step that takes too long counts as failed; what became of it is not known.
async fn in_time<T>(step: &'static str, call: impl Future<Output = Result<T, CatalogError>>) -> Result<T, CatalogError> {
    let late = |source| CatalogError::Unavailable {
        step,
        source: Box::new(source),
    };
    tokio::time::timeout(CATALOG_PATIENCE, call).await.map_err(late)?
}

fn finished(kind: &'static str, device: &str, outcome: &Outcome, cost: &Cost) {
    let (name, class) = match outcome {
        Outcome::Completed { .. } => ("completed", String::new()),
        Outcome::HandedOn { .. } => ("handed_on", String::new()),
        Outcome::Failed { failure, .. } => ("failed", failure.code.to_string()),
        Outcome::Postponed { .. } => ("snoozed", String::new()),
        Outcome::Cancelled => ("cancelled", String::new()),
        Outcome::Released => ("released", String::new()),
    };
    tracing::info!(
        outcome = name,
        failure.code = class,
        duration_secs = cost.wall_secs,
        "an attempt ended"
    );
    let useful = matches!(outcome, Outcome::Completed { .. } | Outcome::HandedOn { .. });
    metrics::counter!("jobs_finished_total", "kind" => kind, "outcome" => name, "error_class" => class).increment(1);
    metrics::histogram!("job_seconds", "kind" => kind).record(cost.wall_secs);
    if cost.device_secs > 0.0 {
        // A gauge that only rises, because seconds have fractions and counters here have none.
        metrics::gauge!("gpu_seconds_total", "kind" => kind, "device" => device.to_owned(), "useful" => useful.to_string())
            .increment(cost.device_secs);
    }
}
