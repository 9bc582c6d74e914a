//! Takes jobs, has them done, and commits their outcomes.

use crate::lease_keeper::{ConnectCatalog, LeaseKeeper};
use crate::slot::Slot;
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
    /// How long running jobs may take to stop when the program does.
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
    /// Works until `shutdown` turns true; then gives back what is not finished and returns.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> std::io::Result<()> {
        let keeper = Arc::new(LeaseKeeper::start(Arc::clone(&self.connect), self.worker.clone())?);
        let queues = queues_for(&self.worker.kinds);
        let mut slots = JoinSet::new();
        for _ in 0..self.settings.slots {
            let slot = Slot {
                catalog: Arc::clone(&self.catalog),
                broker: Arc::clone(&self.broker),
                handler: Arc::clone(&self.handler),
                keeper: Arc::clone(&keeper),
                worker: self.worker.clone(),
                queues: queues.clone(),
                settings: self.settings.clone(),
            };
            slots.spawn(slot.run(shutdown.clone()));
        }
        // A sender that is gone means the same as true.
        let _ = shutdown.wait_for(|stop| *stop).await;
        keeper.drain();
        if tokio::time::timeout(self.settings.drain_patience, async { while slots.join_next().await.is_some() {} })
            .await
            .is_err()
        {
            tracing::warn!("some jobs did not stop in time; their leases will expire");
            slots.shutdown().await;
        }
        Ok(())
    }
}
