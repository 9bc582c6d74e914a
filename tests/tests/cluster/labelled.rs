//! A real clip through the whole cluster.

use crate::clip::clip;
use crate::cluster::Cluster;
use crate::process::program;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_comes_out_of_the_cluster_as_toccata_label_labels_it() {
    let cluster = Cluster::start().await;
    let _labeler = cluster.labeler(&[]);
    let clip = clip().await;
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    done(Command::new(program("toccata")).arg("label").arg(clip).arg("--out").arg(&here));
    let client = |arguments: &[&str]| {
        let mut command = Command::new(program("toccata"));
        command
            .args(arguments)
            .env("TOCCATA_SERVER", &cluster.address)
            .env("TOCCATA_KEY", &cluster.key);
        done(&mut command)
    };
    let submitted = client(&["submit", clip.to_str().unwrap(), "--json"]);
    let job: Value = serde_json::from_slice(&submitted.stdout).unwrap();
    let job = job["id"].as_str().unwrap();
    client(&["watch", job]);
    cluster.ended(job).await;
    client(&["download", job, "--out", there.to_str().unwrap()]);
    assert_eq!(notes(&here), notes(&there));
    assert_eq!(text(&here, "fingering.pig.txt"), text(&there, "fingering.pig.txt"));
    let performance: Value = serde_json::from_str(&text(&there, "performance.json")).unwrap();
    assert_eq!(performance["source"]["name"], "clip.mp4", "its owner's name for it");
    let again = client(&["submit", clip.to_str().unwrap(), "--json"]);
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        (again["id"].as_str(), &again["joined"]),
        (Some(job), &true.into()),
        "the same video is the same job"
    );
}

fn done(command: &mut Command) -> Output {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn notes(folder: &Path) -> Value {
    let performance: Value = serde_json::from_str(&text(folder, "performance.json")).unwrap();
    assert!(performance["notes"].as_array().is_some_and(|notes| !notes.is_empty()));
    performance["notes"].clone()
}
