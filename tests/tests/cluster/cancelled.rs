//! Jobs that somebody cancels.

use crate::clip::another_clip;
use crate::cluster::Cluster;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

/// A cancelled job stops within this time.
const TAKES_EFFECT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_cancelled_at_each_stage() {
    let cluster = Cluster::start().await;
    let (_labeler, work) = cluster.labeler(&[]);
    let mut number = 500;
    for finished in 0..3 {
        // On a busy machine a short clip may have ended before the cancellation came; then another one is tried.
        while !cancelled_after(&cluster, &work, finished, number).await {
            number += 1;
            assert!(number < 520, "every clip ended before it could be cancelled");
        }
        number += 1;
    }
    // The worker goes on with the next one.
    let next = cluster.submit("clip.mp4", another_clip(600).await, json!({})).await;
    assert_eq!(cluster.ended(&next).await["state"], "completed");
}

/// Submits a clip and cancels it once so many stages are finished. False: it had ended already.
async fn cancelled_after(cluster: &Cluster, work: &Path, finished: usize, number: u32) -> bool {
    let job = cluster.submit("clip.mp4", another_clip(number).await, json!({})).await;
    cluster.stages_reached(&job, work, finished).await;
    let asked = Instant::now();
    let cancelled = cluster.request(Method::POST, &format!("/v1/jobs/{job}/cancel")).send().await;
    let too_late = cancelled.expect("an answer").status() == StatusCode::CONFLICT;
    let ended = cluster.ended(&job).await;
    assert!(asked.elapsed() < TAKES_EFFECT, "{:?} with {finished} stages done", asked.elapsed());
    // A worker that was done before it heard has done the job.
    assert!(
        ended["state"] == "completed" || ended["state"] == "cancelled" && !too_late,
        "{ended}"
    );
    ended["state"] == "cancelled"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_nobody_works_on_is_cancelled_at_once() {
    let cluster = Cluster::start().await;
    let job = cluster.submit("clip.mp4", another_clip(601).await, json!({})).await;
    let answer = cluster.post(&format!("/v1/jobs/{job}/cancel"), &json!({})).await;
    assert_eq!(answer["state"], "cancelled");
    cluster.ended(&job).await;
}
