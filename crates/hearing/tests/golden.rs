//! Our decoders against golden vectors (where they come from: `golden/README.md`).

use hearing::basic_pitch::{KEYS, Likelihoods, notes as basic_pitch};
use hearing::note_scores::{Criteria, score};
use hearing::transkun::events::{Event, by_time};
use hearing::transkun::features::{FrontEnd, MEL_BANDS, SPECTRUM_BINS, WINDOWS};
use hearing::transkun::intervals::{Interval, best_intervals};
use hearing::transkun::stitching::Stitcher;
use hearing::transkun::{Symbol, WINDOW_SAMPLES};
use piano::{Note, Pitch};
use serde::Deserialize;

#[derive(Deserialize)]
struct IntervalCase {
    /// By begin, then end minus begin.
    scores: Vec<Vec<f32>>,
    start: usize,
    intervals: Vec<[usize; 2]>,
}

#[test]
fn the_best_intervals_are_transkuns() {
    let cases: Vec<IntervalCase> = serde_json::from_str(include_str!("golden/transkun_intervals.json")).unwrap();
    assert!(cases.len() > 30);
    for case in cases {
        let alone: Vec<f32> = case.scores.iter().map(|row| row[0]).collect();
        let found = best_intervals(&alone, case.start, |begin, row| row.copy_from_slice(&case.scores[begin][1..]));
        let expected: Vec<Interval> = case
            .intervals
            .iter()
            .map(|[begin, end]| Interval { begin: *begin, end: *end })
            .collect();
        assert_eq!(found, expected);
    }
}

/// A Hann window and five bells; triangles of seven bins. Formulas, so that the golden file can be small.
fn formula_front_end() -> FrontEnd {
    let mut windows = Vec::new();
    for window in 0..WINDOWS {
        for i in 0..WINDOW_SAMPLES {
            let (i, size) = (i as f64, WINDOW_SAMPLES as f64);
            windows.push(match window {
                0 => 0.5 - 0.5 * (std::f64::consts::TAU * i / size).cos(),
                bell => (-0.5 * ((i - size * bell as f64 / 6.0) / (0.3 * size / 2.0)).powi(2)).exp(),
            } as f32);
        }
    }
    let mut mel = vec![0.0; SPECTRUM_BINS * MEL_BANDS];
    for band in 0..MEL_BANDS {
        for (distance, bin) in (5..12).enumerate() {
            mel[(8 * band + bin) * MEL_BANDS + band] = 1.0 - (distance as f32 - 3.0).abs() / 4.0;
        }
    }
    FrontEnd::new(&windows, &mel).unwrap()
}

#[test]
fn features_are_those_of_the_definition() {
    #[derive(Deserialize)]
    struct Golden {
        values: Vec<f32>,
    }
    let golden: Golden = serde_json::from_str(include_str!("golden/transkun_features.json")).unwrap();
    let samples = 8 * 1024 - 100;
    let left = |i: f64| 0.3 * (0.05 * i).sin() + 0.1 * (0.31 * i).sin() * (i / f64::from(samples)) + 0.02;
    let right = |i: f64| 0.2 * (0.05 * i + 1.0).sin() + 0.05 * (0.9 * i).sin();
    let channel = |signal: &dyn Fn(f64) -> f64| (0..samples).map(|i| signal(f64::from(i)) as f32).collect::<Vec<f32>>();
    let features = formula_front_end().features(&[channel(&left), channel(&right)]);
    assert_eq!(features.frames, 9);
    let found: Vec<f32> = features
        .values
        .chunks_exact(MEL_BANDS)
        .flat_map(|row| row.iter().step_by(19).copied())
        .collect();
    assert_eq!(found.len(), golden.values.len());
    for (found, expected) in found.iter().zip(&golden.values) {
        assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
    }
}

fn symbol(number: i32) -> Symbol {
    Symbol::all().find(|symbol| symbol.number() == number).unwrap()
}

/// Start, end, symbol, velocity, has onset, has offset.
type GoldenEvent = (f64, f64, i32, u8, u8, u8);

#[test]
fn overlapping_segments_become_transkuns_events() {
    #[derive(Deserialize)]
    struct Golden {
        step_secs: f64,
        lead_secs: f64,
        segments: Vec<Vec<GoldenEvent>>,
        /// Start, end, symbol, velocity.
        events: Vec<(f64, f64, i32, u8)>,
    }
    let golden: Golden = serde_json::from_str(include_str!("golden/transkun_stitching.json")).unwrap();
    let mut stitcher = Stitcher::default();
    for (index, segment) in golden.segments.iter().enumerate() {
        let shift_secs = index as f64 * golden.step_secs - golden.lead_secs;
        let events: Vec<Event> = segment
            .iter()
            .map(|(start, end, number, velocity, has_onset, has_offset)| Event {
                symbol: symbol(*number),
                start_secs: (start + shift_secs).max(0.0),
                end_secs: (end + shift_secs).max(0.0),
                velocity: *velocity,
                has_onset: *has_onset == 1,
                has_offset: *has_offset == 1,
            })
            .collect();
        stitcher.add(&events);
    }
    let found = stitcher.finish();
    assert!(found.is_sorted_by(|a, b| by_time(a, b).is_le()));
    assert_eq!(found.len(), golden.events.len());
    for (found, (start, end, number, velocity)) in found.iter().zip(&golden.events) {
        assert_eq!((found.symbol, found.velocity), (symbol(*number), *velocity));
        assert!(
            (found.start_secs - start).abs() < 1e-4 && (found.end_secs - end).abs() < 1e-4,
            "{found:?}"
        );
    }
}

#[test]
fn likelihoods_become_basic_pitchs_notes() {
    type GoldenNotes = Vec<(f64, f64, u8, u8)>;
    #[derive(Deserialize)]
    struct Golden {
        frames: usize,
        sounding: String,
        struck: String,
        package: GoldenNotes,
        piano: GoldenNotes,
    }
    let golden: Golden = serde_json::from_str(include_str!("golden/basic_pitch_notes.json")).unwrap();
    let bytes = |hex: &str| -> Vec<f32> {
        (0..hex.len())
            .step_by(2)
            .map(|at| f32::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
            .collect()
    };
    let likelihoods = Likelihoods {
        sounding: bytes(&golden.sounding),
        struck: bytes(&golden.struck),
    };
    assert_eq!(likelihoods.sounding.len(), golden.frames * KEYS);
    for (settings, expected) in [
        (basic_pitch::NoteSettings::PACKAGE, golden.package),
        (basic_pitch::NoteSettings::PIANO, golden.piano),
    ] {
        let found = basic_pitch::notes(&likelihoods, &settings);
        assert_eq!(found.len(), expected.len());
        for (found, (onset, offset, midi, velocity)) in found.iter().zip(expected) {
            assert_eq!(found.pitch.midi(), midi);
            assert!(found.velocity.abs_diff(velocity) <= 1);
            assert!(
                (found.onset_secs - onset).abs() < 1e-5 && (found.offset_secs - offset).abs() < 1e-5,
                "{found:?} for {onset} {offset}"
            );
        }
    }
}

#[test]
fn notes_are_compared_as_mir_eval_does() {
    type GoldenNotes = Vec<(f64, f64, u8, u8)>;
    /// Precision, recall, F1 for each pair of criteria.
    #[derive(Deserialize)]
    struct Case {
        truth: GoldenNotes,
        heard: GoldenNotes,
        onset: [f64; 3],
        onset_offset: [f64; 3],
        onset_velocity: [f64; 3],
        all: [f64; 3],
    }
    let notes = |golden: &GoldenNotes| -> Vec<Note> {
        let note = |(onset_secs, offset_secs, midi, velocity): &(f64, f64, u8, u8)| Note {
            pitch: Pitch::new(*midi).unwrap(),
            onset_secs: *onset_secs,
            offset_secs: *offset_secs,
            velocity: *velocity,
        };
        golden.iter().map(note).collect()
    };
    let cases: Vec<Case> = serde_json::from_str(include_str!("golden/note_scores.json")).unwrap();
    for (index, case) in cases.iter().enumerate() {
        let (truth, heard) = (notes(&case.truth), notes(&case.heard));
        for (offset, velocity, expected) in [
            (false, false, case.onset),
            (true, false, case.onset_offset),
            (false, true, case.onset_velocity),
            (true, true, case.all),
        ] {
            let found = score(&truth, &heard, Criteria { offset, velocity });
            for (found, expected) in [found.precision, found.recall, found.f1].into_iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 1e-8,
                    "case {index}, offset {offset}, velocity {velocity}: {found} for {expected}"
                );
            }
        }
    }
}
