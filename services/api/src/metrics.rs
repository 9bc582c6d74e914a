//! What is counted, under the names dashboards and alerts use. Never by job, video or anything people wrote.

use crate::state::ApiState;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use catalog::{Accepted, CatalogError, Submission};
use jobs::{Class, JobKind};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;
use std::time::Duration;

/// The media type of Prometheus' text format.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// From a hundredth of a second, in which a listing is answered, to a minute, in which an upload may arrive.
const REQUEST_SECONDS: [f64; 8] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0];
/// From a second to a day: jobs wait for machines, not for us.
const JOB_SECONDS: [f64; 8] = [1.0, 3.0, 10.0, 60.0, 300.0, 1800.0, 7200.0, 86_400.0];

/// The recorder of this process. Made once; every later call gives the same one.
pub fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Full("http_request_seconds".to_owned()), &REQUEST_SECONDS)
                .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &JOB_SECONDS))
                .unwrap_or_else(|error| unreachable!("the buckets are not empty: {error}"));
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // Another recorder may be there already; then its owner serves the counts and this page stays empty.
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("the process has another recorder of metrics; /metrics will be empty");
            }
            describe();
            handle
        })
        .clone()
}

fn describe() {
    describe_counter!("http_requests_total", "Requests answered, by method, route and status.");
    describe_histogram!("http_request_seconds", "How long answers took, by method and route.");
    describe_counter!("jobs_enqueued_total", "Jobs accepted, without those joined to earlier ones.");
    describe_gauge!("jobs_claimable", "Jobs that wait for a worker.");
    describe_gauge!("jobs_running", "Jobs that are leased.");
    describe_gauge!("jobs_retryable", "Jobs that wait until they are due.");
    describe_gauge!("jobs_oldest_claimable_seconds", "How long the oldest job has waited for a worker.");
    describe_gauge!("outbox_lag_seconds", "How long the oldest doorbell has waited for the relay.");
    describe_counter!("webhook_tries_total", "Tries to deliver webhooks, by outcome.");
    describe_counter!("swept_objects_total", "Objects deleted from the store, by reason.");
}

/// An answer was sent.
pub fn request_answered(method: &str, route: &str, status: u16, took: Duration) {
    let (method, route) = (method.to_owned(), route.to_owned());
    counter!("http_requests_total", "method" => method.clone(), "route" => route.clone(), "status" => status.to_string()).increment(1);
    histogram!("http_request_seconds", "method" => method, "route" => route).record(took.as_secs_f64());
}

/// A submission was accepted.
pub fn accepted(submission: &Submission, accepted: &Accepted) {
    let joined: HashSet<i64> = accepted.items.iter().filter(|item| item.joined).map(|item| item.position).collect();
    let refused: HashSet<i64> = accepted.refused.iter().map(|item| item.position).collect();
    let mut new: HashMap<(&str, &str), u64> = HashMap::new();
    for item in &submission.items {
        if !joined.contains(&item.position) && !refused.contains(&item.position) {
            *new.entry((item.payload.kind().name(), item.class.name())).or_default() += 1;
        }
    }
    for ((kind, class), count) in new {
        counter!("jobs_enqueued_total", "kind" => kind.to_owned(), "class" => class.to_owned()).increment(count);
    }
}

/// Everything that is counted.
#[utoipa::path(get, path = "/metrics", tag = "operation", operation_id = "metrics",
    responses((status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain")))]
pub async fn show(State(state): State<ApiState>) -> impl IntoResponse {
    if let Err(error) = measure(&state).await {
        tracing::warn!(%error, "queues could not be measured");
    }
    state.metrics.run_upkeep();
    ([(CONTENT_TYPE, PROMETHEUS_TEXT)], state.metrics.render())
}

async fn measure(state: &ApiState) -> Result<(), CatalogError> {
    let facts = state.catalog.queue_facts().await?;
    for kind in JobKind::ALL {
        for class in Class::ALL {
            // Kinds without jobs are told as zero, or their last count would stand for ever.
            let fact = facts.iter().find(|fact| fact.kind == kind && fact.class == class);
            let set = |name: &'static str, value: f64| gauge!(name, "kind" => kind.name(), "class" => class.name()).set(value);
            set("jobs_claimable", fact.map_or(0.0, |fact| fact.available as f64));
            set("jobs_running", fact.map_or(0.0, |fact| fact.running as f64));
            set("jobs_retryable", fact.map_or(0.0, |fact| fact.retryable as f64));
            set(
                "jobs_oldest_claimable_seconds",
                fact.map_or(0.0, |fact| fact.oldest_ms as f64 / 1000.0),
            );
        }
    }
    gauge!("outbox_lag_seconds").set(state.catalog.outbox_lag_secs().await?);
    Ok(())
}
