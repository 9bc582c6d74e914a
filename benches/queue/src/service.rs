//! What the whole service promises, measured over HTTP on the program `api` with a table of a million jobs.

use crate::ours::{Work, start_worker};
use crate::process::{Process, now_micros};
use crate::statistics::{median, percentile};
use crate::{Failed, ServiceArguments, peers};
use serde_json::Value;
use sqlx::PgPool;
use std::collections::HashSet;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Videos of a batch, and how many batches.
const BATCH: usize = 10_000;
const BATCHES: usize = 5;
/// Pages of each list.
const PAGES: usize = 200;
/// Jobs cancelled one after the other: each meets its worker at another moment between two extensions of its lease.
const CANCELLED: usize = 5;
/// Jobs that a killed worker held.
const LOST: usize = 8;
/// Nothing here takes longer.
const LIMIT: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The API, and how to ask it.
struct Api {
    address: String,
    client: reqwest::Client,
    _process: Process,
}

pub async fn run(arguments: &ServiceArguments) -> Result<(), Failed> {
    let servers = &arguments.servers;
    let database = peers::create_database(&servers.postgres, "service").await?;
    let api = Api::start(arguments, &database).await?;
    seed(&database, arguments.jobs).await?;
    println!("| what | median | p99 | worst | asked |");
    println!("|---|---|---|---|---|");
    let batch = accept_batches(&api).await?;
    list_pages(&api, &batch).await?;
    other_pages(&api).await?;
    cancel_batches(&api).await?;
    let mut worker = start_worker(&database, &servers.rabbitmq, "", Work::Hold)?;
    cancel_running(&api, &mut worker).await?;
    lose_worker(&api, worker, || start_worker(&database, &servers.rabbitmq, "", Work::Hold)).await
}

impl Api {
    async fn start(arguments: &ServiceArguments, database: &str) -> Result<Api, Failed> {
        let listen = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(&arguments.api);
        command
            .env("TOCCATA__CATALOG_URL", database)
            .env("TOCCATA__BROKER_URL", &arguments.servers.rabbitmq)
            .env("TOCCATA__LISTEN", listen.to_string())
            .env("TOCCATA__ARTIFACTS__URL", arguments.folder.join("artifacts"))
            .env("TOCCATA__LOG__FILTER", "error")
            .env("TOCCATA__DEV__OPEN_TO_LOOPBACK", "true");
        let api = Api {
            address: format!("http://{listen}"),
            client: reqwest::Client::new(),
            _process: Process::start(&mut command)?,
        };
        let begun = Instant::now();
        while api.get("/readyz").await.is_err() {
            if begun.elapsed() > LIMIT {
                return Err("the API does not become ready".into());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(api)
    }

    async fn get(&self, path: &str) -> Result<String, Failed> {
        Ok(self
            .client
            .get(format!("{}{path}", self.address))
            .send()
            .await?
            .error_for_status()?
            .text()
            .await?)
    }

    async fn get_json(&self, path: &str) -> Result<Value, Failed> {
        Ok(serde_json::from_str(&self.get(path).await?)?)
    }

    async fn post(&self, path: &str, media_type: &str, body: String) -> Result<Value, Failed> {
        let request = self
            .client
            .post(format!("{}{path}", self.address))
            .header("content-type", media_type)
            .body(body);
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(format!("{path}: {status}: {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }

    async fn submit(&self, address: &str) -> Result<String, Failed> {
        let body = serde_json::json!({ "url": address }).to_string();
        id(&self.post("/v1/videos", "application/json", body).await?)
    }

    async fn state(&self, job: &str) -> Result<String, Failed> {
        let job = self.get_json(&format!("/v1/jobs/{job}")).await?;
        Ok(job["state"].as_str().ok_or("a job without a state")?.to_owned())
    }
}

fn id(answer: &Value) -> Result<String, Failed> {
    Ok(answer["id"].as_str().ok_or("an answer without an id")?.to_owned())
}

fn row(what: &str, unit: &str, numbers: &[f64], asked: &str) {
    let [middle, late, worst] = [median(numbers), percentile(numbers, 0.99), percentile(numbers, 1.0)];
    println!("| {what}, {unit} | {middle:.2} | {late:.2} | {worst:.2} | {asked} |");
}

async fn seed(database: &str, jobs: i64) -> Result<(), Failed> {
    let pool = PgPool::connect(database).await?;
    let text = include_str!("seed.sql").replace("{jobs}", &jobs.to_string());
    sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&pool).await?;
    // What autovacuum does within minutes.
    sqlx::raw_sql("VACUUM ANALYZE").execute(&pool).await?;
    pool.close().await;
    Ok(())
}

/// Returns the last batch.
async fn accept_batches(api: &Api) -> Result<String, Failed> {
    let mut secs = Vec::new();
    let mut last = String::new();
    for batch in 0..BATCHES {
        let lines: String = (0..BATCH)
            .map(|number| format!("{{\"url\": \"https://example.org/{batch}/{number}.mp4\"}}\n"))
            .collect();
        let begun = Instant::now();
        let answer = api.post("/v1/batches", "application/x-ndjson", lines).await?;
        secs.push(begun.elapsed().as_secs_f64());
        if answer["counts"]["available"] != BATCH {
            return Err(format!("not all of a batch was accepted: {answer}").into());
        }
        last = id(&answer)?;
    }
    row("batch of 10,000 accepted over HTTP", "s", &secs, "2");
    Ok(last)
}

async fn list_pages(api: &Api, batch: &str) -> Result<(), Failed> {
    let month_ago = now_micros() / 1000 - 20 * 86_400_000;
    for (what, filter) in [
        ("all jobs", String::new()),
        ("of a batch of 10,000", format!("batch={batch}")),
        ("completed", "state=completed".to_owned()),
        ("discarded or cancelled", "state=discarded,cancelled".to_owned()),
        ("of a kind", "kind=label_performance".to_owned()),
        ("with a failure code", "code=no_hands".to_owned()),
        ("created before", format!("created_before={month_ago}")),
    ] {
        let mut ms = Vec::new();
        let mut cursor = String::new();
        while ms.len() < PAGES {
            let begun = Instant::now();
            let page = api.get_json(&format!("/v1/jobs?limit=50&{filter}{cursor}")).await?;
            ms.push(begun.elapsed().as_secs_f64() * 1000.0);
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        row(&format!("page of 50 jobs, {what} ({} pages)", ms.len()), "ms", &ms, "p99 50");
    }
    Ok(())
}

async fn other_pages(api: &Api) -> Result<(), Failed> {
    for path in ["/v1/batches", "/v1/usage?by=kind", "/v1/usage?by=batch", "/metrics"] {
        let mut ms = Vec::new();
        for _ in 0..5 {
            let begun = Instant::now();
            api.get(path).await?;
            ms.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        row(&format!("GET {path}"), "ms", &ms, "-");
    }
    Ok(())
}

/// So that nothing but what follows waits for a worker.
async fn cancel_batches(api: &Api) -> Result<(), Failed> {
    let mut secs = Vec::new();
    let page = api.get_json(&format!("/v1/batches?limit={BATCHES}")).await?;
    for batch in page["items"].as_array().ok_or("no list of batches")? {
        let begun = Instant::now();
        api.post(&format!("/v1/batches/{}/cancel", id(batch)?), "application/json", String::new())
            .await?;
        secs.push(begun.elapsed().as_secs_f64());
    }
    row("batch of 10,000 waiting jobs cancelled", "s", &secs, "-");
    Ok(())
}

async fn cancel_running(api: &Api, worker: &mut Process) -> Result<(), Failed> {
    let mut secs = Vec::new();
    for number in 0..CANCELLED {
        let job = api.submit(&format!("https://example.org/cancelled/{number}.mp4")).await?;
        wait_for_begin(worker, &HashSet::from([job.clone()])).await?;
        // Some way into the time between two extensions.
        tokio::time::sleep(Duration::from_millis(900 * number as u64)).await;
        let begun = Instant::now();
        api.post(&format!("/v1/jobs/{job}/cancel"), "application/json", String::new())
            .await?;
        while api.state(&job).await? != "cancelled" {
            if begun.elapsed() > LIMIT {
                return Err("a running job was not cancelled".into());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        secs.push(begun.elapsed().as_secs_f64());
    }
    row("running job cancelled", "s", &secs, "10");
    Ok(())
}

async fn lose_worker(api: &Api, mut first: Process, start: impl Fn() -> Result<Process, Failed>) -> Result<(), Failed> {
    let mut jobs = HashSet::new();
    for number in 0..LOST {
        jobs.insert(api.submit(&format!("https://example.org/lost/{number}.mp4")).await?);
    }
    wait_for_begin(&mut first, &jobs).await?;
    let mut second = start()?;
    // A lease that was just taken is the worst case; let some extensions pass, as in a job of hours.
    tokio::time::sleep(Duration::from_secs(6)).await;
    first.kill()?;
    let killed = now_micros();
    let begun = wait_for_begin(&mut second, &jobs).await?;
    let secs: Vec<f64> = begun.iter().map(|at| (at - killed) as f64 / 1e6).collect();
    row("job of a worker killed by SIGKILL runs again", "s", &secs, "40");
    Ok(())
}

/// Waits until a worker has begun all of these jobs; microseconds since 1970.
async fn wait_for_begin(worker: &mut Process, jobs: &HashSet<String>) -> Result<Vec<i64>, Failed> {
    let mut begun = Vec::new();
    while begun.len() < jobs.len() {
        let line = tokio::time::timeout(LIMIT, worker.line())
            .await
            .map_err(|_| "a worker did not begin")??;
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["begin", job, at] if jobs.contains(job) => begun.push(at.parse()?),
            _ => return Err(format!("a worker began something else: {line}").into()),
        }
    }
    Ok(begun)
}
