//! Small passages whose fingering pianists agree on, and what must never come out.

use super::*;
use crate::practice::Dice;
use piano::Pitch;

fn note(pitch: u8, onset_secs: f64, length_secs: f64, hand: Option<Hand>) -> ScoreNote {
    let note = Note {
        pitch: Pitch::new(pitch).unwrap(),
        onset_secs,
        offset_secs: onset_secs + length_secs,
        velocity: 64,
    };
    ScoreNote { note, hand, finger: None }
}

/// Notes one after another, four a second.
fn melody(pitches: &[u8], hand: Hand) -> Vec<ScoreNote> {
    let notes = pitches.iter().enumerate();
    notes
        .map(|(index, pitch)| note(*pitch, 0.25 * index as f64, 0.25, Some(hand)))
        .collect()
}

fn numbers(notes: &[ScoreNote]) -> Vec<u8> {
    let fingered = finger_score(notes).unwrap();
    fingered.notes.iter().map(|note| note.finger.unwrap().finger.get()).collect()
}

#[test]
fn a_scale_of_c_major_is_played_as_every_pupil_does() {
    let up = [60, 62, 64, 65, 67, 69, 71, 72];
    assert_eq!(numbers(&melody(&up, Hand::Right)), [1, 2, 3, 1, 2, 3, 4, 5]);
    let down: Vec<u8> = up.iter().rev().copied().collect();
    assert_eq!(numbers(&melody(&down, Hand::Right)), [5, 4, 3, 2, 1, 3, 2, 1]);
    assert_eq!(numbers(&melody(&up, Hand::Left)), [5, 4, 3, 2, 1, 3, 2, 1]);
    assert_eq!(numbers(&melody(&down, Hand::Left)), [1, 2, 3, 1, 2, 3, 4, 5]);
}

#[test]
fn five_fingers_lie_on_five_keys() {
    assert_eq!(
        numbers(&melody(&[60, 62, 64, 65, 67, 65, 64, 62, 60], Hand::Right)),
        [1, 2, 3, 4, 5, 4, 3, 2, 1]
    );
    assert_eq!(
        numbers(&melody(&[67, 67, 67], Hand::Right))
            .windows(2)
            .filter(|pair| pair[0] != pair[1])
            .count(),
        0
    );
}

#[test]
fn chords_lie_in_the_hand_and_octaves_are_spanned_by_its_ends() {
    let chord = |pitches: &[u8], hand| pitches.iter().map(|pitch| note(*pitch, 0.0, 1.0, Some(hand))).collect::<Vec<_>>();
    assert_eq!(numbers(&chord(&[60, 64, 67], Hand::Right)), [1, 3, 5]);
    assert_eq!(numbers(&chord(&[48, 52, 55], Hand::Left)), [5, 3, 1]);
    assert_eq!(numbers(&chord(&[60, 72], Hand::Right)), [1, 5]);
    assert_eq!(numbers(&chord(&[36, 48], Hand::Left)), [5, 1]);
}

#[test]
fn a_held_key_keeps_its_finger() {
    let mut notes = vec![note(60, 0.0, 2.0, Some(Hand::Right))];
    notes.extend(
        [64, 65, 67, 69]
            .iter()
            .enumerate()
            .map(|(index, pitch)| note(*pitch, 0.25 * (index + 1) as f64, 0.25, Some(Hand::Right))),
    );
    let fingers = numbers(&notes);
    assert_eq!(fingers[0], 1);
    assert!(fingers[1..].iter().all(|finger| *finger != 1), "{fingers:?}");
}

#[test]
fn what_is_known_stays_and_what_is_not_is_said() {
    let mut notes = melody(&[60, 62, 64, 65, 67], Hand::Right);
    notes[1].finger = Finger::from_pig_number(4);
    let fingered = finger_score(&notes).unwrap();
    assert_eq!(fingered.notes[1].finger, Finger::from_pig_number(4));
    assert_eq!(fingered.filled, [true, false, true, true, true]);
}

#[test]
fn two_voices_far_apart_are_two_hands() {
    let mut notes = Vec::new();
    for index in 0..16_u8 {
        let onset_secs = 0.25 * f64::from(index);
        notes.push(note(72 + [0, 4, 7, 4][usize::from(index) % 4], onset_secs, 0.2, None));
        notes.push(note(43 + [0, 5, 9, 5][usize::from(index) % 4], onset_secs, 0.2, None));
    }
    let fingered = finger_score(&notes).unwrap();
    for fingered in &fingered.notes {
        let hand = if fingered.note.pitch.midi() < 60 { Hand::Left } else { Hand::Right };
        assert_eq!(fingered.finger.unwrap().hand, hand);
    }
}

#[test]
fn keys_without_a_finger_are_named_and_bad_scores_refused() {
    let cluster: Vec<ScoreNote> = [60, 61, 62, 63, 64, 65, 66]
        .map(|pitch| note(pitch, 0.0, 1.0, Some(Hand::Right)))
        .to_vec();
    let fingered = finger_score(&cluster).unwrap();
    assert_eq!(fingered.unplayable.len(), 2);
    assert!(
        fingered
            .unplayable
            .iter()
            .all(|unplayable| fingered.notes[unplayable.note].finger.is_none())
    );
    assert_eq!(finger_score(&[]), Err(FingerScoreError::Empty));
    assert!(matches!(
        finger_score(&[note(60, f64::NAN, 1.0, None)]),
        Err(FingerScoreError::BadTimes { .. })
    ));
    assert!(matches!(
        finger_score(&[note(60, 0.0, 1.0, None), note(60, 1e6, 1.0, None)]),
        Err(FingerScoreError::TooLong { .. })
    ));
}

/// Fingers are never on two keys at once, a left hand mirrors a right one, and an octave higher everything is the same.
#[test]
fn whatever_the_score_no_finger_is_in_two_places() {
    let mut dice = Dice(7);
    let mut onset_secs = 0.0;
    let notes: Vec<ScoreNote> = (0..600)
        .map(|_| {
            onset_secs += 0.05 * dice.below(6) as f64;
            note(40 + dice.below(40) as u8, onset_secs, 0.05 + 0.1 * dice.below(12) as f64, None)
        })
        .collect();
    let fingered = finger_score(&notes).unwrap();
    let struck = |note: &FingeredNote| (note.note.onset_secs, note.note.pitch);
    for one in &fingered.notes {
        for other in &fingered.notes {
            let at_once = (one.note.onset_secs - other.note.onset_secs).abs() < 0.03 && struck(one) != struck(other);
            assert!(!at_once || one.finger.is_none() || one.finger != other.finger, "{one:?} {other:?}");
        }
    }
    let right = melody(&[60, 64, 67, 72, 70, 65, 62, 60, 61, 66], Hand::Right);
    let higher = melody(&[72, 76, 79, 84, 82, 77, 74, 72, 73, 78], Hand::Right);
    assert_eq!(numbers(&right), numbers(&higher));
    // Around D the keyboard looks the same both ways.
    let mirrored: Vec<u8> = [60, 64, 67, 72, 70, 65, 62, 60, 61, 66].map(|pitch: u8| 124 - pitch).to_vec();
    assert_eq!(numbers(&right), numbers(&melody(&mirrored, Hand::Left)));
}

#[test]
fn a_melody_of_one_hand_is_not_handed_to_and_fro() {
    let known = |index: usize| (index != 1).then_some(Hand::Right);
    let notes: Vec<_> = [60, 62, 64, 65]
        .iter()
        .enumerate()
        .map(|(index, pitch)| note(*pitch, 0.5 * index as f64, 0.5, known(index)))
        .collect();
    let fingered = finger_score(&notes).unwrap();
    assert!(
        fingered.notes.iter().all(|note| note.finger.unwrap().hand == Hand::Right),
        "{fingered:?}"
    );
    // Far away, the other hand comes in.
    let leap = [
        note(72, 0.0, 0.2, Some(Hand::Right)),
        note(36, 0.2, 0.2, None),
        note(74, 0.4, 0.2, Some(Hand::Right)),
    ];
    assert_eq!(finger_score(&leap).unwrap().notes[1].finger.unwrap().hand, Hand::Left);
}
