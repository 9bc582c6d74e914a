//! A score is rendered: pictures and sound begin together, and the truth says where everything is. Needs the models
//! (`make models`) and the SoundFont that `make setup` installs.

use media::{AudioReader, VideoReader, probe};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use vision::FrameSource;

const SCORE: &str = "//Version: PianoFingering_v170101\n\
    0\t0.800000\t1.100000\tC4\t80\t80\t0\t1\n\
    1\t0.800000\t1.100000\tC3\t80\t80\t1\t-5\n\
    2\t1.200000\t1.400000\tF#4\t80\t80\t0\t3\n";
const FIRST_ONSET_SECS: f64 = 0.8;

fn synthesize(score: &Path, clip: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toccata"));
    command.arg("synthesize").arg(score).arg("--out").arg(clip).args(more);
    command.output().unwrap()
}

fn written_score(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("score.pig.txt");
    std::fs::write(&path, text).unwrap();
    path
}

/// When the sound first rises above a hundredth of full scale.
fn first_sound_secs(clip: &Path) -> f64 {
    const RATE: u32 = 44_100;
    let mut audio = AudioReader::open(clip, RATE, 1).unwrap();
    let mut samples = Vec::new();
    while hearing::AudioSource::read(&mut audio, 4096, &mut samples).unwrap() > 0 {}
    let first = samples.iter().position(|sample| sample.abs() > 0.01).unwrap();
    first as f64 / f64::from(RATE)
}

#[test]
fn sound_and_pictures_begin_together_and_the_truth_is_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let clip = folder.path().join("clip.mp4");
    let done = synthesize(&written_score(folder.path(), SCORE), &clip, &["--seed", "3", "--vary", "--json"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    let summary: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let facts = probe(&clip).unwrap();
    assert!(facts.video.is_some() && facts.audio.is_some());
    // AAC smears a sudden beginning over some milliseconds before it.
    let sounds = first_sound_secs(&clip);
    assert!((sounds - FIRST_ONSET_SECS).abs() < 0.03, "the first sound is at {sounds}");

    let truth = std::fs::read(clip.with_extension("truth.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
    assert_eq!(truth["notes"].as_array().unwrap().len(), 3);
    assert_eq!(truth["notes"][0]["hand"], "left");
    assert_eq!(truth["frames"].as_array().unwrap().len() as u64, summary["frames"]);
    let notes = std::fs::read_to_string(clip.with_extension("truth.pig.txt")).unwrap();
    assert_eq!(piano::pig::read(&notes).unwrap().len(), 3);

    let mut pictures = 0;
    let mut reader = VideoReader::open(&clip).unwrap();
    while reader.next_frame().unwrap().is_some() {
        pictures += 1;
    }
    assert_eq!(pictures, summary["frames"]);
}

#[test]
fn a_score_that_cannot_be_read_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let score = written_score(folder.path(), "//Version\n0\t0.5\n");
    let done = synthesize(&score, &folder.path().join("clip.mp4"), &[]);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("line 2"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
