//! `toccata dev`: the whole service in one process, for one person on one machine.

use crate::failure::{Failure, fault};
use api::{ApiConfig, DevConfig, Foundations};
use artifacts::{ArtifactStore, StoreConfig};
use bootstrap::models::ModelStore;
use bootstrap::shutdown::listen_for_tasks;
use bootstrap::tracing::{LogConfig, start_service};
use broker::InProcessBroker;
use clap::Args;
use labeler::config::LabelerConfig;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use trainer::config::TrainerConfig;

/// Run the whole service on this machine: API, queue and workers in one process
#[derive(Args)]
pub struct Dev {
    /// Folder for the database, the results and the videos being worked on
    #[arg(long, value_name = "DIR", default_value = "toccata-data")]
    data: PathBuf,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Videos labelled at a time
    #[arg(long, value_name = "N", default_value_t = 1)]
    slots: usize,
    /// Keep videos after they are labelled
    #[arg(long)]
    keep_videos: bool,
    /// Log everything
    #[arg(long)]
    verbose: bool,
}

/// Connections to the database file.
const CONNECTIONS_MAX: u32 = 8;

impl Dev {
    /// Runs the command until Ctrl-C.
    pub fn run(self) -> Result<(), Failure> {
        start_service(&LogConfig {
            filter: if self.verbose {
                "info,sqlx=warn".to_owned()
            } else {
                "warn".to_owned()
            },
            ..LogConfig::default()
        });
        if !self.listen.ip().is_loopback() {
            let message = "`toccata dev` answers without keys and therefore listens on loopback only; see docker-compose.yml for more";
            return Err(Failure::Usage(message.to_owned()));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(fault)?;
        runtime.block_on(self.serve())
    }

    async fn serve(self) -> Result<(), Failure> {
        std::fs::create_dir_all(&self.data).map_err(fault)?;
        let data = self.data.canonicalize().map_err(fault)?;
        let catalog_url = format!("sqlite:{}", data.join("catalog.db").display());
        let store = StoreConfig::folder(&data.join("artifacts"));
        let catalog = catalog::open(&catalog_url, CONNECTIONS_MAX).await.map_err(fault)?;
        let broker = Arc::new(InProcessBroker::default());
        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            Failure::Usage(format!(
                "cannot listen at {}: {error}; choose another place with --listen",
                self.listen
            ))
        })?;
        let address = listener.local_addr().map_err(fault)?;
        let shutdown = listen_for_tasks().map_err(fault)?;

        let settings = ApiConfig {
            listen: address,
            public_url: format!("http://{address}"),
            catalog_url: catalog_url.clone(),
            artifacts: store.clone(),
            dev: DevConfig {
                open_to_loopback: true,
                local_paths: true,
            },
            ..ApiConfig::default()
        };
        let foundations = Foundations {
            catalog: Arc::clone(&catalog),
            broker: broker.clone(),
            store: ArtifactStore::open(&store).map_err(fault)?,
        };
        let api = api::run_on(listener, api::state(settings, foundations), shutdown.clone());
        let labeler = labeler::service::run(
            LabelerConfig {
                catalog_url: catalog_url.clone(),
                artifacts: store.clone(),
                slots: self.slots,
                work_folder: data.join("work"),
                delete_video_after_labelling: !self.keep_videos,
                local_paths: true,
                ..LabelerConfig::default()
            },
            labeler::service::Parts {
                catalog: Arc::clone(&catalog),
                broker: broker.clone(),
                store: ArtifactStore::open(&store).map_err(fault)?,
            },
            std::env::current_exe().map_err(fault)?,
            shutdown.clone(),
        );
        let training = TrainerConfig {
            catalog_url,
            artifacts: store.clone(),
            work_folder: data.join("training"),
            ..TrainerConfig::default()
        };
        let store = ArtifactStore::open(&store).map_err(fault)?;
        let trainer = trainer::run(training, catalog, broker, store, shutdown);
        self.greet(address);
        tokio::try_join!(
            async { api.await.map_err(|error| Failure::Fault(Box::new(error))) },
            async { labeler.await.map_err(Failure::Fault) },
            async { trainer.await.map_err(Failure::Fault) },
        )?;
        Ok(())
    }

    fn greet(&self, address: SocketAddr) {
        eprintln!(
            "Toccata runs at http://{address}  (data in {}, Ctrl-C ends it)",
            self.data.display()
        );
        eprintln!("  toccata submit VIDEO_OR_URL --server http://{address} --watch");
        let fetched = ModelStore::open().is_ok_and(|store| store.packages().iter().all(|package| store.is_fetched(package)));
        if !fetched {
            eprintln!("  the models are not all here: run `toccata models fetch` before submitting videos");
        }
    }
}
