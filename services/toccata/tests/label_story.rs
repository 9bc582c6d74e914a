//! A performance is rendered, labelled and compared with its truth, as a person would do it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Both hands over five keys each, up and down, then a chord: onset, key, finger (left hand negative).
const SCORE: &[(f64, &str, i8)] = &[
    (0.5, "C4", 1),
    (0.8, "D4", 2),
    (1.1, "E4", 3),
    (1.4, "F4", 4),
    (1.7, "G4", 5),
    (0.5, "C3", -5),
    (0.8, "D3", -4),
    (1.1, "E3", -3),
    (1.4, "F3", -2),
    (1.7, "G3", -1),
    (2.1, "C4", 1),
    (2.1, "E4", 3),
    (2.1, "G4", 5),
    (2.1, "C3", -5),
    (2.1, "G3", -1),
    (2.6, "F4", 4),
    (2.9, "F3", -2),
    (3.2, "D4", 2),
    (3.5, "D3", -4),
];
const NOTE_SECS: f64 = 0.28;

fn toccata(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toccata")).args(arguments).output().unwrap()
}

/// Runs the command, expects success, and reads what it prints for machines.
fn json(arguments: &[&str]) -> serde_json::Value {
    let done = toccata(arguments);
    assert!(
        done.status.success(),
        "{arguments:?}: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
}

/// The score as a PIG file and a rendered clip of it.
fn rendered(folder: &Path, options: &[&str]) -> (PathBuf, PathBuf) {
    let mut text = "//Version: PianoFingering_v170101\n".to_owned();
    let mut notes = SCORE.to_vec();
    notes.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (index, (onset, key, finger)) in notes.iter().enumerate() {
        let channel = i32::from(*finger < 0);
        text += &format!(
            "{index}\t{onset:.3}\t{:.3}\t{key}\t64\t80\t{channel}\t{finger}\n",
            onset + NOTE_SECS
        );
    }
    let (score, clip) = (folder.join("score.pig.txt"), folder.join("clip.mp4"));
    std::fs::write(&score, text).unwrap();
    json(
        &[
            &["synthesize", score.to_str().unwrap(), "--out", clip.to_str().unwrap(), "--json"],
            options,
        ]
        .concat(),
    );
    (score, clip)
}

/// How the labels compare with the score.
fn evaluated(labels: &Path, score: &Path) -> serde_json::Value {
    let (labels, score) = (labels.to_str().unwrap(), score.to_str().unwrap());
    json(&["evaluate", "fingering", "--predicted", labels, "--truth", score, "--json"])
}

#[test]
fn a_rendered_performance_gets_its_fingers_back() {
    let folder = tempfile::tempdir().unwrap();
    let (score, clip) = rendered(folder.path(), &["--seed", "5"]);
    let out = folder.path().join("labels");
    let label = ["label", clip.to_str().unwrap(), "--out", out.to_str().unwrap(), "--json"];
    let summary = json(&label);
    assert_eq!(summary["keyboard_sections"], 1, "{summary}");

    let report = evaluated(&out, &score);
    assert!(report["finger_accuracy"].as_f64().unwrap() >= 0.9, "{report}");
    assert_eq!(report["hand_accuracy"].as_f64(), Some(1.0), "{report}");

    let performance: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("performance.json")).unwrap()).unwrap();
    assert_eq!(performance["schema_version"], 1);
    assert_eq!(performance["source"]["name"], "clip.mp4");
    assert!(
        performance["notes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|note| note["witnesses"]["sound"] == true)
    );
    for result in ["fingering.pig.txt", "performance.mid", "hands.parquet"] {
        assert!(out.join(result).metadata().unwrap().len() > 100, "{result}");
    }

    // Another rule finds every stage it needs done.
    let again = toccata(&[
        "label",
        clip.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--fingering",
        "paper",
    ]);
    assert!(again.status.success());
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    for stage in ["keyboard", "notes", "hands"] {
        assert!(
            told.lines().any(|line| line.starts_with(stage) && line.ends_with("(kept)")),
            "{stage} was done again:\n{told}"
        );
    }
}

#[test]
fn given_notes_are_used_instead_of_the_sound() {
    let folder = tempfile::tempdir().unwrap();
    let (score, clip) = rendered(folder.path(), &["--seed", "6"]);
    let out = folder.path().join("labels");
    let summary = json(&[
        "label",
        clip.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--notes",
        score.to_str().unwrap(),
        "--overlay",
        "--json",
    ]);
    assert_eq!(summary["notes"], SCORE.len());
    let performance: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("performance.json")).unwrap()).unwrap();
    let first = &performance["notes"][0];
    assert!(
        (first["onset_secs"].as_f64().unwrap() - 0.5).abs() < 1e-9 && first["witnesses"]["sound"].is_null(),
        "{first}"
    );
    assert_eq!(performance["models"].as_array().unwrap().len(), 1, "nothing listened");
    let overlay = media::probe(&out.join("overlay.mp4")).unwrap();
    assert!(overlay.video.is_some() && overlay.audio.is_some());
}

/// Views, tilts, light, skin and noise as seeds draw them; the seeds were not chosen.
#[test]
fn varied_performances_get_their_fingers_back() {
    for seed in ["101", "102", "103", "104"] {
        let folder = tempfile::tempdir().unwrap();
        let (score, clip) = rendered(folder.path(), &["--vary", "--seed", seed]);
        let out = folder.path().join("labels");
        json(&["label", clip.to_str().unwrap(), "--out", out.to_str().unwrap(), "--json"]);
        let report = evaluated(&out, &score);
        assert!(report["finger_accuracy"].as_f64().unwrap() >= 0.9, "seed {seed}: {report}");
    }
}
