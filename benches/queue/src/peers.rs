//! Bulk enqueue, drain of jobs that do nothing, and latency at a steady pace; rounds in which the systems alternate, medians, and
//! ratios of medians.

use crate::celery::Celery;
use crate::ours::Ours;
use crate::process::Process;
use crate::river::River;
use crate::statistics::{median, percentile};
use crate::{Failed, PeersArguments};
use async_trait::async_trait;
use sqlx::PgPool;
use std::time::{Duration, Instant};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Jobs for latency, and their pace: far below what any of the systems can do, so that nothing queues.
const PACED: usize = 300;
const PACED_PER_SEC: f64 = 50.0;
/// Submitted before those that count: connections open, statements are prepared, plans are known.
const WARM_UP: usize = 50;
/// How often the database is asked how many jobs are done.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A system that does nothing for so long has failed.
const STALLED_AFTER: Duration = Duration::from_secs(60);

/// A queue.
#[async_trait]
pub trait System: Send + Sync {
    /// How many jobs it is given at once.
    fn bulk(&self) -> usize;
    /// Submits jobs in the fastest way it offers; seconds that took.
    async fn enqueue(&self, count: usize) -> Result<f64, Failed>;
    /// Submits jobs one by one at a pace.
    async fn pace(&self, count: usize, per_second: f64) -> Result<(), Failed>;
    /// Starts a worker process, which prints `begin SENT NOW` (microseconds) for each paced job.
    fn start_worker(&self) -> Result<Process, Failed>;
    /// Asks the database how many jobs are done.
    fn done(&self) -> &'static str;
}

/// Ticks at this pace; a late tick does not move the others.
pub fn pace(per_second: f64) -> Interval {
    let mut clock = interval(Duration::from_secs_f64(1.0 / per_second));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    clock
}

/// What one round showed of one system.
struct Figures {
    drained_per_sec: f64,
    p50_ms: f64,
    p99_ms: f64,
}

const NAMES: [&str; 4] = ["ours", "river", "river 1 ms", "celery"];
/// Times each system enqueues in each round; it takes seconds only, and disks have moods.
const ENQUEUED: usize = 3;

pub async fn run(arguments: &PeersArguments) -> Result<(), Failed> {
    let mut enqueued: [Vec<f64>; 4] = Default::default();
    let mut rounds: [Vec<Figures>; 4] = Default::default();
    for round in 0..arguments.rounds {
        for turn in 0..ENQUEUED {
            for (system, name) in wanted(arguments) {
                let own = format!("enqueue_{}_{round}_{turn}", name.replace(' ', "_"));
                let per_sec = enqueue(arguments, name, &own).await.map_err(|error| format!("{name}: {error}"))?;
                println!("round {} {name:<10} enqueue {per_sec:>8.0}/s", round + 1);
                enqueued[system].push(per_sec);
            }
        }
        for (system, name) in wanted(arguments) {
            let own = format!("work_{}_{round}", name.replace(' ', "_"));
            let figures = work(arguments, name, &own).await.map_err(|error| format!("{name}: {error}"))?;
            println!(
                "round {} {name:<10} drain {:>6.0}/s  latency p50 {:>6.1} ms p99 {:>6.1} ms",
                round + 1,
                figures.drained_per_sec,
                figures.p50_ms,
                figures.p99_ms
            );
            rounds[system].push(figures);
        }
    }
    report(&enqueued, &rounds);
    Ok(())
}

fn wanted(arguments: &PeersArguments) -> impl Iterator<Item = (usize, &'static str)> {
    let asked = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == name);
    NAMES.into_iter().enumerate().filter(move |(_, name)| asked(name))
}

async fn open(arguments: &PeersArguments, name: &str, own: &str) -> Result<(Box<dyn System>, String), Failed> {
    let database = create_database(&arguments.servers.postgres, own).await?;
    let system: Box<dyn System> = match name {
        "ours" => Box::new(Ours::new(&database, &arguments.servers.rabbitmq, &format!("{own}.")).await?),
        "river" => Box::new(River::new(&database, None).await?),
        "river 1 ms" => Box::new(River::new(&database, Some(Duration::from_millis(1))).await?),
        _ => Box::new(Celery::new(arguments, &database, own)),
    };
    Ok((system, database))
}

/// Jobs a second, while nobody works on them.
async fn enqueue(arguments: &PeersArguments, name: &str, own: &str) -> Result<f64, Failed> {
    let (system, database) = open(arguments, name, own).await?;
    system.enqueue(WARM_UP).await?;
    let pool = PgPool::connect(&database).await?;
    // So that no system pays for what another left to be written.
    sqlx::query("CHECKPOINT").execute(&pool).await?;
    pool.close().await;
    Ok(system.bulk() as f64 / system.enqueue(system.bulk()).await?)
}

/// An empty database beside this one. Returns its address.
pub async fn create_database(postgres: &str, name: &str) -> Result<String, Failed> {
    let pool = PgPool::connect(postgres).await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&pool)
        .await?;
    pool.close().await;
    let (server, _) = postgres.rsplit_once('/').ok_or("the address of PostgreSQL names no database")?;
    Ok(format!("{server}/{name}"))
}

async fn work(arguments: &PeersArguments, name: &str, own: &str) -> Result<Figures, Failed> {
    let (system, database) = open(arguments, name, own).await?;
    let system = system.as_ref();
    system.enqueue(system.bulk()).await?;
    let pool = PgPool::connect(&database).await?;
    let mut worker = system.start_worker()?;
    let drained_per_sec = watch_drain(system, &pool, system.bulk()).await?;
    system.pace(WARM_UP, PACED_PER_SEC).await?;
    latencies(&mut worker, WARM_UP).await?;
    let (paced, latencies_ms) = tokio::join!(system.pace(PACED, PACED_PER_SEC), latencies(&mut worker, PACED));
    paced?;
    let latencies_ms = latencies_ms?;
    worker.stop().await?;
    pool.close().await;
    Ok(Figures {
        drained_per_sec,
        p50_ms: percentile(&latencies_ms, 0.5),
        p99_ms: percentile(&latencies_ms, 0.99),
    })
}

/// Jobs a second, from the first look that finds a job done to the first that finds all done: a worker's start does not count.
async fn watch_drain(system: &dyn System, pool: &PgPool, count: usize) -> Result<f64, Failed> {
    let mut first: Option<(Instant, i64)> = None;
    let (mut last, mut changed) = (0, Instant::now());
    loop {
        // Celery makes its table with the first result.
        let done: i64 = sqlx::query_scalar(system.done()).fetch_one(pool).await.unwrap_or(0);
        let now = Instant::now();
        if done > last {
            (last, changed) = (done, now);
        }
        match first {
            None if done > 0 => first = Some((now, done)),
            Some((begun, before)) if usize::try_from(done)? >= count => {
                return Ok((done - before) as f64 / (now - begun).as_secs_f64());
            }
            _ => {}
        }
        if changed.elapsed() > STALLED_AFTER {
            return Err(format!("stalled after {last} jobs").into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Milliseconds from submission to the first line of the handler.
async fn latencies(worker: &mut Process, count: usize) -> Result<Vec<f64>, Failed> {
    let mut latencies_ms = Vec::with_capacity(count);
    while latencies_ms.len() < count {
        let line = tokio::time::timeout(STALLED_AFTER, worker.line())
            .await
            .map_err(|_| "paced jobs are missing")??;
        let mut words = line.split_whitespace();
        if words.next() != Some("begin") {
            continue;
        }
        let mut micros = || {
            words
                .next()
                .and_then(|word| word.parse::<i64>().ok())
                .ok_or("a worker said something else")
        };
        let (sent, begun) = (micros()?, micros()?);
        latencies_ms.push((begun - sent) as f64 / 1000.0);
    }
    Ok(latencies_ms)
}

fn report(enqueued: &[Vec<f64>; 4], rounds: &[Vec<Figures>; 4]) {
    let of = |figure: fn(&Figures) -> f64| {
        rounds
            .each_ref()
            .map(|rounds| median(&rounds.iter().map(figure).collect::<Vec<_>>()))
    };
    let rows = [
        ("bulk enqueue, jobs/s", enqueued.each_ref().map(|per_sec| median(per_sec))),
        ("drain of no-op jobs, jobs/s", of(|figures| figures.drained_per_sec)),
        ("latency p50, ms", of(|figures| figures.p50_ms)),
        ("latency p99, ms", of(|figures| figures.p99_ms)),
    ];
    println!();
    println!("| medians | ours | riverqueue | riverqueue, cooldown 1 ms | Celery | ours / riverqueue | / with cooldown 1 ms | / Celery |");
    println!("|---|---|---|---|---|---|---|---|");
    for (name, [ours, river, eager, celery]) in rows {
        println!(
            "| {name} | {ours:.1} | {river:.1} | {eager:.1} | {celery:.1} | {:.2} | {:.2} | {:.2} |",
            ours / river,
            ours / eager,
            ours / celery
        );
    }
}
