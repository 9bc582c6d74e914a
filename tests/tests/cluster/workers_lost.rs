//! Workers that are killed or frozen.

use crate::clip::another_clip;
use crate::cluster::{Cluster, PATIENCE, stages_finished};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::harness::wait_until;

/// The stages that are kept: keyboard, notes, hands.
const KEPT_STAGES: usize = 3;
/// A dead worker's job runs again within this time.
const RUNNING_AGAIN: Duration = Duration::from_secs(40);

/// Killed as soon as `finished` stages are done, and likewise some time into the next one.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_killed_at_every_border_and_in_the_middle_of_every_stage() {
    let cluster = Cluster::start().await;
    let mut jobs = Vec::new();
    for (number, (finished, into)) in (0..=KEPT_STAGES).flat_map(|finished| [(finished, 0), (finished, 250)]).enumerate() {
        let job = cluster.submit("clip.mp4", another_clip(number as u32).await, json!({})).await;
        let (labeler, work) = cluster.labeler(&[]);
        cluster.stages_reached(&job, &work, finished).await;
        tokio::time::sleep(Duration::from_millis(into)).await;
        labeler.kill();
        jobs.push(job);
    }
    let _survivor = cluster.labeler(&[("TOCCATA__SLOTS", "2")]);
    for job in &jobs {
        let ended = cluster.ended(job).await;
        assert_eq!(ended["state"], "completed", "{ended}");
        let attempts = cluster.label_attempts(job).await;
        // The last kill may have come too late to lose anything.
        assert!(
            ["lost,completed", "completed"].contains(&attempts.join(",").as_str()),
            "{attempts:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_workers_job_runs_again_in_time_and_repeats_no_finished_stage() {
    let cluster = Cluster::start().await;
    let job = cluster.submit("clip.mp4", another_clip(100).await, json!({})).await;
    let (labeler, work) = cluster.labeler(&[]);
    wait_until(PATIENCE, "two stages are finished and saved", async || {
        let saved = cluster.stored("stages").await;
        if saved >= 2 {
            Ok(())
        } else {
            Err(format!("{saved} saved, {} finished", stages_finished(&work)))
        }
    })
    .await;
    labeler.kill();
    let killed = Instant::now();
    let (survivor, _) = cluster.labeler(&[]);
    cluster
        .until(&job, "runs again", |job| job["losses"] == 1 && job["state"] == "running")
        .await;
    assert!(killed.elapsed() < RUNNING_AGAIN, "{:?}", killed.elapsed());
    let ended = cluster.ended(&job).await;
    assert_eq!(ended["state"], "completed");
    let said = survivor.said();
    assert!(said.contains("stages=2") || said.contains("stages=3"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_worker_comes_back_too_late() {
    let cluster = Cluster::start().await;
    let job = cluster.submit("clip.mp4", another_clip(200).await, json!({})).await;
    let (frozen, work) = cluster.labeler(&[]);
    cluster.stages_reached(&job, &work, 1).await;
    frozen.signal("STOP");
    let _other = cluster.labeler(&[]);
    let ended = cluster.ended(&job).await;
    assert_eq!(ended["state"], "completed");
    frozen.signal("CONT");
    wait_until(PATIENCE, "the frozen worker notices", async || {
        let said = frozen.said();
        if said.contains("lease") { Ok(()) } else { Err(said) }
    })
    .await;
    // It works on, and what it did counts for nothing.
    let next = cluster.submit("clip.mp4", another_clip(201).await, json!({})).await;
    cluster.ended(&next).await;
    cluster.ended(&job).await;
    assert_eq!(cluster.label_attempts(&job).await, ["lost", "completed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_that_kills_its_worker_three_times_is_given_up() {
    let cluster = Cluster::start().await;
    let job = cluster.submit("clip.mp4", another_clip(300).await, json!({})).await;
    for lost in 0..3 {
        let (labeler, work) = cluster.labeler(&[]);
        wait_until(PATIENCE, "the video is worked on", async || {
            let attempts = std::fs::read_dir(&work).into_iter().flatten().count();
            let now = cluster.get(&format!("/v1/jobs/{job}")).await;
            let labels = now["state"] == "running" && now["kind"] == "label_performance" && now["losses"] == lost;
            if attempts > 0 && labels { Ok(()) } else { Err(now) }
        })
        .await;
        labeler.kill();
        cluster.until(&job, "is lost", |job| job["state"] != "running").await;
    }
    let ended = cluster.ended(&job).await;
    assert_eq!(ended["state"], "discarded");
    assert_eq!(ended["failure"]["code"], "worker_lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_told_to_stop_gives_its_job_back() {
    let cluster = Cluster::start().await;
    let job = cluster.submit("clip.mp4", another_clip(400).await, json!({})).await;
    let (mut labeler, work) = cluster.labeler(&[]);
    cluster.stages_reached(&job, &work, 1).await;
    labeler.signal("TERM");
    wait_until(Duration::from_secs(20), "it stops", async || {
        if labeler.runs() { Err(labeler.said()) } else { Ok(()) }
    })
    .await;
    let given_back = cluster.get(&format!("/v1/jobs/{job}")).await;
    assert_eq!(given_back["state"], "available");
    assert_eq!((&given_back["failures"], &given_back["losses"]), (&json!(0), &json!(0)));
    let _other = cluster.labeler(&[]);
    assert_eq!(cluster.ended(&job).await["state"], "completed");
    assert_eq!(cluster.label_attempts(&job).await, ["released", "completed"]);
}
