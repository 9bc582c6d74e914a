//! The whole service, and the look at how jobs ended.

use crate::process::{Process, program};
use artifacts::{ArtifactStore, StoreConfig};
use catalog::{Catalog, EventFilter};
use futures::TryStreamExt;
use jobs::JobId;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tests::harness::{Postgres, RabbitMq, S3, wait_until};

/// Nothing here takes so long unless it is stuck; the machine may be busy, and a lost lease alone takes 30 s.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// What a labelled video has, and nothing else.
const RESULTS: [&str; 4] = ["fingering.pig.txt", "hands.parquet", "performance.json", "performance.mid"];

/// Servers, an API, and as many workers as the story starts.
pub struct Cluster {
    // Programs end before their servers: fields are dropped in this order.
    api: Process,
    pub postgres: Postgres,
    pub rabbitmq: RabbitMq,
    pub s3: S3,
    pub catalog: Arc<dyn Catalog>,
    store: ArtifactStore,
    pub key: String,
    pub address: String,
    catalog_url: String,
    bucket: String,
    client: Client,
    folder: TempDir,
    workers: AtomicU32,
}

impl Cluster {
    /// Servers, an API and a key; no worker yet.
    pub async fn start() -> Cluster {
        let (postgres, rabbitmq, s3) = (Postgres::own().await, RabbitMq::own().await, S3::own());
        let folder = tempfile::tempdir().expect("a folder");
        let catalog_url = postgres.new_database().await;
        let bucket = s3.new_bucket();
        let catalog = catalog::open(&catalog_url, 4).await.expect("the catalog");
        let store = ArtifactStore::open(&StoreConfig {
            url: format!("s3://{bucket}"),
            endpoint: Some(s3.endpoint()),
            allow_http: true,
            access_key_id: Some(S3::ACCESS_KEY.to_owned()),
            secret_access_key: Some(S3::SECRET_KEY.to_owned()),
            ..StoreConfig::default()
        })
        .expect("the store");
        let mut command = Command::new(program("api"));
        common(&mut command, &catalog_url, &rabbitmq, &s3, &bucket);
        command.env("TOCCATA__LISTEN", "127.0.0.1:0");
        let api = Process::start(&mut command, folder.path().join("api.log"));
        let address = wait_until(PATIENCE, "the API listens", async || address(&api).ok_or_else(|| api.said())).await;
        let key = key(&catalog_url);
        Cluster {
            api,
            postgres,
            rabbitmq,
            s3,
            catalog,
            store,
            key,
            address,
            catalog_url,
            bucket,
            client: Client::builder().no_proxy().build().expect("a client"),
            folder,
            workers: AtomicU32::new(0),
        }
    }

    /// The command of a labeller with these settings besides the usual.
    pub fn labeler_command(&self, program: PathBuf, settings: &[(&str, &str)]) -> (Command, PathBuf, PathBuf) {
        let number = self.workers.fetch_add(1, Ordering::Relaxed);
        let work = self.folder.path().join(format!("work-{number}"));
        std::fs::create_dir_all(&work).expect("a work folder");
        let mut command = Command::new(program);
        common(&mut command, &self.catalog_url, &self.rabbitmq, &self.s3, &self.bucket);
        command
            .env("TOCCATA__WORK_FOLDER", &work)
            .env("TOCCATA__LOOK_EVERY_SECS", "1")
            .env("TOCCATA__HOST_SPACING_SECS", "0")
            .envs(settings.iter().copied());
        (command, work, self.folder.path().join(format!("labeler-{number}.log")))
    }

    /// Starts a labeller; gives the folder it works in too.
    pub fn labeler(&self, settings: &[(&str, &str)]) -> (Process, PathBuf) {
        let (mut command, work, log) = self.labeler_command(program("labeler"), settings);
        (Process::start(&mut command, log), work)
    }

    /// Memory the API holds now.
    pub fn api_memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.api.id())).expect("the API runs");
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        1024 * kib.expect("its memory")
    }

    /// A request with the key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.address))
            .bearer_auth(&self.key)
    }

    /// The JSON a path answers.
    pub async fn get(&self, path: &str) -> Value {
        json_of(self.request(Method::GET, path)).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        json_of(self.request(Method::POST, path).json(body)).await
    }

    /// Submits a file with its bytes; gives the job's id.
    pub async fn submit(&self, name: &str, bytes: Vec<u8>, options: Value) -> String {
        let upload = self.post("/v1/uploads", &json!({ "name": name, "size_bytes": bytes.len() })).await;
        let upload = upload["id"].as_str().expect("an upload").to_owned();
        let sent = self
            .request(Method::PATCH, &format!("/v1/uploads/{upload}"))
            .header("Upload-Offset", 0)
            .header("Content-Type", "application/octet-stream")
            .body(bytes);
        json_of(sent).await;
        let job = self.post("/v1/videos", &json!({ "upload": upload, "options": options })).await;
        job["id"].as_str().expect("a job").to_owned()
    }

    /// The job, once it is as asked.
    pub async fn until(&self, job: &str, what: &str, as_asked: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/v1/jobs/{job}");
        wait_until(PATIENCE, &format!("{job} {what}"), async || {
            let now = self.get(&path).await;
            if as_asked(&now) { Ok(now) } else { Err(now) }
        })
        .await
    }

    /// The job once it has ended, after the look that every story ends with.
    pub async fn ended(&self, job: &str) -> Value {
        let ended = self.until(job, "ends", |job| job["finished_ms"].is_i64()).await;
        self.check_ended_once(job, &ended).await;
        ended
    }

    /// It ended exactly once, and what can be seen of it was committed.
    async fn check_ended_once(&self, job: &str, ended: &Value) {
        let state = ended["state"].as_str().expect("a state");
        let id: JobId = job.parse().expect("a job's id");
        let attempts = self.catalog.attempts(id).await.expect("attempts");
        assert!(attempts.iter().all(|attempt| attempt.ended_ms.is_some()), "{attempts:?}");
        let completed = attempts.iter().filter(|attempt| attempt.outcome.as_deref() == Some("completed"));
        assert_eq!(completed.count(), usize::from(state == "completed"), "{attempts:?}");
        let filter = EventFilter {
            job: Some(id),
            ..EventFilter::default()
        };
        let events = self.catalog.events(filter, 0, 10_000).await.expect("events");
        let ends = events
            .iter()
            .filter(|event| matches!(event.name.as_str(), "job.completed" | "job.discarded" | "job.cancelled"));
        assert_eq!(ends.count(), 1, "{events:?}");
        let files = self.get(&format!("/v1/jobs/{job}/artifacts")).await;
        let mut names: Vec<&str> = files["items"]
            .as_array()
            .expect("files")
            .iter()
            .filter_map(|file| file["name"].as_str())
            .collect();
        names.sort_unstable();
        let labelled = state == "completed";
        let seen: Vec<&str> = names.into_iter().filter(|name| RESULTS.contains(name)).collect();
        assert_eq!(seen, if labelled { RESULTS.to_vec() } else { vec![] });
        let performances = self
            .get(&format!(
                "/v1/performances?source={}",
                ended["source"]["id"].as_str().expect("a source")
            ))
            .await;
        assert_eq!(
            performances["items"].as_array().map(Vec::len),
            Some(usize::from(labelled)),
            "{performances}"
        );
    }

    /// Waits until so many stages of a job are finished in the work folder of its labeller, or the job has ended. Looks often: the
    /// last stages of a short clip take milliseconds.
    pub async fn stages_reached(&self, job: &str, work: &Path, stages: usize) {
        let running = |job: &Value| job["finished_ms"].is_i64() || job["state"] == "running" && job["kind"] == "label_performance";
        self.until(job, "is labelled", running).await;
        let ended = self.until(job, "ends", |job| job["finished_ms"].is_i64());
        let reached = async {
            while stages_finished(work) < stages {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::select! {
            _ = ended => {}
            () = reached => {}
        }
    }

    /// How the attempts at a job ended, the first first; attempts at fetching left out.
    pub async fn label_attempts(&self, job: &str) -> Vec<String> {
        let mut attempts = self.catalog.attempts(job.parse().expect("a job's id")).await.expect("attempts");
        attempts.sort_by_key(|attempt| attempt.fence);
        let labelling = attempts.into_iter().filter(|attempt| attempt.kind == "label_performance");
        labelling
            .map(|attempt| attempt.outcome.unwrap_or_else(|| "running".to_owned()))
            .collect()
    }

    /// A file of a completed job.
    pub async fn file(&self, job: &str, name: &str) -> Vec<u8> {
        let answer = self.request(Method::GET, &format!("/v1/jobs/{job}/artifacts/{name}")).send().await;
        let answer = answer.expect("an answer").error_for_status().expect("a file");
        answer.bytes().await.expect("its bytes").to_vec()
    }

    /// How many objects the store has in a folder.
    pub async fn stored(&self, folder: &str) -> usize {
        self.store
            .list(folder)
            .try_fold(0, async |count, _| Ok(count + 1))
            .await
            .unwrap_or(0)
    }
}

/// Finished stages in the work folder of a labeller.
pub fn stages_finished(work: &Path) -> usize {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let stages = entries(work)
        .into_iter()
        .flat_map(|attempt| entries(&attempt.join("labels/.stages")));
    stages
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .count()
}

fn common(command: &mut Command, catalog_url: &str, rabbitmq: &RabbitMq, s3: &S3, bucket: &str) {
    command
        .env("TOCCATA__LOG__FORMAT", "text")
        .env("TOCCATA__CATALOG_URL", catalog_url)
        .env("TOCCATA__BROKER_URL", rabbitmq.uri())
        .env("TOCCATA__ARTIFACTS__URL", format!("s3://{bucket}"))
        .env("TOCCATA__ARTIFACTS__ENDPOINT", s3.endpoint())
        .env("TOCCATA__ARTIFACTS__ALLOW_HTTP", "true")
        .env("TOCCATA__ARTIFACTS__ACCESS_KEY_ID", S3::ACCESS_KEY)
        .env("TOCCATA__ARTIFACTS__SECRET_ACCESS_KEY", S3::SECRET_KEY);
}

/// The address the API says it listens at.
fn address(api: &Process) -> Option<String> {
    let said = api.said();
    let line = said.lines().find(|line| line.contains("the API listens"))?;
    let address = line
        .split_whitespace()
        .find_map(|word| word.split_once("address=").map(|(_, address)| address));
    Some(format!("http://{}", address?))
}

fn key(catalog_url: &str) -> String {
    let made = Command::new(program("toccata"))
        .args([
            "keys",
            "create",
            "--name",
            "story",
            "--scopes",
            "admin",
            "--requests-per-minute",
            "1000000",
            "--catalog",
            catalog_url,
        ])
        .output()
        .expect("toccata keys create");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8_lossy(&made.stdout).trim().to_owned()
}

async fn json_of(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("the API answers");
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert!(status.is_success(), "{status}: {body}");
    body
}
