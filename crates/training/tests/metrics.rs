//! Figures of rollouts that were made up: what is due sounds, or does not.

use piano::{Finger, FingeredNote, Note, Pitch};
use simulation::environment::EpisodeStatus;
use simulation::keys::KeyEvent;
use simulation::metrics::Played;
use simulation::score::{CONTROL_TIMESTEP_SECS, FrameSettings, Score};
use simulation::trajectory::{POINTS, Trajectory};
use simulation::velocity::key_speed_meters_per_sec;
use training::metrics::{Actor, measure};
use training::rollout::Rollout;

/// Two notes a second for twelve seconds, after half a second of silence.
fn score() -> Score {
    let notes: Vec<FingeredNote> = (0..24)
        .map(|index| FingeredNote {
            note: Note {
                pitch: Pitch::new(60 + index % 5).unwrap(),
                onset_secs: f64::from(index) * 0.5,
                offset_secs: f64::from(index) * 0.5 + 0.4,
                velocity: 64,
            },
            finger: Finger::from_pig_number(1 + (index % 5) as i8),
        })
        .collect();
    let settings = FrameSettings {
        initial_buffer_secs: 0.5,
        ..FrameSettings::default()
    };
    Score::new(&notes, &[], &settings).unwrap()
}

/// What sounds is exactly what is due in the first `frames` frames, and nothing afterwards.
fn rollout(score: &Score, frames: usize) -> Rollout {
    let keys = score.frames().iter().enumerate().map(|(index, frame)| match index < frames {
        true => frame.keys_due(),
        false => [false; 88],
    });
    let struck = score
        .notes()
        .iter()
        .filter(|note| note.note.onset_secs < frames as f64 * CONTROL_TIMESTEP_SECS);
    let key_events = struck.map(|note| KeyEvent {
        pitch: note.note.pitch,
        at_secs: note.note.onset_secs + 0.02,
        on: true,
        speed_meters_per_sec: key_speed_meters_per_sec(70),
        finger: note.finger,
    });
    Rollout {
        action_len: 1,
        actions: vec![0.0; score.frames().len()],
        played: Played {
            keys: keys.collect(),
            sustain: vec![false; score.frames().len()],
        },
        key_events: key_events.collect(),
        rewards: vec![],
        fingertips: vec![[[0.05, 0.0, 0.03]; 10]; score.frames().len()],
        status: EpisodeStatus::Finished,
    }
}

#[test]
fn a_perfect_rollout_has_perfect_figures() {
    let score = score();
    let metrics = measure(&score, &rollout(&score, usize::MAX), Actor::Policy, None);
    assert_eq!((metrics.frame.f1, metrics.frame_where_due.f1, metrics.sustain.f1), (1.0, 1.0, 1.0));
    assert_eq!((metrics.notes.due, metrics.notes.from_events.onset_50_ms.f1), (24, 1.0));
    assert_eq!(metrics.fingers.by_labelled_finger, Some(1.0));
    assert_eq!(metrics.notes.velocity_error, Some(6.0));
    assert_eq!(metrics.naturalness.distance_to_person_mm, None);
    assert_eq!(metrics.naturalness.idle_speed_mm_per_sec, Some(0.0));
    let notes: usize = metrics.passages.iter().map(|passage| passage.notes).sum();
    assert_eq!((metrics.passages.len(), notes), (3, 24));
}

#[test]
fn what_breaks_off_is_missed_and_silence_in_front_flatters_nobody() {
    let score = score();
    let half = measure(&score, &rollout(&score, 10 + 120), Actor::OpenLoopPlan, None);
    assert_eq!(half.frame_where_due.precision, 1.0);
    assert!((half.frame_where_due.recall - 0.5).abs() < 0.02, "{:?}", half.frame_where_due);
    assert_eq!(half.notes.from_frames.onset_100_ms.recall, 0.5);
    assert!(half.frame_without_buffer.f1 < half.frame.f1);
    assert_eq!((half.passages[0].f1, half.passages[2].f1), (Some(1.0), Some(0.0)));
}

#[test]
fn distance_is_measured_where_the_person_was_seen() {
    let score = score();
    let mut seen = [None; POINTS];
    seen[3] = Some([0.05, 0.02]);
    let person = Trajectory {
        frames: vec![[None; POINTS], seen],
    };
    let metrics = measure(&score, &rollout(&score, usize::MAX), Actor::Policy, Some(&person));
    assert!((metrics.naturalness.distance_to_person_mm.unwrap() - 20.0).abs() < 1e-9);
}
