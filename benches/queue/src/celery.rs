//! Celery as a peer: `celery_peer.py`.

use crate::peers::System;
use crate::process::Process;
use crate::{Failed, PeersArguments};
use async_trait::async_trait;
use std::path::PathBuf;
use tokio::process::Command;

/// Worker processes: as many as this bench's machine has cores. More were not faster.
const PROCESSES: &str = "2";

pub struct Celery {
    python: PathBuf,
    folder: PathBuf,
    broker: String,
    results: String,
    queue: String,
}

impl Celery {
    pub fn new(arguments: &PeersArguments, database: &str, queue: &str) -> Celery {
        Celery {
            python: arguments.python.clone(),
            folder: arguments.peer_folder.clone(),
            broker: arguments.servers.rabbitmq.clone(),
            results: database.replacen("postgres://", "db+postgresql+psycopg2://", 1),
            queue: queue.to_owned(),
        }
    }

    fn python(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.python);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("BROKER", &self.broker)
            .env("RESULTS", &self.results)
            .env("QUEUE", &self.queue)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    async fn submit(&self, arguments: &[&str]) -> Result<f64, Failed> {
        let output = self.python(arguments).output().await?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

#[async_trait]
impl System for Celery {
    fn bulk(&self) -> usize {
        // It takes a hundred or some hundreds of tasks a second.
        1000
    }

    async fn enqueue(&self, count: usize) -> Result<f64, Failed> {
        self.submit(&["celery_peer.py", "bulk", &count.to_string()]).await
    }

    async fn pace(&self, count: usize, per_second: f64) -> Result<(), Failed> {
        let (count, per_second) = (count.to_string(), per_second.to_string());
        self.submit(&["celery_peer.py", "pace", &count, &per_second]).await.map(drop)
    }

    fn start_worker(&self) -> Result<Process, Failed> {
        let options = [
            "--pool",
            "prefork",
            "--concurrency",
            PROCESSES,
            "--loglevel",
            "ERROR",
            "--without-gossip",
            "--without-mingle",
        ];
        let mut arguments = vec!["-m", "celery", "--quiet", "-A", "celery_peer", "worker"];
        arguments.extend(options);
        Process::start(&mut self.python(&arguments))
    }

    fn done(&self) -> &'static str {
        "SELECT COUNT(*) FROM celery_taskmeta WHERE status = 'SUCCESS'"
    }
}
