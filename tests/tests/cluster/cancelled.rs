//! Jobs that somebody cancels.

use crate::clip::another_clip;
use crate::cluster::{Cluster, PATIENCE, stages_finished};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::harness::wait_until;

/// A cancelled job stops within this time.
const TAKES_EFFECT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_cancelled_at_each_stage() {
    let cluster = Cluster::start().await;
    let (_labeler, work) = cluster.labeler(&[]);
    for finished in 0..3 {
        let job = cluster.submit("clip.mp4", another_clip(500 + finished).await, json!({})).await;
        cluster
            .until(&job, "is labelled", |job| {
                job["state"] == "running" && job["kind"] == "label_performance"
            })
            .await;
        wait_until(PATIENCE, "a stage is finished", async || {
            let now = stages_finished(&work);
            if now >= finished as usize { Ok(()) } else { Err(now) }
        })
        .await;
        let asked = Instant::now();
        cluster.post(&format!("/v1/jobs/{job}/cancel"), &json!({})).await;
        let ended = cluster.ended(&job).await;
        assert!(asked.elapsed() < TAKES_EFFECT, "{:?} with {finished} stages done", asked.elapsed());
        assert_eq!(ended["state"], "cancelled");
    }
    // The worker goes on with the next one.
    let next = cluster.submit("clip.mp4", another_clip(600).await, json!({})).await;
    assert_eq!(cluster.ended(&next).await["state"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_nobody_works_on_is_cancelled_at_once() {
    let cluster = Cluster::start().await;
    let job = cluster.submit("clip.mp4", another_clip(601).await, json!({})).await;
    let answer = cluster.post(&format!("/v1/jobs/{job}/cancel"), &json!({})).await;
    assert_eq!(answer["state"], "cancelled");
    cluster.ended(&job).await;
}
