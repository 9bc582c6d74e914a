//! A short rendered performance.

use crate::process::program;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Both hands over five keys: onset, key, finger (left hand negative).
const SCORE: [(f64, &str, i8); 12] = [
    (0.3, "C4", 1),
    (0.3, "C3", -5),
    (0.6, "D4", 2),
    (0.6, "D3", -4),
    (0.9, "E4", 3),
    (0.9, "E3", -3),
    (1.2, "F4", 4),
    (1.2, "F3", -2),
    (1.5, "G4", 5),
    (1.5, "G3", -1),
    (1.8, "E4", 3),
    (1.8, "E3", -3),
];
const NOTE_SECS: f64 = 0.25;

/// The clip, rendered once for all stories.
pub async fn clip() -> &'static Path {
    static CLIP: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
    &CLIP.get_or_init(|| async { render() }).await.1
}

fn render() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let (score, clip) = (folder.path().join("score.pig.txt"), folder.path().join("clip.mp4"));
    let mut text = "//Version: PianoFingering_v170101\n".to_owned();
    for (index, (onset, key, finger)) in SCORE.iter().enumerate() {
        let (offset, channel) = (onset + NOTE_SECS, i32::from(*finger < 0));
        text += &format!("{index}\t{onset:.3}\t{offset:.3}\t{key}\t64\t80\t{channel}\t{finger}\n");
    }
    std::fs::write(&score, text).expect("a score");
    let rendered = Command::new(program("toccata"))
        .args(["synthesize", "--seed", "3", "--json", "--out"])
        .args([&clip, &score])
        .output()
        .expect("toccata synthesize");
    assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));
    (folder, clip)
}

/// The same pictures and sounds in a file of another hash: an empty box at the end of an MP4 file means nothing.
pub async fn another_clip(number: u32) -> Vec<u8> {
    const EMPTY_BOX_BYTES: u32 = 12;
    let mut bytes = std::fs::read(clip().await).expect("the clip");
    bytes.extend(EMPTY_BOX_BYTES.to_be_bytes());
    bytes.extend(b"free");
    bytes.extend(number.to_be_bytes());
    bytes
}
