//! Goal: environments do what is asked of them: alone and together, exact and planning, with good input and bad.
//! Needs MuJoCo's library and the hands (`make models`).

#[expect(dead_code, reason = "each test program uses a part of what is shared")]
mod common;

use piano::{FingeredNote, Pitch};
use simulation::environment::{ActionError, Environment, EpisodeStatus, TaskSettings};
use simulation::model::Model;
use simulation::scene::{Fidelity, SceneSettings};
use simulation::score::{FrameSettings, Score, ScoreError};
use simulation::trajectory::{POINTS, Trajectory};
use simulation::vectorised::{Batch, VectorEnvironment};
use std::num::NonZeroUsize;
use std::sync::Arc;

fn score() -> Arc<Score> {
    Arc::new(Score::new(&common::notes(7, 6), &[], &FrameSettings::default()).unwrap())
}

fn environment(model: &Model) -> Environment {
    Environment::new(model, score(), TaskSettings::default())
}

fn actions(model: &Model, step: usize) -> Vec<f32> {
    (0..model.action_len()).map(|column| common::waves(step, column)).collect()
}

#[test]
fn many_on_two_threads_do_what_each_does_alone_and_start_over_when_their_score_ends() {
    let model = common::model(&SceneSettings::default());
    let mut alone = environment(&model);
    let mut together = VectorEnvironment::new((0..3).map(|_| environment(&model)).collect(), NonZeroUsize::new(2).unwrap());
    let mut batch = Batch::default();
    together.reset(&mut batch);
    let frames = score().frames().len();
    for step in 0..frames {
        let action = actions(&model, step);
        let done = alone.step(&action).unwrap();
        together.step(&action.repeat(3), &mut batch).unwrap();
        assert_eq!(batch.steps, vec![Some(done); 3], "step {step}");
    }
    let mut seen = vec![0.0; alone.layout().len()];
    alone.observe(&mut seen);
    assert_eq!(batch.observations, seen.repeat(3));
    assert_eq!(alone.status(), EpisodeStatus::Finished);

    together.step(&actions(&model, 0).repeat(3), &mut batch).unwrap();
    assert_eq!(batch.steps, [None; 3], "a finished episode is reset by the next step");
    assert!(together.environments().iter().all(|environment| environment.frame() == 0));
}

#[test]
fn an_episode_can_be_played_again_to_the_last_bit() {
    let model = common::model(&SceneSettings::default());
    let mut environment = environment(&model);
    let mut play = || {
        environment.reset();
        for step in 0..20 {
            environment.step(&actions(&model, step)).unwrap();
        }
        environment.positions().to_vec()
    };
    assert_eq!(play(), play());
}

#[test]
fn the_planning_model_plays_as_the_exact_one_where_only_its_keys_are_touched() {
    let exact = common::model(&SceneSettings::default());
    let fidelity = Fidelity::Planning {
        keys: (43..=81).map(|midi| Pitch::new(midi).unwrap()).collect(),
    };
    let planning = common::model(&SceneSettings {
        fidelity,
        ..SceneSettings::default()
    });
    assert!(planning.state_len() < exact.state_len());
    let (mut first, mut second) = (environment(&exact), environment(&planning));
    for step in 0..20 {
        // Fingers bend onto the keys below them; everything else stays where it is.
        let mut action = vec![0.0; exact.action_len()];
        for (column, range) in exact.control_ranges().iter().enumerate() {
            let bends = range[0] > -0.3 && range[1] > 0.3;
            let control = if bends { (0.06 * step as f64).min(range[1]) } else { 0.0 };
            action[column] = simulation::action::action_from_control(control, *range);
        }
        let (first, second) = (first.step(&action).unwrap(), second.step(&action).unwrap());
        assert!(
            (first.reward.total() - second.reward.total()).abs() < 1e-4,
            "step {step}: {first:?} {second:?}"
        );
    }
}

#[test]
fn actions_that_cannot_be_taken_are_refused_and_change_nothing() {
    let model = common::model(&SceneSettings::default());
    let mut environment = environment(&model);
    let before = environment.positions().to_vec();
    let mut action = actions(&model, 0);
    let expected = model.action_len();
    assert_eq!(
        environment.step(&action[1..]),
        Err(ActionError::WrongLength {
            expected,
            found: expected - 1
        })
    );
    action[3] = f32::NAN;
    assert_eq!(environment.step(&action), Err(ActionError::NotFinite { index: 3 }));
    assert_eq!(environment.positions(), before);
}

#[test]
fn scores_that_cannot_be_played_are_refused_by_name() {
    let check = |notes: &[FingeredNote], settings: FrameSettings| Score::new(notes, &[], &settings).unwrap_err();
    let plain = FrameSettings::default();
    assert_eq!(check(&[], plain), ScoreError::Empty);

    let high = FrameSettings { shift: 88, ..plain };
    assert_eq!(check(&common::notes(7, 6), high), ScoreError::Empty);

    let mut notes = common::notes(7, 6);
    notes[2].finger = None;
    assert!(matches!(check(&notes, plain), ScoreError::PartlyFingered { count: 1, .. }));

    let mut notes = common::notes(7, 6);
    notes[1].note.offset_secs = f64::NAN;
    assert!(matches!(check(&notes, plain), ScoreError::BadTimes { .. }));

    let mut notes = common::notes(7, 6);
    notes.last_mut().unwrap().note.offset_secs = 3.0 * 3600.0;
    assert!(matches!(check(&notes, plain), ScoreError::TooLong { .. }));
    assert!(matches!(
        check(&notes, FrameSettings { stretch: 0.0, ..plain }),
        ScoreError::BadSettings { .. }
    ));
}

/// What goes beyond RoboPianist stands after what it has, and is worth nothing unless asked for.
#[test]
fn a_person_to_follow_and_velocities_are_seen_and_rewarded_on_request() {
    let model = common::model(&SceneSettings::default());
    let plain = environment(&model);
    let mut settings = TaskSettings {
        velocity_weight: 1.0,
        trajectory_weight: 2.0,
        ..TaskSettings::default()
    };
    settings.observation.trajectory = true;
    settings.observation.velocities = true;
    let start = plain.points();
    let beside = start.map(|[x, y]| Some([x + 0.01, y]));
    let mut frames = vec![[None; POINTS]; 3];
    frames[0] = beside;
    let mut following = Environment::new(&model, score(), settings).following(Arc::new(Trajectory { frames }));
    let layout = following.layout().clone();
    assert_eq!(layout.right_joints.end, plain.layout().len());
    assert_eq!((layout.trajectory.len(), layout.velocities.len()), (2 * POINTS, 88));

    let mut seen = vec![0.0; layout.len()];
    following.observe(&mut seen);
    for offset in seen[layout.trajectory.clone()].chunks_exact(2) {
        assert!((offset[0] - 0.01).abs() < 1e-6 && offset[1] == 0.0, "{offset:?}");
    }
    let begins_soon = |pitch: piano::Pitch| (0..=10).find_map(|frame| following.score().onsets(frame).find(|note| note.pitch == pitch));
    for pitch in piano::Pitch::all() {
        let due = begins_soon(pitch).map_or(0.0, |note| f32::from(note.velocity) / 127.0);
        assert_eq!(seen[layout.velocities.start + pitch.key_index()], due, "{}", pitch.name());
    }

    let first = following.step(&actions(&model, 0)).unwrap().reward;
    assert!(first.trajectory > 0.0 && first.trajectory <= 2.0);
    let second = following.step(&actions(&model, 1)).unwrap().reward;
    assert_eq!(second.trajectory, 0.0, "nobody was seen then");
    let mut alone = plain;
    let reward = alone.step(&actions(&model, 0)).unwrap().reward;
    assert_eq!((reward.trajectory, reward.velocity), (0.0, 0.0));
    assert!((first.total() - first.trajectory - first.velocity - reward.total()).abs() < 1e-12);
}
