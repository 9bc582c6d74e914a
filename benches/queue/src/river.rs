//! riverqueue as a peer, as its documentation sets it up.

use crate::Failed;
use crate::peers::System;
use crate::process::{Process, now_micros};
use async_trait::async_trait;
use clap::Args;
use riverqueue::migrate::PostgresMigrator;
use riverqueue::sqlx::PgPool;
use riverqueue::sqlx::postgres::PgPoolOptions;
use riverqueue::{BoxError, Client, Job, JobArgs, QueueConfig, WorkContext, WorkOutcome, Workers};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Jobs done at a time, as River's own benchmarks have it.
const WORKERS: usize = 100;
/// As many as ours may open.
const CONNECTIONS_MAX: u32 = 16;

#[derive(Clone, Debug, Deserialize, JobArgs, Serialize)]
#[river(kind = "work")]
struct Work {
    /// When it was submitted, if its worker is to say when it began.
    sent_micros: Option<i64>,
    /// As long as the address of a video.
    address: String,
}

/// Waits at least this long between two fetches; none: River's default of 100 ms.
pub type Cooldown = Option<Duration>;

pub struct River {
    database: String,
    cooldown: Cooldown,
    client: Client,
}

impl River {
    pub async fn new(database: &str, cooldown: Cooldown) -> Result<River, Failed> {
        let pool = pool(database).await?;
        PostgresMigrator::new(pool.clone()).migrate_up().await?;
        let mut client = Client::builder(pool);
        if let Some(cooldown) = cooldown {
            client = client.fetch_cooldown(cooldown);
        }
        Ok(River {
            database: database.to_owned(),
            cooldown,
            client: client.build()?,
        })
    }
}

#[async_trait]
impl System for River {
    fn bulk(&self) -> usize {
        10_000
    }

    async fn enqueue(&self, count: usize) -> Result<f64, Failed> {
        let jobs: Vec<Work> = (0..count)
            .map(|number| Work {
                sent_micros: None,
                address: format!("https://example.org/videos/{number}.mp4"),
            })
            .collect();
        let begun = Instant::now();
        let inserted = self.client.insert_many(jobs).await?;
        let secs = begun.elapsed().as_secs_f64();
        assert_eq!(inserted.len(), count);
        Ok(secs)
    }

    async fn pace(&self, count: usize, per_second: f64) -> Result<(), Failed> {
        let mut clock = crate::peers::pace(per_second);
        for number in 0..count {
            clock.tick().await;
            let work = Work {
                sent_micros: Some(now_micros()),
                address: format!("https://example.org/videos/{number}.mp4"),
            };
            let client = self.client.clone();
            tokio::spawn(async move { client.insert(work).await });
        }
        Ok(())
    }

    fn start_worker(&self) -> Result<Process, Failed> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["work-river", "--database", &self.database]);
        if let Some(cooldown) = self.cooldown {
            command.args(["--cooldown-ms", &cooldown.as_millis().to_string()]);
        }
        Process::start(&mut command)
    }

    fn done(&self) -> &'static str {
        "SELECT COUNT(*) FROM river_job WHERE state = 'completed'"
    }
}

#[derive(Args)]
pub struct WorkArguments {
    #[arg(long)]
    database: String,
    #[arg(long)]
    cooldown_ms: Option<u64>,
}

/// Works until ended.
pub async fn work(arguments: WorkArguments) -> Result<(), Failed> {
    let mut workers = Workers::new();
    workers.add_fn(begin)?;
    let mut client = Client::builder(pool(&arguments.database).await?)
        .workers(workers)
        .queue("default", QueueConfig::new(WORKERS));
    if let Some(cooldown_ms) = arguments.cooldown_ms {
        client = client.fetch_cooldown(Duration::from_millis(cooldown_ms));
    }
    let client = client.build()?;
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let mut run = client.start_with_graceful_stop(async move {
        terminated.recv().await;
    })?;
    Ok(run.wait().await?)
}

async fn begin(_: WorkContext, job: Job<Work>) -> Result<WorkOutcome, BoxError> {
    if let Some(sent) = job.args.sent_micros {
        println!("begin {sent} {}", now_micros());
    }
    Ok(WorkOutcome::Complete)
}

async fn pool(database: &str) -> Result<PgPool, Failed> {
    Ok(PgPoolOptions::new().max_connections(CONNECTIONS_MAX).connect(database).await?)
}
