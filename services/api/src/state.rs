//! What every handler has at hand.

use crate::access::RateLimiter;
use crate::config::ApiConfig;
use crate::events::Pulse;
use crate::uploads::Writers;
use ::sources::guard::Guard;
use artifacts::ArtifactStore;
use broker::Broker;
use catalog::Catalog;
use metrics_exporter_prometheus::PrometheusHandle;
use std::ops::Deref;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct ApiState(Arc<Parts>);

/// The parts of it.
pub struct Parts {
    /// What is known.
    pub catalog: Arc<dyn Catalog>,
    /// Carries doorbells; asked only whether it answers.
    pub broker: Arc<dyn Broker>,
    /// Where objects are kept.
    pub store: ArtifactStore,
    /// Decides which addresses may be called.
    pub guard: Guard,
    /// Rings when something was written to the outbox.
    pub work_arrived: Arc<Notify>,
    /// The settings.
    pub settings: ApiConfig,
    /// How many requests each key made.
    pub rates: RateLimiter,
    /// Who writes to which upload.
    pub writers: Writers,
    /// Tells streams that something happened.
    pub pulse: Pulse,
    /// What is counted.
    pub metrics: PrometheusHandle,
    /// Cancelled when the program stops: streams end.
    pub stopping: CancellationToken,
}

impl ApiState {
    /// The state of a program with these parts.
    pub fn new(parts: Parts) -> ApiState {
        ApiState(Arc::new(parts))
    }

    /// A file for something on its way into the store. It goes when it is dropped.
    pub fn new_spool_file(&self) -> std::io::Result<NamedTempFile> {
        match self.settings.spool_folder.as_str() {
            "" => NamedTempFile::new(),
            folder => NamedTempFile::new_in(folder),
        }
    }
}

impl Deref for ApiState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
