//! Goal: whatever happens to a labelling process, its parent knows how it ended and nothing is left running.
//! Method: real children of the real program, and signals.

use jobs::Verdict;
use labeler::child::ORPHANED;
use labeler::parent::{ChildEnd, ChildLimits, label_in_child};
use labeler::request::{FingeringRule, HandModel, Limits, Request, TranscriberModel};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_labeler");

fn request(input: &Path, out: &Path) -> Request {
    Request {
        input: input.to_owned(),
        name: None,
        origin: None,
        out: out.to_owned(),
        notes: None,
        hands: HandModel::MediaPipe,
        transcriber: TranscriberModel::Transkun,
        fingering: FingeringRule::AlongKeyboard,
        keyboard: None,
        overlay: false,
        limits: Limits::default(),
    }
}

/// A program that does this instead of labelling.
fn program_that(folder: &Path, does: &str) -> PathBuf {
    let script = folder.join("program");
    std::fs::write(&script, format!("#!/bin/sh\n{does}\n")).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    script
}

#[tokio::test]
async fn a_file_that_is_no_video_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("text.mp4");
    std::fs::write(&input, "no video").unwrap();
    let request = request(&input, &folder.path().join("out"));
    let (end, _) = label_in_child(&PROGRAM.into(), &request, &ChildLimits::default(), |_| {}, std::future::pending()).await;
    let ChildEnd::Failed(failure) = end else { panic!("{end:?}") };
    assert_eq!(failure.code.to_string(), "media_unreadable");
    assert_eq!(failure.verdict, Verdict::Discard);
}

#[tokio::test]
async fn a_crash_is_told_with_the_signal_and_may_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let program = program_that(folder.path(), "echo 'a demuxer fell over' >&2; kill -s SEGV $$");
    let request = request(Path::new("any.mp4"), folder.path());
    let (end, _) = label_in_child(&program, &request, &ChildLimits::default(), |_| {}, std::future::pending()).await;
    let ChildEnd::Failed(failure) = end else { panic!("{end:?}") };
    assert_eq!(failure.code.to_string(), "label_crashed");
    assert!(
        failure.message.contains("SIGSEGV") && failure.message.contains("a demuxer fell over"),
        "{failure:?}"
    );
    assert_eq!(failure.verdict, Verdict::Retry);
}

#[tokio::test]
async fn a_child_that_does_not_end_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    // Deaf to being asked, too.
    let program = program_that(folder.path(), "trap '' TERM\nwhile :; do sleep 1000; done");
    let request = request(Path::new("any.mp4"), folder.path());
    let limits = ChildLimits {
        wall_secs: 1,
        ..ChildLimits::default()
    };
    let (end, _) = label_in_child(&program, &request, &limits, |_| {}, std::future::pending()).await;
    let ChildEnd::Failed(failure) = end else { panic!("{end:?}") };
    assert_eq!(failure.code.to_string(), "label_timed_out");
    let soon = tokio::time::sleep(Duration::from_millis(200));
    let (end, _) = label_in_child(&program, &request, &ChildLimits::default(), |_| {}, soon).await;
    assert!(matches!(end, ChildEnd::Stopped), "{end:?}");
}

#[tokio::test]
async fn a_child_that_eats_memory_is_stopped_and_its_worker_lives() {
    let folder = tempfile::tempdir().unwrap();
    let program = program_that(folder.path(), "exec python3 -c 'bytearray(1 << 30)'");
    let request = request(Path::new("any.mp4"), folder.path());
    let limits = ChildLimits {
        memory_bytes: 256 << 20,
        ..ChildLimits::default()
    };
    let (end, _) = label_in_child(&program, &request, &limits, |_| {}, std::future::pending()).await;
    let ChildEnd::Failed(failure) = end else { panic!("{end:?}") };
    assert_eq!(failure.code.to_string(), "label_crashed");
    assert!(failure.message.contains("MemoryError"), "{failure:?}");
}

#[test]
fn a_child_ends_with_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let (video, out) = (folder.path().join("video.mp4"), folder.path().join("out"));
    let made = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc=duration=20:size=640x360:rate=30",
            "-f",
            "lavfi",
        ])
        .args(["-i", "sine=duration=20"])
        .arg(&video)
        .status();
    assert!(made.unwrap().success());
    let mut child = Command::new(PROGRAM)
        .arg("label-in-child")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = serde_json::to_string(&request(&video, &out)).unwrap();
    // The parent is gone as soon as it has asked.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{text}\n").as_bytes()).unwrap();
    drop(stdin);
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(ORPHANED), "{}", String::from_utf8_lossy(&done.stdout));
}
