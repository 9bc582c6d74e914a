//! The program: answers requests and does its duties until asked to stop.

use crate::access::RateLimiter;
use crate::config::ApiConfig;
use crate::duties::{sweep, webhooks};
use crate::events::Pulse;
use crate::router::router;
use crate::state::{ApiState, Parts};
use crate::uploads::Writers;
use ::sources::guard::Guard;
use artifacts::ArtifactStore;
use broker::Broker;
use catalog::Catalog;
use jobs::Limits;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// How long requests in hand may take when the program is asked to stop.
const DRAIN_PATIENCE: Duration = Duration::from_secs(30);

/// What the program stands on.
#[derive(Clone)]
pub struct Foundations {
    /// What is known.
    pub catalog: Arc<dyn Catalog>,
    /// Carries doorbells.
    pub broker: Arc<dyn Broker>,
    /// Where objects are kept.
    pub store: ArtifactStore,
}

/// Connections to the catalog: as many as answer at a time; the rest wait for a few milliseconds.
const CONNECTIONS_MAX: u32 = 16;

impl Foundations {
    /// Opens them as the settings say.
    pub async fn open(config: &ApiConfig) -> Result<Foundations, Box<dyn std::error::Error + Send + Sync>> {
        let store = ArtifactStore::open(&config.artifacts)?;
        artifacts::check_at_start(&store).await?;
        Ok(Foundations {
            catalog: catalog::open(&config.catalog_url, CONNECTIONS_MAX).await?,
            broker: broker::open(&config.broker_url)?,
            store,
        })
    }
}

/// Why the program ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Somebody else listens there, or it is not ours to listen at.
    #[error("the API cannot listen at {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// It cannot accept connections any more.
    #[error("the API cannot answer requests")]
    Serve(#[source] std::io::Error),
    /// A duty ended by a fault of ours. Without it jobs would get stuck unseen.
    #[error("a duty of the API ended unasked")]
    Duty(#[source] JoinError),
}

/// The state of a program with these settings.
pub fn state(config: ApiConfig, foundations: Foundations) -> ApiState {
    ApiState::new(Parts {
        catalog: foundations.catalog,
        broker: foundations.broker,
        store: foundations.store,
        guard: Guard::new(config.guard.clone()),
        work_arrived: Arc::new(Notify::new()),
        settings: config,
        rates: RateLimiter::default(),
        writers: Writers::default(),
        pulse: Pulse::default(),
        metrics: crate::metrics::recorder(),
        stopping: CancellationToken::new(),
    })
}

/// Listens where the settings say, and runs until `shutdown` turns true.
pub async fn run(config: ApiConfig, foundations: Foundations, shutdown: watch::Receiver<bool>) -> Result<(), RunError> {
    let address = config.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| RunError::Listen { address, source })?;
    // Port 0 means any that is free; people want to know which.
    let address = listener.local_addr().unwrap_or(address);
    tracing::info!(%address, "the API listens");
    run_on(listener, state(config, foundations), shutdown).await
}

/// Answers requests on this listener and does the duties until `shutdown` turns true; then lets requests in hand end.
pub async fn run_on(listener: TcpListener, state: ApiState, shutdown: watch::Receiver<bool>) -> Result<(), RunError> {
    let mut duties = begin_duties(&state, &shutdown);
    let service = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut asked = shutdown.clone();
    let stopping = state.stopping.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        // A closed channel is as good as a request to stop.
        let _ = asked.wait_for(|stop| *stop).await;
        // Streams of events would not end by themselves.
        stopping.cancel();
    });
    let drained = async {
        state.stopping.cancelled().await;
        tokio::time::sleep(DRAIN_PATIENCE).await;
    };
    tokio::select! {
        served = serving => served.map_err(RunError::Serve)?,
        () = drained => tracing::warn!("requests that did not end in time are cut off"),
        failed = failed_duty(&mut duties) => return Err(RunError::Duty(failed)),
    }
    while let Some(ended) = duties.join_next().await {
        ended.map_err(RunError::Duty)?;
    }
    Ok(())
}

/// Waits for a duty that fails. Those that end because they were asked to are no reason to stop answering.
async fn failed_duty(duties: &mut JoinSet<()>) -> JoinError {
    while let Some(ended) = duties.join_next().await {
        if let Err(error) = ended {
            return error;
        }
    }
    std::future::pending().await
}

fn begin_duties(state: &ApiState, shutdown: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut duties = JoinSet::new();
    let (relaying, asked) = (state.clone(), shutdown.clone());
    duties.spawn(async move { worker::relay::run(&*relaying.catalog, &*relaying.broker, &relaying.work_arrived, asked).await });
    let (scheduling, asked) = (state.clone(), shutdown.clone());
    duties.spawn(async move { worker::scheduler::run(&*scheduling.catalog, &scheduling.work_arrived, asked).await });
    let (rescuing, asked) = (state.clone(), shutdown.clone());
    duties.spawn(async move { worker::rescuer::run(&*rescuing.catalog, &Limits::default(), asked).await });
    let (delivering, asked) = (state.clone(), shutdown.clone());
    duties.spawn(async move { webhooks::run(&delivering, asked).await });
    let (sweeping, asked) = (state.clone(), shutdown.clone());
    duties.spawn(async move { sweep::run(&sweeping, asked).await });
    duties
}
