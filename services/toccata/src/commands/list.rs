//! `toccata list`.

use crate::client::Service;
use crate::failure::Failure;
use clap::Args;
use serde_json::Value;

/// List jobs of a service, newest first
#[derive(Args)]
pub struct List {
    /// Only jobs in this state: available, running, retryable, completed, cancelled, discarded
    #[arg(long)]
    state: Option<String>,
    /// Only jobs of this batch
    #[arg(long)]
    batch: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print JSON, a job a line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    service: Service,
}

/// The service's largest page.
const PAGE: usize = 100;

impl List {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Service::block_on(self.list())
    }

    async fn list(self) -> Result<(), Failure> {
        let mut left = self.limit;
        let mut cursor: Option<String> = None;
        if !self.json {
            println!("{:<36} {:<10} {:<12} what", "job", "state", "stage");
        }
        while left > 0 {
            let page = self.page(cursor.as_deref(), left.min(PAGE)).await?;
            let jobs = page["items"].as_array().cloned().unwrap_or_default();
            for job in &jobs {
                println!("{}", if self.json { job.to_string() } else { line(job) });
            }
            left = left.saturating_sub(jobs.len());
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() || jobs.is_empty() {
                break;
            }
        }
        Ok(())
    }

    async fn page(&self, cursor: Option<&str>, limit: usize) -> Result<Value, Failure> {
        let mut query = vec![("limit", limit.to_string())];
        let named = [
            ("state", self.state.as_deref()),
            ("batch", self.batch.as_deref()),
            ("cursor", cursor),
        ];
        query.extend(named.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))));
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| {
                format!(
                    "{name}={}",
                    url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>()
                )
            })
            .collect();
        self.service.get(&format!("/v1/jobs?{}", query.join("&"))).await
    }
}

fn line(job: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let source = &job["source"];
    let what = [&job["failure"]["code"], &source["title"], &source["url"], &source["name"]]
        .into_iter()
        .find_map(|value| value.as_str())
        .unwrap_or_default()
        .to_owned();
    format!(
        "{:<36} {:<10} {:<12} {}",
        text(&job["id"]),
        text(&job["state"]),
        text(&job["stage"]),
        what
    )
}
