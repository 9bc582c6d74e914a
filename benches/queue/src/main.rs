//! Times our queue against riverqueue and Celery, in one run on the same PostgreSQL and RabbitMQ. `run.sh` says how.
//!
//! Every system in every round gets a database of its own; a worker is a process of its own; what is done is read from the
//! database, in the same way for all.

mod celery;
mod ours;
mod peers;
mod process;
mod river;
mod service;
mod statistics;

use clap::{Args, Parser, Subcommand};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Whatever goes wrong ends the bench.
pub type Failed = Box<dyn Error + Send + Sync>;

#[derive(Parser)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Bulk enqueue, drain and paced latency: ours, riverqueue, Celery.
    Peers(PeersArguments),
    /// What the whole service promises: a batch over HTTP, listing among a million jobs, cancelling, a dead worker.
    Service(ServiceArguments),
    /// (started by the others) Works on our queue.
    WorkOurs(ours::WorkArguments),
    /// (started by the others) Works on riverqueue's.
    WorkRiver(river::WorkArguments),
}

/// The servers all systems share.
#[derive(Args, Clone)]
pub struct Servers {
    /// A database of PostgreSQL; others are made beside it.
    #[arg(long)]
    postgres: String,
    /// RabbitMQ.
    #[arg(long)]
    rabbitmq: String,
}

#[derive(Args)]
struct PeersArguments {
    #[command(flatten)]
    servers: Servers,
    /// The Python that has Celery.
    #[arg(long)]
    python: PathBuf,
    /// The folder of celery_peer.py.
    #[arg(long)]
    peer_folder: PathBuf,
    /// Alternating rounds.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only these systems.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

#[derive(Args)]
struct ServiceArguments {
    #[command(flatten)]
    servers: Servers,
    /// The program `api`.
    #[arg(long)]
    api: PathBuf,
    /// An empty folder for its artifacts and log.
    #[arg(long)]
    folder: PathBuf,
    /// Jobs in the table.
    #[arg(long, default_value_t = 1_000_000)]
    jobs: i64,
}

fn main() -> ExitCode {
    let verb = Command::parse().verb;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = runtime.map_err(Failed::from).and_then(|runtime| {
        runtime.block_on(async {
            match verb {
                Verb::Peers(arguments) => Box::pin(peers::run(&arguments)).await,
                Verb::Service(arguments) => Box::pin(service::run(&arguments)).await,
                Verb::WorkOurs(arguments) => ours::work(arguments).await,
                Verb::WorkRiver(arguments) => river::work(arguments).await,
            }
        })
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
