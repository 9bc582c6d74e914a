//! Talks to a Toccata service.

use crate::failure::{Failure, fault};
use clap::Args;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// Which service, and who asks.
#[derive(Args, Clone)]
pub struct Service {
    /// Address of the service
    #[arg(long, value_name = "URL", env = "TOCCATA_SERVER", default_value = "http://127.0.0.1:8080")]
    server: String,
    /// API key (not needed for a service on this machine started by `toccata dev`)
    #[arg(long, value_name = "KEY", env = "TOCCATA_KEY", hide_env_values = true)]
    key: Option<String>,
}

/// Answers are small; the longest is a page of jobs.
const PATIENCE: Duration = Duration::from_secs(60);

impl Service {
    /// Runs a task that talks to services.
    pub fn block_on<T>(task: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(fault)?
            .block_on(task)
    }

    /// A request to a path of the service.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.server.trim_end_matches('/'));
        let request = reqwest::Client::new().request(method, url);
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// The JSON a path answers.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.json(self.request(Method::GET, path).timeout(PATIENCE)).await
    }

    /// Posts JSON and reads the answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.json(self.request(Method::POST, path).timeout(PATIENCE).json(body)).await
    }

    /// Sends a request and reads the JSON answer.
    pub async fn json(&self, request: RequestBuilder) -> Result<Value, Failure> {
        self.send(request).await?.json().await.map_err(fault)
    }

    /// Sends a request; problems the service names become failures.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.send().await.map_err(|error| {
            if error.is_connect() {
                let message = format!(
                    "no service answers at {}: start one with `toccata dev`, or say where it is with --server",
                    self.server
                );
                Failure::Usage(message)
            } else {
                fault(error)
            }
        })?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        Err(refused(status, response.json().await.unwrap_or_default()))
    }
}

/// What a problem the service names (RFC 9457) means here.
fn refused(status: StatusCode, problem: Value) -> Failure {
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let mut message = format!("the service answered {status} ({}): {}", text("code"), text("detail"));
    for error in problem["errors"].as_array().into_iter().flatten() {
        let part = |name: &str| error[name].as_str().unwrap_or_default();
        message += &format!("\n  {} {}", part("pointer"), part("detail"));
    }
    if status == StatusCode::UNAUTHORIZED {
        message += "\n  give a key with --key or TOCCATA_KEY; the first one is made by `toccata keys create`";
    }
    Failure::Usage(message)
}
