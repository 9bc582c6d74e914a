//! What we write, we read: pictures and sound, in step.

use hearing::AudioSource;
use media::{AudioReader, AudioSettings, MediaError, SampledFrames, VideoReader, VideoSettings, VideoWriter, probe};
use std::path::{Path, PathBuf};
use vision::{Frame, FrameSource, TimedFrame};

const RATE: u32 = 44_100;

/// Two seconds at 25 pictures a second: black and silent, but for a white flash and a click at 1.2 s.
fn clip(folder: &Path) -> PathBuf {
    let path = folder.join("flash.mp4");
    let video = VideoSettings {
        width: 128,
        height: 72,
        frames_per_second: 25.0,
        crf: 18,
    };
    let mut writer = VideoWriter::create(
        &path,
        video,
        Some(AudioSettings {
            sample_rate: RATE,
            channels: 2,
        }),
    )
    .unwrap();
    for index in 0..50 {
        let color = if index == 30 { [255; 3] } else { [0; 3] };
        writer.write_frame(&Frame::filled(128, 72, color)).unwrap();
        let samples: Vec<f32> = (0..RATE / 25 * 2)
            .map(|i| {
                if index == 30 && i < 400 {
                    ((i / 2) as f32 * 0.3).sin() * 0.8
                } else {
                    0.0
                }
            })
            .collect();
        writer.write_audio(&samples).unwrap();
    }
    writer.finish().unwrap();
    path
}

#[test]
fn pictures_and_sound_come_back_in_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = clip(folder.path());
    let facts = probe(&path).unwrap();
    let video = facts.video.unwrap();
    assert_eq!((video.width, video.height, video.frames_per_second.round()), (128, 72, 25.0));
    assert_eq!(facts.audio.unwrap().channels, 2);
    assert!((facts.duration_secs - 2.0).abs() < 0.1, "{}", facts.duration_secs);

    let mut reader = VideoReader::open(&path).unwrap();
    let mut bright = Vec::new();
    let mut count = 0;
    while let Some(shown) = reader.next_frame().unwrap() {
        count += 1;
        if shown.frame.pixel(64, 36)[0] > 128 {
            bright.push(shown.secs);
        }
    }
    assert_eq!((count, bright.len()), (50, 1));
    assert!((bright[0] - 1.2).abs() < 1e-6, "{bright:?}");

    let mut samples = Vec::new();
    let mut source = AudioReader::open(&path, 16_000, 1).unwrap();
    while source.read(1000, &mut samples).unwrap() > 0 {}
    let click = samples.iter().position(|sample| sample.abs() > 0.2).unwrap();
    assert!((click as f64 / 16_000.0 - 1.2).abs() < 0.005, "{}", click as f64 / 16_000.0);
}

#[test]
fn sampled_frames_are_the_first_at_or_after_each_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = clip(folder.path());
    let mut source = SampledFrames::open(&path, vec![0.0, 0.41, 1.2, 99.0, 100.0]).unwrap();
    let sampled: Vec<TimedFrame> = std::iter::from_fn(|| source.next_frame().unwrap()).collect();
    let secs: Vec<f64> = sampled.iter().map(|shown| (shown.secs * 100.0).round() / 100.0).collect();
    assert_eq!(secs, [0.0, 0.44, 1.2, 1.96]);
    assert!(sampled[2].frame.pixel(3, 3)[1] > 200);
}

#[test]
fn broken_and_missing_streams_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.mp4");
    std::fs::write(&text, "this is no video\n").unwrap();
    assert!(matches!(probe(&text), Err(MediaError::Unreadable { .. })));
    let silent = folder.path().join("silent.mp4");
    let video = VideoSettings {
        width: 64,
        height: 64,
        frames_per_second: 10.0,
        crf: 30,
    };
    let mut writer = VideoWriter::create(&silent, video, None).unwrap();
    for _ in 0..5 {
        writer.write_frame(&Frame::filled(64, 64, [9; 3])).unwrap();
    }
    writer.finish().unwrap();
    assert!(matches!(
        AudioReader::open(&silent, 16_000, 1),
        Err(MediaError::NoAudioStream { .. })
    ));
    let whole = std::fs::read(clip(folder.path())).unwrap();
    let cut = folder.path().join("cut.mp4");
    std::fs::write(&cut, &whole[..whole.len() / 4]).unwrap();
    assert!(matches!(VideoReader::open(&cut).map(|_| ()), Err(MediaError::Unreadable { .. })));
}
