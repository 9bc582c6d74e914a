//! The whole service under steady work and steady faults, for as long as asked.

use crate::clip::another_clip;
use crate::cluster::Cluster;
use crate::process::Process;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tests::harness::{Calls, Fault, FaultRule};

/// Minutes, unless `SOAK_MINUTES` says otherwise.
const MINUTES: u64 = 30;
/// Between two faults.
const CALM: Duration = Duration::from_secs(25);
/// The API may grow by this factor after it has warmed up.
const GROWTH_MAX: f64 = 1.3;

/// `make soak`. Not part of the tests: it takes half an hour.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half an hour: make soak"]
async fn nothing_is_lost_and_memory_stays_flat() {
    let minutes = minutes();
    let (begin, length) = (Instant::now(), Duration::from_secs(60 * minutes));
    let cluster = Cluster::start().await;
    let mut labelers: Vec<(Process, PathBuf)> = (0..2).map(|_| cluster.labeler(&[])).collect();
    let (mut jobs, mut memory, mut round) = (Vec::new(), Vec::new(), 0_u32);
    while begin.elapsed() < length {
        let first = 100_000 + 10 * round;
        jobs.push((cluster.submit("clip.mp4", another_clip(first).await, json!({})).await, "completed"));
        for number in first..first + 4 {
            let rubbish = format!("no video {number}").into_bytes();
            jobs.push((cluster.submit("rubbish.mp4", rubbish, json!({})).await, "discarded"));
        }
        let fault = fault(&cluster, &mut labelers, round).await;
        memory.push(cluster.api_memory_bytes());
        println!(
            "{:>5} s  {:>5} jobs  api {:>4} MB  {fault}",
            begin.elapsed().as_secs(),
            jobs.len(),
            memory[memory.len() - 1] >> 20
        );
        tokio::time::sleep(CALM).await;
        round += 1;
    }
    for (job, state) in &jobs {
        let ended = cluster.ended(job).await;
        assert_eq!(&ended["state"], state, "{ended}");
    }
    let (warm, last) = (memory[memory.len() / 3], memory[memory.len() - 1]);
    println!("{} jobs, each ended once; API from {} to {} MB", jobs.len(), warm >> 20, last >> 20);
    assert!((last as f64) < GROWTH_MAX * warm as f64, "from {warm} to {last} bytes");
}

#[expect(clippy::disallowed_methods, reason = "said to this test, and no program's setting")]
fn minutes() -> u64 {
    let said = std::env::var("SOAK_MINUTES").ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(MINUTES)
}

/// One fault, a different one each round; gives its name.
async fn fault(cluster: &Cluster, labelers: &mut [(Process, PathBuf)], round: u32) -> &'static str {
    let which = round as usize % labelers.len();
    match round % 7 {
        0 => "calm",
        1 => {
            let dead = std::mem::replace(&mut labelers[which], cluster.labeler(&[]));
            dead.0.kill();
            "a labeller is killed, another begins"
        }
        2 => {
            cluster.rabbitmq.kill().await;
            cluster.rabbitmq.start().await;
            "the broker is killed and started"
        }
        3 => {
            cluster.postgres.kill().await;
            cluster.postgres.start().await;
            "the database is killed and started"
        }
        4 => {
            labelers[which].0.signal("STOP");
            tokio::time::sleep(Duration::from_secs(35)).await;
            labelers[which].0.signal("CONT");
            "a labeller is frozen for 35 s"
        }
        5 => {
            for fault in [
                Fault::Refuse,
                Fault::LoseResponse,
                Fault::TruncateBody,
                Fault::Slow(Duration::from_secs(1)),
            ] {
                cluster.s3.faults().add(FaultRule {
                    calls: Calls::All,
                    path_contains: String::new(),
                    fault,
                    times: 5,
                });
            }
            "20 calls to the store fail"
        }
        _ => {
            cluster.rabbitmq.wipe().await;
            "the broker loses everything"
        }
    }
}
