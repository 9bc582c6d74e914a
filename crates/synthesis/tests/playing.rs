//! Whatever the score, the finger it names is on the key it names, and the key is down.

mod stick_hands;

use piano::keyboard::{WHITE_KEY_LENGTH_METERS, WHITE_KEY_WIDTH_METERS, center_x, span_y};
use piano::{Finger, FingeredNote, Hand, Note, Pitch};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use stick_hands::stick_hands;
use synthesis::clip::{Clip, Variety};
use synthesis::performance::{Performance, ScoreError, Touchiness};

/// A pianist's finger this far from a key's centre line, in white-key widths, is still on it.
const ASIDE: f64 = 0.3;

/// (onset, name, finger; left hand negative), each held for `secs`.
fn score(notes: &[(f64, &str, i8)], secs: f64) -> Vec<FingeredNote> {
    let note = |(onset_secs, name, finger): &(f64, &str, i8)| FingeredNote {
        note: Note {
            pitch: Pitch::from_name(name).unwrap(),
            onset_secs: *onset_secs,
            offset_secs: onset_secs + secs,
            velocity: 64,
        },
        finger: Finger::from_pig_number(*finger),
    };
    notes.iter().map(note).collect()
}

fn check(notes: &[(f64, &str, i8)], secs: f64) {
    let meshes = stick_hands();
    let touchiness = Touchiness { aside: 0.05, along: 0.01 };
    let score = score(notes, secs);
    let performance = Performance::plan(&score, &meshes, touchiness, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    assert_eq!(performance.notes().len(), score.len());
    for played in performance.notes() {
        let (note, finger) = (played.note, played.finger.unwrap());
        for secs in [note.onset_secs, (note.onset_secs + note.offset_secs) / 2.0] {
            let hands = performance.hands_at(secs);
            let hand = hands.iter().find(|now| now.hand == finger.hand).unwrap();
            let tip = hand.landmarks()[finger.finger.tip_landmark()];
            let aside = tip.x / WHITE_KEY_WIDTH_METERS - center_x(note.pitch);
            let along = -tip.z / WHITE_KEY_LENGTH_METERS;
            let (front, back) = span_y(note.pitch);
            assert!(
                aside.abs() < ASIDE,
                "{} with {finger:?} at {secs}: {aside} beside",
                note.pitch.name()
            );
            assert!(
                (front..back).contains(&along),
                "{} with {finger:?} at {secs}: {along} along",
                note.pitch.name()
            );
            assert!(tip.y < 0.015, "{} with {finger:?} at {secs}: {} m above", note.pitch.name(), tip.y);
            assert!(performance.keys_at(secs)[note.pitch.key_index()] > 0.99);
        }
    }
    assert!(performance.keys_at(0.0).iter().all(|down| *down == 0.0));
}

#[test]
fn scales_with_the_thumb_passing_under() {
    let right = ["C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5"]
        .into_iter()
        .zip([1, 2, 3, 1, 2, 3, 4, 5]);
    let notes: Vec<_> = right
        .enumerate()
        .map(|(k, (name, finger))| (0.5 + 0.25 * k as f64, name, finger))
        .collect();
    check(&notes, 0.25);
    let left = ["C3", "D3", "E3", "F3", "G3", "A3", "B3", "C4"]
        .into_iter()
        .zip([-5, -4, -3, -2, -1, -3, -2, -1]);
    let notes: Vec<_> = left
        .enumerate()
        .map(|(k, (name, finger))| (0.5 + 0.25 * k as f64, name, finger))
        .collect();
    check(&notes, 0.25);
}

#[test]
fn chords_and_octaves_in_both_hands() {
    check(
        &[
            (0.5, "C4", 1),
            (0.5, "E4", 3),
            (0.5, "G4", 5),
            (0.5, "C2", -5),
            (0.5, "C3", -1),
            (1.2, "A3", 1),
            (1.2, "D4", 2),
            (1.2, "A4", 5),
            (1.2, "D2", -5),
            (1.2, "D3", -1),
        ],
        0.6,
    );
}

#[test]
fn black_keys_and_jumps() {
    check(
        &[(0.5, "F#4", 2), (0.8, "G#4", 3), (1.1, "A#4", 4), (1.4, "C#5", 2), (1.7, "D#5", 3)],
        0.3,
    );
    check(&[(0.5, "C#3", -3), (0.8, "C#3", -3), (1.4, "C#5", -3), (2.0, "B2", -1)], 0.3);
}

#[test]
fn the_same_seed_gives_the_same_pictures_and_another_seed_others() {
    let meshes = stick_hands();
    let score = score(&[(0.3, "C4", 1), (0.3, "C3", -1)], 0.2);
    let frame = |seed, number| Clip::new(&score, &meshes, [160, 90], Variety::Varied, seed).unwrap().frame(number);
    let (picture, truth) = frame(7, 9);
    assert_eq!(frame(7, 9), (picture.clone(), truth.clone()));
    assert_ne!(frame(8, 9).0, picture);
    assert_ne!(frame(7, 0).0, picture);
    assert_eq!(truth.hands.iter().map(|hand| hand.side).collect::<Vec<_>>(), Hand::BOTH);
    assert!(truth.hands.iter().all(|hand| hand.landmarks.len() == 21));
}

#[test]
fn what_cannot_be_played_is_said() {
    let meshes = stick_hands();
    let refused = |score: &[FingeredNote]| Clip::new(score, &meshes, [64, 36], Variety::Plain, 0).err();
    assert_eq!(refused(&[]), Some(ScoreError::Empty));
    let mut unfingered = score(&[(0.5, "C4", 1)], 0.2);
    unfingered[0].finger = None;
    assert!(matches!(refused(&unfingered), Some(ScoreError::Unfingered { .. })));
    assert!(matches!(refused(&score(&[(0.5, "C4", 1)], 1e6)), Some(ScoreError::TooLong { .. })));
}
