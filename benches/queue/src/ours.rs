//! Our own queue: what `api` does when it accepts work, with its duties beside it, and a worker with a handler that does nothing.

use crate::Failed;
use crate::peers::System;
use crate::process::{Process, now_micros};
use async_trait::async_trait;
use broker::{Broker, RabbitMqBroker, RabbitMqConfig};
use catalog::{BatchTarget, Catalog, Leased, NewBatch, Outcome, Submission, SubmittedItem, Worker};
use clap::{Args, ValueEnum};
use jobs::{BatchId, Class, FetchVideo, JobKind, Limits, MediaSource, Payload, SubmitOptions, WorkerId};
use std::sync::Arc;
use std::time::Instant;
use tokio::process::Command;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;
use worker::{Driver, DriverSettings, Handler, Interrupted, JobContext};

/// Of the process that accepts, as in `api`.
const CONNECTIONS_MAX: u32 = 16;
/// Jobs a worker does at a time.
const SLOTS: usize = 16;
/// What a video's address begins with when its worker is to say when it began; microseconds follow.
const SENT: &str = "https://example.org/sent/";

pub struct Ours {
    database: String,
    rabbitmq: String,
    prefix: String,
    catalog: Arc<dyn Catalog>,
    work_arrived: Arc<Notify>,
    /// Ends the duties when dropped.
    _duties: JoinSet<()>,
    _running: watch::Sender<bool>,
}

impl Ours {
    pub async fn new(database: &str, rabbitmq: &str, prefix: &str) -> Result<Ours, Failed> {
        let catalog = catalog::open(database, CONNECTIONS_MAX).await?;
        let broker: Arc<dyn Broker> = Arc::new(broker(rabbitmq, prefix)?);
        let work_arrived = Arc::new(Notify::new());
        let (running, asked) = watch::channel(false);
        Ok(Ours {
            database: database.to_owned(),
            rabbitmq: rabbitmq.to_owned(),
            prefix: prefix.to_owned(),
            _duties: begin_duties(&catalog, &broker, &work_arrived, &asked),
            catalog,
            work_arrived,
            _running: running,
        })
    }
}

fn begin_duties(catalog: &Arc<dyn Catalog>, broker: &Arc<dyn Broker>, wake: &Arc<Notify>, asked: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut duties = JoinSet::new();
    let (relaying, ringing, woken, stop) = (Arc::clone(catalog), Arc::clone(broker), Arc::clone(wake), asked.clone());
    duties.spawn(async move { worker::relay::run(&*relaying, &*ringing, &woken, stop).await });
    let (scheduling, woken, stop) = (Arc::clone(catalog), Arc::clone(wake), asked.clone());
    duties.spawn(async move { worker::scheduler::run(&*scheduling, &woken, stop).await });
    let (rescuing, stop) = (Arc::clone(catalog), asked.clone());
    duties.spawn(async move { worker::rescuer::run(&*rescuing, &Limits::default(), stop).await });
    duties
}

#[async_trait]
impl System for Ours {
    fn bulk(&self) -> usize {
        10_000
    }

    async fn enqueue(&self, count: usize) -> Result<f64, Failed> {
        let items: Vec<SubmittedItem> = (0..count)
            .map(|number| {
                video(
                    i64::try_from(number).unwrap_or(i64::MAX),
                    format!("https://example.org/videos/{count}/{number}.mp4"),
                    Class::Backfill,
                )
            })
            .collect();
        let batch = NewBatch {
            id: BatchId::from_uuid(Uuid::now_v7()),
            name: None,
            url: None,
            options: "{}".to_owned(),
        };
        let submission = submission(BatchTarget::New(batch), items);
        let begun = Instant::now();
        let accepted = self.catalog.accept(&submission).await?;
        let secs = begun.elapsed().as_secs_f64();
        self.work_arrived.notify_one();
        assert_eq!(accepted.items.len(), count);
        Ok(secs)
    }

    async fn pace(&self, count: usize, per_second: f64) -> Result<(), Failed> {
        let mut clock = crate::peers::pace(per_second);
        for _ in 0..count {
            clock.tick().await;
            let submission = submission(BatchTarget::Alone, vec![video(0, format!("{SENT}{}", now_micros()), Class::Normal)]);
            let (catalog, work_arrived) = (Arc::clone(&self.catalog), Arc::clone(&self.work_arrived));
            tokio::spawn(async move {
                if catalog.accept(&submission).await.is_ok() {
                    work_arrived.notify_one();
                }
            });
        }
        Ok(())
    }

    fn start_worker(&self) -> Result<Process, Failed> {
        start_worker(&self.database, &self.rabbitmq, &self.prefix, Work::Nothing)
    }

    fn done(&self) -> &'static str {
        "SELECT COUNT(*) FROM jobs WHERE state = 'completed'"
    }
}

fn submission(batch: BatchTarget, items: Vec<SubmittedItem>) -> Submission {
    Submission {
        key: None,
        batch,
        items,
        refused: Vec::new(),
        traceparent: None,
        active_jobs_max: None,
    }
}

fn video(position: i64, address: String, class: Class) -> SubmittedItem {
    SubmittedItem {
        position,
        canonical: format!("url:{address}"),
        url: Some(address.clone()),
        host: Some("example.org".to_owned()),
        title: None,
        licence: None,
        legal_basis: None,
        dedupe_key: Some(format!("label 1 {address} {{}}")),
        payload: Payload::FetchVideo(FetchVideo {
            from: MediaSource::Url(address),
            notes_sha256: None,
            notes_name: None,
            options: SubmitOptions::default(),
            host_turn: false,
        }),
        class,
        inputs: Vec::new(),
    }
}

/// What a worker of the bench does with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Work {
    /// Completes it at once.
    Nothing,
    /// Says that it began, and keeps it until told to stop.
    Hold,
}

/// Starts a worker of our queue; its queues' names begin with `prefix`.
pub fn start_worker(database: &str, rabbitmq: &str, prefix: &str, work: Work) -> Result<Process, Failed> {
    let work = if work == Work::Hold { "hold" } else { "nothing" };
    let mut command = Command::new(std::env::current_exe()?);
    command.args([
        "work-ours",
        "--database",
        database,
        "--rabbitmq",
        rabbitmq,
        "--prefix",
        prefix,
        "--work",
        work,
    ]);
    Process::start(&mut command)
}

#[derive(Args)]
pub struct WorkArguments {
    #[arg(long)]
    database: String,
    #[arg(long)]
    rabbitmq: String,
    #[arg(long)]
    prefix: String,
    #[arg(long)]
    work: Work,
}

/// Works until ended.
pub async fn work(arguments: WorkArguments) -> Result<(), Failed> {
    let url = arguments.database.clone();
    let driver = Driver {
        catalog: catalog::connect(&arguments.database, CONNECTIONS_MAX)?,
        connect: Arc::new(move || catalog::connect(&url, 2)),
        broker: Arc::new(broker(&arguments.rabbitmq, &arguments.prefix)?),
        handler: Arc::new(BenchHandler(arguments.work)),
        worker: Worker {
            id: WorkerId::from_uuid(Uuid::now_v7()),
            name: format!("bench {}", std::process::id()),
            kinds: vec![JobKind::FetchVideo],
            device: "cpu".to_owned(),
            version: "0".to_owned(),
        },
        settings: DriverSettings {
            slots: SLOTS,
            ..DriverSettings::default()
        },
    };
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let (stop, shutdown) = watch::channel(false);
    tokio::spawn(async move {
        terminated.recv().await;
        let _ = stop.send(true);
    });
    Ok(driver.run(shutdown).await?)
}

struct BenchHandler(Work);

#[async_trait]
impl Handler for BenchHandler {
    async fn run(&self, job: &Leased, context: &JobContext) -> Result<Outcome, Interrupted> {
        if self.0 == Work::Hold {
            println!("begin {} {}", job.held.job, now_micros());
            context.stopped().await;
            return Err(Interrupted::Stopped);
        }
        if let Payload::FetchVideo(FetchVideo {
            from: MediaSource::Url(address),
            ..
        }) = &job.payload
            && let Some(sent) = address.strip_prefix(SENT)
        {
            println!("begin {sent} {}", now_micros());
        }
        Ok(Outcome::Completed {
            artifacts: Vec::new(),
            performance: None,
            follow_on: Vec::new(),
            drop_artifacts: Vec::new(),
        })
    }
}

fn broker(uri: &str, prefix: &str) -> Result<RabbitMqBroker, Failed> {
    Ok(RabbitMqBroker::new(&RabbitMqConfig {
        uri: uri.to_owned(),
        prefix: prefix.to_owned(),
    })?)
}
