//! Input that cannot be labelled is refused by name, with exit status 3, and leaves nothing behind.

use media::{AudioSettings, VideoSettings, VideoWriter};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use vision::Frame;

const RATE: u32 = 44_100;
const FRAMES_PER_SECOND: f64 = 25.0;

/// A clip drawn frame by frame, with a tone if `sound`.
fn clip(path: PathBuf, secs: f64, sound: bool, draw: impl Fn(usize) -> Frame) -> PathBuf {
    let first = draw(0);
    let video = VideoSettings {
        width: first.width,
        height: first.height,
        frames_per_second: FRAMES_PER_SECOND,
        crf: 18,
    };
    let audio = sound.then_some(AudioSettings {
        sample_rate: RATE,
        channels: 1,
    });
    let mut writer = VideoWriter::create(&path, video, audio).unwrap();
    for index in 0..(secs * FRAMES_PER_SECOND) as usize {
        writer.write_frame(&draw(index)).unwrap();
        let tone = |i: u32| (f64::from(i) * 440.0 * std::f64::consts::TAU / f64::from(RATE)).sin() as f32 * 0.3;
        writer
            .write_audio(&(0..RATE / FRAMES_PER_SECOND as u32).map(tone).collect::<Vec<_>>())
            .unwrap();
    }
    writer.finish().unwrap();
    path
}

/// Moving coloured stripes: pictures, but of nothing.
fn stripes(index: usize) -> Frame {
    let mut frame = Frame::filled(320, 180, [0; 3]);
    for y in 0..180 {
        for x in 0..320 {
            let band = ((x + 2 * index) / 24) as u8;
            frame.set(
                x as i64,
                y,
                [band.wrapping_mul(83), band.wrapping_mul(41), 200 - band.wrapping_mul(17) % 200],
            );
        }
    }
    frame
}

fn label(input: &Path, out: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toccata"))
        .arg("label")
        .arg(input)
        .arg("--out")
        .arg(out)
        .args(options)
        .output()
        .unwrap()
}

/// Labels the input and expects this refusal, in both forms.
fn check(input: &Path, options: &[&str], code: &str) {
    let out = input.with_extension("out");
    let for_machines = label(input, &out, &[options, &["--json"]].concat());
    assert_eq!(
        for_machines.status.code(),
        Some(3),
        "{}: {}",
        input.display(),
        String::from_utf8_lossy(&for_machines.stderr)
    );
    let printed: serde_json::Value = serde_json::from_slice(&for_machines.stdout).unwrap();
    assert_eq!(printed["refusal"]["code"], code, "{printed}");
    for field in ["message", "hint"] {
        assert!(printed["refusal"][field].as_str().is_some_and(|text| text.len() > 10), "{printed}");
    }
    let for_people = label(input, &out, options);
    assert_eq!(for_people.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&for_people.stderr).contains(code));
    assert!(for_people.stdout.is_empty());
    for result in [
        "performance.json",
        "fingering.pig.txt",
        "performance.mid",
        "hands.parquet",
        "overlay.mp4",
    ] {
        assert!(!out.join(result).exists(), "{result} was left behind");
    }
}

#[test]
fn files_that_are_no_media_are_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    check(&write("empty.mp4", b""), &[], "media_unreadable");
    check(&write("text.mp4", b"this is no video\n"), &[], "media_unreadable");
    let whole = std::fs::read(clip(folder.path().join("whole.mp4"), 3.0, true, stripes)).unwrap();
    check(&write("cut.mp4", &whole[..whole.len() / 4]), &[], "media_unreadable");
    check(&folder.path().join("missing.mp4"), &[], "media_unreadable");
    check(folder.path(), &[], "media_unreadable");
}

#[test]
fn missing_streams_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let silent = clip(folder.path().join("silent.mp4"), 3.0, false, stripes);
    check(&silent, &[], "no_audio_stream");
    let sound_only = folder.path().join("sound_only.m4a");
    let converted = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "sine=440:duration=3"])
        .arg(&sound_only)
        .status()
        .unwrap();
    assert!(converted.success());
    check(&sound_only, &[], "no_video_stream");
}

#[test]
fn too_much_and_too_little_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let video = clip(folder.path().join("video.mp4"), 3.0, true, stripes);
    check(&video, &["--max-secs", "2"], "too_long");
    check(&video, &["--max-pixels", "1000"], "too_large");
    check(&video, &["--max-bytes", "1000"], "too_large");
    check(&clip(folder.path().join("short.mp4"), 0.4, true, stripes), &[], "too_short");
}

#[test]
fn pictures_without_a_keyboard_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    check(&clip(folder.path().join("stripes.mp4"), 4.0, true, stripes), &[], "no_keyboard");
}

#[test]
fn wrong_usage_is_not_a_refusal() {
    let wrong = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_toccata"))
            .args(arguments)
            .output()
            .unwrap()
            .status
            .code()
    };
    assert_eq!(wrong(&["label"]), Some(2));
    assert_eq!(wrong(&["label", "a.mp4", "--out", "b", "--fingering", "guess"]), Some(2));
    assert_eq!(wrong(&["label", "a.mp4", "--out", "b", "--notes-offset-secs", "1"]), Some(2));
}

#[test]
fn results_that_have_no_place_to_go_are_wrong_usage_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let video = clip(folder.path().join("video.mp4"), 3.0, true, stripes);
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    for out in [file.clone(), file.join("labels")] {
        let done = label(&video, &out, &[]);
        assert_eq!(done.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&done.stderr).contains("is not a folder"));
    }
    let out = folder.path().join("labels");
    assert_eq!(label(&video, &out, &["--notes", "missing.mid"]).status.code(), Some(2));
    assert!(!out.exists(), "work was done before the notes were looked at");
}
