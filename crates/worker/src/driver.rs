//! Takes jobs, has them done, and commits their outcomes.

use crate::lease_keeper::{ConnectCatalog, LeaseKeeper};
use crate::slot::Slot;
use crate::stopping::stopping;
use crate::{Handler, queues_for};
use broker::Broker;
use catalog::{Catalog, Worker};
use jobs::Limits;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How a worker works.
#[derive(Clone, Debug)]
pub struct DriverSettings {
    /// Jobs done at a time.
    pub slots: usize,
    /// How often a job may be tried.
    pub limits: Limits,
    /// How long an idle slot waits for a doorbell before it looks into the catalog anyway. This is what makes lost messages
    /// harmless.
    pub look_every: Duration,
    /// How long a handler may take to stop once it was asked to: because the program stops, the job was cancelled, or its lease is
    /// lost. After that it is abandoned.
    pub drain_patience: Duration,
}

impl Default for DriverSettings {
    fn default() -> DriverSettings {
        DriverSettings {
            slots: 1,
            limits: Limits::default(),
            look_every: Duration::from_secs(5),
            drain_patience: Duration::from_secs(30),
        }
    }
}

/// One worker process's driver.
pub struct Driver {
    /// Where jobs are leased and outcomes committed.
    pub catalog: Arc<dyn Catalog>,
    /// Opens the catalog once more, for the lease keeper's thread.
    pub connect: ConnectCatalog,
    /// Rings when a job may be ready.
    pub broker: Arc<dyn Broker>,
    /// Does the work.
    pub handler: Arc<dyn Handler>,
    /// Who this is.
    pub worker: Worker,
    /// How it works.
    pub settings: DriverSettings,
}

impl Driver {
    /// Works until `shutdown` turns true; then gives back what is not finished and returns. Fails only if leases cannot be kept.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> std::io::Result<()> {
        let keeper = Arc::new(LeaseKeeper::start(Arc::clone(&self.connect), self.worker.clone())?);
        let slot = Arc::new(Slot {
            queues: queues_for(&self.worker.kinds),
            catalog: self.catalog,
            broker: self.broker,
            handler: self.handler,
            keeper: Arc::clone(&keeper),
            worker: self.worker,
            settings: self.settings,
        });
        let mut slots = JoinSet::new();
        for _ in 0..slot.settings.slots {
            slots.spawn(Arc::clone(&slot).run(shutdown.clone()));
        }
        let slot_shutdown = shutdown.clone();
        while !stopping(&shutdown) {
            let ended = tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => break,
                Some(ended) = slots.join_next() => ended,
            };
            if !keeper.lives() {
                slots.shutdown().await;
                return Err(std::io::Error::other("the thread that keeps leases has ended; jobs would be lost"));
            }
            if let Err(error) = ended {
                tracing::error!(%error, "a slot failed and begins anew");
                slots.spawn(Arc::clone(&slot).run(slot_shutdown.clone()));
            }
        }
        keeper.drain();
        // Each ends by itself: handlers are abandoned when patience ends, and commits are repeated only for so long.
        while slots.join_next().await.is_some() {}
        Ok(())
    }
}
