//! `toccata watch`.

use crate::client::Service;
use crate::failure::Failure;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::time::Duration;

/// Watch a job or a batch until it has ended
#[derive(Args)]
pub struct Watch {
    /// A job or a batch
    id: String,
    /// Print JSON when it has ended
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    service: Service,
}

/// How often the service is asked.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Parts of a bar.
const STEPS: u64 = 1000;

impl Watch {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Service::block_on(until_ended(&self.service, &self.id, self.json))
    }
}

/// Shows a job or a batch until it has ended.
pub async fn until_ended(service: &Service, id: &str, quiet: bool) -> Result<(), Failure> {
    let path = path(id)?;
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(STEPS) };
    if let Ok(style) = ProgressStyle::with_template("{prefix:<10} {bar:32} {percent:>3} %  {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    loop {
        let now = service.get(&path).await?;
        show(&bar, &now);
        if now["finished_ms"].is_i64() {
            bar.finish_and_clear();
            return end(&now, quiet);
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Where a job or a batch is asked for.
pub fn path(id: &str) -> Result<String, Failure> {
    if id.starts_with("job_") {
        Ok(format!("/v1/jobs/{id}"))
    } else if id.starts_with("batch_") {
        Ok(format!("/v1/batches/{id}"))
    } else {
        Err(Failure::Usage(format!("{id:?} is neither a job (job_...) nor a batch (batch_...)")))
    }
}

fn show(bar: &ProgressBar, now: &Value) {
    let (prefix, part, message) = if let Some(percent) = now["percent"].as_f64() {
        let count = |name: &str| now["counts"][name].as_i64().unwrap_or(0);
        let eta = now["eta_secs"]
            .as_f64()
            .map(|secs| format!(", {secs:.0} s to go"))
            .unwrap_or_default();
        let message = format!(
            "{} of {} done, {} running, {} failed{eta}",
            count("completed"),
            count("total"),
            count("running"),
            count("discarded")
        );
        ("batch".to_owned(), percent / 100.0, message)
    } else {
        let state = now["state"].as_str().unwrap_or_default();
        let stage = now["stage"].as_str().unwrap_or(state);
        let failure = now["failure"]["code"]
            .as_str()
            .map(|code| format!("after {code}"))
            .unwrap_or_default();
        (
            stage.to_owned(),
            now["progress"].as_f64().unwrap_or(0.0),
            format!("{state} {failure}"),
        )
    };
    bar.set_prefix(prefix);
    bar.set_position((part.clamp(0.0, 1.0) * STEPS as f64) as u64);
    bar.set_message(message);
}

fn end(now: &Value, json: bool) -> Result<(), Failure> {
    let id = now["id"].as_str().unwrap_or_default();
    if json {
        println!("{now}");
    }
    if now["counts"].is_object() {
        let count = |name: &str| now["counts"][name].as_i64().unwrap_or(0);
        if !json {
            println!(
                "{id}: {} labelled, {} failed, {} cancelled",
                count("completed"),
                count("discarded"),
                count("cancelled")
            );
            for failure in now["failures"].as_array().into_iter().flatten() {
                println!("  {:>6} {}", failure["count"], failure["code"].as_str().unwrap_or_default());
            }
        }
        return Ok(());
    }
    match now["state"].as_str() {
        Some("completed") => {
            if !json {
                println!("{id}: completed; `toccata download {id} --out DIR` fetches the labels");
            }
            Ok(())
        }
        state => {
            let text = |name: &str| now["failure"][name].as_str().unwrap_or_default();
            let message = format!("{id} is {} {}: {}", state.unwrap_or_default(), text("code"), text("message"));
            Err(Failure::Ended(message))
        }
    }
}
