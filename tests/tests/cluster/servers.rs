//! Servers that stop, lose everything, or answer late.

use crate::clip::another_clip;
use crate::cluster::Cluster;
use serde_json::{Value, json};
use std::time::Duration;
use tests::harness::{Calls, Fault, FaultRule};

/// Small batches: what is refused costs a labelling process each.
const VIDEOS: u32 = 3;
/// And this many files that are no videos, each of which ends with a reason.
const RUBBISH: u32 = 12;

/// Clips to be labelled with rubbish among them; gives the jobs and the state each is to end in.
async fn batch(cluster: &Cluster, first: u32) -> Vec<(String, &'static str)> {
    let mut jobs = Vec::new();
    for number in first..first + RUBBISH {
        let rubbish = format!("no video {number}").into_bytes();
        jobs.push((cluster.submit("rubbish.mp4", rubbish, json!({})).await, "discarded"));
    }
    for number in first..first + VIDEOS {
        jobs.push((cluster.submit("clip.mp4", another_clip(number).await, json!({})).await, "completed"));
    }
    jobs
}

async fn check(cluster: &Cluster, jobs: &[(String, &'static str)]) {
    for (job, state) in jobs {
        let ended = cluster.ended(job).await;
        assert_eq!(&ended["state"], state, "{ended}");
    }
}

/// Once some of the batch has ended, so that the fault comes in the middle.
async fn in_the_middle(cluster: &Cluster, jobs: &[(String, &'static str)]) {
    cluster.until(&jobs[2].0, "ends", |job| job["finished_ms"].is_i64()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_stops_is_wiped_and_is_lied_to() {
    let cluster = Cluster::start().await;
    let _labelers = [cluster.labeler(&[]), cluster.labeler(&[])];
    let mut jobs = batch(&cluster, 1000).await;
    in_the_middle(&cluster, &jobs).await;
    cluster.rabbitmq.kill().await;
    jobs.extend(batch(&cluster, 1100).await);
    cluster.rabbitmq.wipe().await;
    let queue = worker::queue_name(jobs::JobKind::LabelPerformance, jobs::Class::Normal);
    // Queues come back with the first bell after the wipe.
    cluster.rabbitmq.waiting(&queue).await;
    jobs.extend(batch(&cluster, 1200).await);
    check(&cluster, &jobs).await;
    for forged in [&b"rubbish"[..], b"", &[0xff; 4096]] {
        cluster.rabbitmq.forge(&queue, forged).await;
    }
    let after = batch(&cluster, 1300).await;
    check(&cluster, &after).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_killed_and_comes_back() {
    let cluster = Cluster::start().await;
    let _labelers = [cluster.labeler(&[]), cluster.labeler(&[])];
    let jobs = batch(&cluster, 2000).await;
    for _ in 0..3 {
        cluster.postgres.kill().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        cluster.postgres.start().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    check(&cluster, &jobs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_refuses_is_slow_and_answers_late() {
    let cluster = Cluster::start().await;
    let jobs = batch(&cluster, 3000).await;
    let faults = cluster.s3.faults();
    for fault in [
        Fault::Refuse,
        Fault::LoseResponse,
        Fault::AnswerLate(Duration::from_secs(3)),
        Fault::Slow(Duration::from_secs(2)),
        Fault::TruncateBody,
    ] {
        for calls in [Calls::Reads, Calls::Writes] {
            faults.add(FaultRule {
                calls,
                path_contains: String::new(),
                fault,
                times: 4,
            });
        }
    }
    let _labelers = [cluster.labeler(&[]), cluster.labeler(&[])];
    check(&cluster, &jobs).await;
    assert!(faults.met() >= 20, "{} faults were met", faults.met());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_away_jobs_wait() {
    let cluster = Cluster::start().await;
    let job = cluster.submit("clip.mp4", another_clip(4000).await, json!({})).await;
    cluster.s3.kill();
    let _labeler = cluster.labeler(&[]);
    let failed = cluster.until(&job, "fails", |job| job["failures"].as_u64() > Some(0)).await;
    assert_eq!(failed["failure"]["code"], "store_unavailable");
    cluster.s3.start();
    let ended: Value = cluster.ended(&job).await;
    assert_eq!(ended["state"], "completed", "{ended}");
}
