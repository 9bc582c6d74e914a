//! `toccata transcribe` from outside: sound made by the test goes in, notes come out; and Transkun, cut up as the Python package
//! does it, against that package. Needs the models (`make models`).

use bootstrap::models::ModelStore;
use hearing::transkun::segments::Segmentation;
use hearing::{AudioReadError, AudioSource};
use inference::runtime::{Runtime, SessionSettings};
use inference::transkun::Transkun;
use labeler::transcribers::transkun_files;
use labeling::seams::Transcriber;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const SAMPLE_RATE: u32 = 44_100;
/// An arpeggio: onset in seconds, MIDI note.
const FIGURE: [(f64, u8); 6] = [(0.5, 48), (1.0, 55), (1.5, 60), (2.0, 64), (2.5, 67), (3.0, 60)];

/// Something like a piano: ten harmonics that fade, the higher the sooner, from a sharp onset, damped after 0.45 s.
fn sound() -> Vec<f32> {
    let mut samples = vec![0.0_f32; 5 * SAMPLE_RATE as usize];
    for (onset_secs, midi) in FIGURE {
        let first = (onset_secs * f64::from(SAMPLE_RATE)) as usize;
        let hertz = 440.0 * 2.0_f64.powf((f64::from(midi) - 69.0) / 12.0);
        for (index, sample) in samples[first..].iter_mut().enumerate().take(SAMPLE_RATE as usize) {
            let secs = index as f64 / f64::from(SAMPLE_RATE);
            let attack = (secs / 0.002).min(1.0);
            let damper = (-(secs - 0.45).max(0.0) / 0.03).exp();
            let tone: f64 = (1..=10)
                .map(f64::from)
                .map(|harmonic| (std::f64::consts::TAU * hertz * harmonic * secs).sin() * (-secs * (1.0 + harmonic)).exp() / harmonic)
                .sum();
            *sample += (0.15 * attack * damper * tone) as f32;
        }
    }
    samples
}

/// As a WAV file holds it.
fn sixteen_bits(sample: f32) -> i16 {
    (sample * 32_767.0) as i16
}

fn write_wav(path: &Path, samples: &[f32]) {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sixteen_bits(*sample).to_le_bytes()).collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(SAMPLE_RATE.to_le_bytes());
    file.extend((2 * SAMPLE_RATE).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    std::fs::write(path, file).unwrap();
}

fn transcribe(input: &Path, out: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toccata"));
    command.arg("transcribe").arg(input).arg("--out").arg(out).arg("--json").args(more);
    command.output().unwrap()
}

fn check_figure(transcriber: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (wav, midi) = (folder.path().join("figure.wav"), folder.path().join("figure.mid"));
    write_wav(&wav, &sound());
    let output = transcribe(&wav, &midi, &["--transcriber", transcriber]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let heard: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(heard["models"][0]["name"], transcriber);
    let notes = heard["notes"].as_array().unwrap();
    for (onset_secs, midi) in FIGURE {
        let found = notes
            .iter()
            .any(|note| note["pitch"] == midi && (note["onset_secs"].as_f64().unwrap() - onset_secs).abs() < 0.05);
        assert!(found, "{transcriber} misses {midi} at {onset_secs} s: {notes:?}");
    }
    assert_eq!(piano::midi::read(&std::fs::read(&midi).unwrap()).unwrap().notes.len(), notes.len());
}

#[test]
fn transkun_hears_a_figure() {
    check_figure("transkun");
}

#[test]
fn basic_pitch_hears_a_figure() {
    check_figure("basic-pitch");
}

#[test]
fn what_has_no_sound_is_refused_by_name_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (junk, midi) = (folder.path().join("junk.mp3"), folder.path().join("out.mid"));
    std::fs::write(&junk, b"this is no sound").unwrap();
    let output = transcribe(&junk, &midi, &["--transcriber", "basic-pitch"]);
    assert_eq!(output.status.code(), Some(3));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["refusal"]["code"], "media_unreadable");
    assert!(!midi.exists());
}

/// Samples from memory, one channel.
struct InMemory(Vec<f32>);

impl AudioSource for InMemory {
    fn sample_rate(&self) -> u32 {
        SAMPLE_RATE
    }

    fn channels(&self) -> usize {
        1
    }

    fn duration_secs(&self) -> Option<f64> {
        None
    }

    fn read(&mut self, frames: usize, into: &mut Vec<f32>) -> Result<usize, AudioReadError> {
        let frames = frames.min(self.0.len());
        into.extend(self.0.drain(..frames));
        Ok(frames)
    }
}

#[test]
fn transkun_says_what_the_python_package_says() {
    // MIDI note, onset, offset, velocity: `TransKun.transcribe` of transkun 2.0.1 under PyTorch 2.11 on the same samples.
    const PYTHON: [(u8, f64, f64, u8); 6] = [
        (48, 0.49450, 0.93977, 44),
        (55, 0.99124, 1.44748, 52),
        (60, 1.49286, 1.94225, 57),
        (64, 1.99158, 2.44870, 62),
        (67, 2.49246, 2.94389, 66),
        (60, 2.99045, 3.44634, 58),
    ];
    let store = ModelStore::open().unwrap();
    let runtime = Runtime::load(&store.file("onnxruntime", "libonnxruntime.so").unwrap()).unwrap();
    let settings = SessionSettings { intra_threads: 1 };
    let files = transkun_files(&store).unwrap();
    let mut transkun = Transkun::new(&runtime, &files, vec![], Segmentation::UPSTREAM, settings).unwrap();
    let samples = sound().iter().map(|sample| f32::from(sixteen_bits(*sample)) / 32_768.0).collect();
    let heard = transkun.transcribe(&mut InMemory(samples), &mut |_| true).unwrap();
    assert_eq!(heard.notes.len(), PYTHON.len());
    for (note, (midi, onset_secs, offset_secs, velocity)) in heard.notes.iter().zip(PYTHON) {
        assert_eq!((note.pitch.midi(), note.velocity), (midi, velocity));
        assert!(
            (note.onset_secs - onset_secs).abs() < 1e-3 && (note.offset_secs - offset_secs).abs() < 1e-3,
            "{note:?}"
        );
    }
}
