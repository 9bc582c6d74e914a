//! A worker whose disk is full.

use crate::clip::another_clip;
use crate::cluster::Cluster;
use crate::process::{Process, program};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_with_a_full_disk_says_so_and_another_does_the_job() {
    let cluster = Cluster::start().await;
    let job = cluster.submit("clip.mp4", another_clip(700).await, json!({})).await;
    // A disk of 64 KiB, in a mount namespace of the worker's own.
    let (mut command, work, log) = cluster.labeler_command("unshare".into(), &[]);
    let small_disk = "mount -t tmpfs -o size=64k none \"$0\" && exec \"$1\"";
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", small_disk])
        .arg(&work)
        .arg(program("labeler"));
    let worker = Process::start(&mut command, log);
    let failed = cluster
        .until(&job, "fails", |job| job["failures"] != 0 && job["failures"].is_u64())
        .await;
    assert_eq!(failed["failure"]["code"], "disk_full", "{failed}");
    worker.kill();
    let _other = cluster.labeler(&[]);
    assert_eq!(cluster.ended(&job).await["state"], "completed");
}
