//! The prior: poses that reach, keep to limits and apart, and controls that play without a planner.

mod common;

use common::{models, score};
use piano::{Finger, Hand, Pitch};
use planning::PlanError;
use planning::demonstrations::demonstrate;
use planning::playback::play_prior;
use planning::poses::{Poses, find_poses};
use planning::prior::Prior;
use planning::settings::PriorSettings;
use planning::tuning::{Piece, TUNABLES, tune};
use simulation::environment::{Environment, TaskSettings};
use simulation::kinematics::Kinematics;
use simulation::scene::piano::key_center;
use simulation::score::Score;
use simulation::trajectory::{POINTS, Trajectory};
use std::sync::Arc;

/// Five notes of each hand, one after the other, the hands an octave apart.
const FIVE_FINGERS: [(f64, f64, u8, i8); 10] = [
    (0.0, 0.4, 60, 1),
    (0.0, 0.4, 55, -1),
    (0.4, 0.8, 62, 2),
    (0.4, 0.8, 53, -2),
    (0.8, 1.2, 64, 3),
    (0.8, 1.2, 52, -3),
    (1.2, 1.6, 65, 4),
    (1.2, 1.6, 50, -4),
    (1.6, 2.0, 67, 5),
    (1.6, 2.0, 48, -5),
];

fn prior(score: &Score) -> Result<Prior, PlanError> {
    Prior::new(&models(score), score, &PriorSettings::default(), 1, &mut |_| true)
}

#[test]
fn fingertips_reach_their_keys_within_limits_and_the_hands_keep_apart() {
    let score = score(&FIVE_FINGERS);
    let models = models(&score);
    let settings = PriorSettings::default();
    let poses = find_poses(&models.hands, &score, None, &settings, 2, &mut |_| true).unwrap();
    for (frame, moment) in score.frames().iter().zip(1..) {
        for note in &frame.notes {
            let finger = note.finger.unwrap();
            let hand = usize::from(finger.hand == Hand::Left);
            let beside = poses.tips[moment][hand][finger.finger.index()][1] - key_center(note.pitch)[1];
            assert!(beside.abs() < settings.pose.gate_meters, "{note:?} at {moment}: {beside}");
        }
        for (length, [min, max]) in poses.lengths[moment].iter().zip(models.hands.control_ranges()) {
            assert!((min..=max).contains(&length));
        }
        let stands = |hand: Hand| {
            let forearm = models.hands.controls_of(hand).end - 2;
            Kinematics::forearm_start_meters(hand) + poses.lengths[moment][forearm]
        };
        let apart = stands(Hand::Right) - stands(Hand::Left);
        assert!(apart > settings.pose.separation_meters - 0.01, "{apart}");
    }
    let alone = find_poses(&models.hands, &score, None, &settings, 1, &mut |_| true).unwrap();
    assert_eq!(alone.lengths, poses.lengths, "threads change nothing");
}

#[test]
fn idle_fingers_are_where_the_persons_were_and_the_others_on_their_keys() {
    let score = score(&FIVE_FINGERS);
    let models = models(&score);
    let settings = PriorSettings::default();
    let poses = |person: Option<&Trajectory>| find_poses(&models.hands, &score, person, &settings, 1, &mut |_| true).unwrap();
    let alone = poses(None);
    let tip = |poses: &Poses, moment: usize, finger: Finger| {
        let hand = usize::from(finger.hand == Hand::Left);
        poses.tips[moment][hand][finger.finger.index()]
    };
    // A person whose fingers lie two centimeters further in.
    let persons = |moment: usize| {
        let mut points = [None; POINTS];
        for (point, finger) in points.iter_mut().zip(Finger::all()) {
            let [x, y, _] = tip(&alone, moment, finger);
            *point = Some([x - 0.02, y]);
        }
        points
    };
    let person = Trajectory {
        frames: (1..alone.tips.len()).map(persons).collect(),
    };
    let following = poses(Some(&person));
    let (mut away, mut away_alone) = (0.0, 0.0);
    for (moment, frame) in (1..).zip(score.frames()) {
        for (finger, at) in Finger::all().zip(person.at(moment - 1).into_iter().flatten()) {
            let distance = |poses: &Poses| {
                let [x, y, _] = tip(poses, moment, finger);
                (x - at[0]).hypot(y - at[1])
            };
            if let Some(note) = frame.notes.iter().find(|note| note.finger == Some(finger)) {
                let beside = tip(&following, moment, finger)[1] - key_center(note.pitch)[1];
                assert!(beside.abs() < settings.pose.gate_meters, "{note:?} at {moment}: {beside}");
            } else {
                away += distance(&following);
                away_alone += distance(&alone);
            }
        }
    }
    assert!(away < 0.5 * away_alone, "{away} of {away_alone}");
}

#[test]
fn two_notes_are_played_by_the_prior_alone() {
    let score = score(&[(0.0, 0.5, 60, 1), (0.5, 1.0, 64, 3)]);
    let models = models(&score);
    let prior = Prior::new(&models, &score, &PriorSettings::default(), 1, &mut |_| true).unwrap();
    let plan = play_prior(&models.exact, &score, &prior, &mut |_| true).unwrap();
    let scores = plan.scores(&score);
    assert!(scores.f1 > 0.9, "{scores:?}");
    assert!(plan.actions.iter().flatten().all(|number| (-1.0..=1.0).contains(number)));
}

#[test]
fn a_note_of_unknown_finger_is_refused_by_name() {
    let score = score(&[(0.0, 0.5, 60, 0), (0.5, 1.0, 64, 0)]);
    match prior(&score) {
        Err(PlanError::UnknownFinger(unknown)) => assert_eq!(unknown.pitch, Pitch::new(60).unwrap().name()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn chords_that_nobody_can_play_are_played_as_far_as_can_be() {
    // Seven octaves in one hand, and one finger on two keys.
    let wide = score(&[(0.0, 0.5, 21, 1), (0.0, 0.5, 108, 5), (0.0, 0.5, 60, -2), (0.0, 0.5, 67, -2)]);
    let models = models(&wide);
    let prior = Prior::new(&models, &wide, &PriorSettings::default(), 1, &mut |_| true).unwrap();
    let plan = play_prior(&models.exact, &wide, &prior, &mut |_| true).unwrap();
    assert_eq!(plan.actions.len(), wide.frames().len());
    assert!(plan.actions.iter().flatten().all(|number| number.is_finite()));
}

#[test]
fn a_request_to_stop_stops() {
    let score = score(&FIVE_FINGERS);
    let models = models(&score);
    let stopped = Prior::new(&models, &score, &PriorSettings::default(), 1, &mut |progress| progress < 0.5);
    assert!(matches!(stopped, Err(PlanError::Stopped)));
    let prior = Prior::new(&models, &score, &PriorSettings::default(), 1, &mut |_| true).unwrap();
    let stopped = play_prior(&models.exact, &score, &prior, &mut |_| false);
    assert!(matches!(stopped, Err(PlanError::Stopped)));
}

#[test]
fn demonstrations_of_the_prior_say_that_the_prior_would_do_what_was_done() {
    let score = score(&FIVE_FINGERS);
    let models = models(&score);
    let prior = Prior::new(&models, &score, &PriorSettings::default(), 1, &mut |_| true).unwrap();
    let plan = play_prior(&models.exact, &score, &prior, &mut |_| true).unwrap();
    let mut environment = Environment::new(&models.exact, Arc::new(score), TaskSettings::default());
    let mut frames = 0;
    demonstrate(&mut environment, &prior, &plan, &mut |shown| {
        assert_eq!(shown.action, shown.prior_action);
        assert!(shown.observation.iter().any(|number| *number != 0.0));
        frames += 1;
    })
    .unwrap();
    assert_eq!(frames, plan.actions.len());
}

#[test]
fn tuning_keeps_what_is_better_and_its_numbers_in_their_ranges() {
    let score = score(&FIVE_FINGERS);
    let models = models(&score);
    let pieces = [Piece {
        models: &models,
        score: &score,
    }];
    let start = PriorSettings::default();
    let mut first = None;
    let mut listen = |f1: f64, _: Option<&PriorSettings>| {
        first.get_or_insert(f1);
        true
    };
    let (mut tuned, f1) = tune(&pieces, &start, 6, 1, 2, &mut listen).unwrap();
    assert!(f1 >= first.unwrap());
    for tunable in TUNABLES {
        let [low, high] = tunable.range;
        assert!((low..=high).contains(tunable.of(&mut tuned)), "{}", tunable.name);
    }
    let stopped = tune(&pieces, &start, 6, 1, 1, &mut |_, _| false);
    assert!(matches!(stopped, Err(PlanError::Stopped)));
}
