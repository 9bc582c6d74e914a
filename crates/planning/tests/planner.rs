//! The planner: better than the prior where it fails, the same for the same seed, and stopped when asked.

mod common;

use common::{models, score};
use planning::PlanError;
use planning::models::Models;
use planning::planner::{Progress, Standing, plan};
use planning::playback::{Plan, play_prior};
use planning::prior::Prior;
use planning::settings::{PlannerSettings, PriorSettings};
use simulation::action::control_from_action;
use simulation::environment::{Environment, TaskSettings};
use simulation::physics::{Physics, Stroke};
use simulation::score::Score;
use std::sync::Arc;

/// Thirds that leap with hardly any time between.
const LEAPS: [(f64, f64, u8, i8); 6] = [
    (0.0, 0.3, 60, 1),
    (0.0, 0.3, 64, 3),
    (0.35, 0.6, 72, 1),
    (0.35, 0.6, 76, 3),
    (0.65, 0.9, 61, 2),
    (0.65, 0.9, 63, 3),
];

fn settings(threads: usize) -> PlannerSettings {
    PlannerSettings {
        arm_samples: 4,
        finger_samples: 4,
        rounds: 1,
        horizon_frames: 6,
        efforts: vec![1.0, 2.0],
        seed: 3,
        threads,
        ..PlannerSettings::default()
    }
}

fn scene() -> (Models, Score, Prior) {
    let score = score(&LEAPS);
    let models = models(&score);
    let prior = Prior::new(&models, &score, &PriorSettings::default(), 1, &mut |_| true).unwrap();
    (models, score, prior)
}

/// A melody for one finger after another.
const MELODY: [(f64, f64, u8, i8); 4] = [(0.4, 0.6, 60, 1), (0.7, 0.9, 62, 2), (1.0, 1.2, 64, 3), (1.3, 1.5, 65, 4)];

/// How hard each due key was struck at first, and how hard it should have been.
fn strokes(models: &Models, score: &Score, plan: &Plan) -> Vec<(u8, u8)> {
    let mut environment = Environment::new(&models.exact, Arc::new(score.clone()), TaskSettings::default());
    let mut physics = Physics::new(&models.exact);
    for action in &plan.actions {
        let heard = environment.key_events().len();
        environment.step(action).unwrap();
        let pairs = action.iter().zip(models.exact.control_ranges());
        let controls: Vec<f64> = pairs
            .map(|(number, range)| f64::from(control_from_action(*number, *range)))
            .collect();
        physics.step(&controls);
        let told = environment.key_events()[heard..].iter().filter(|event| event.on);
        let told: Vec<Stroke> = told
            .map(|event| Stroke {
                key: event.pitch.key_index(),
                midi_velocity: event.midi_velocity(),
            })
            .collect();
        assert_eq!(physics.strokes(), told, "with and without a score the same is heard");
    }
    let first = |pitch| environment.key_events().iter().find(|event| event.on && event.pitch == pitch);
    let pairs = score
        .notes()
        .iter()
        .filter_map(|due| Some((first(due.note.pitch)?.midi_velocity(), due.note.velocity)));
    pairs.collect()
}

fn planned((models, score, prior): &(Models, Score, Prior), settings: &PlannerSettings) -> (Plan, Progress) {
    plan(models, score, prior, &[], settings, None, &mut |_| true).unwrap()
}

#[test]
fn it_plays_better_than_the_prior_and_its_actions_play_the_same_again() {
    let scene = scene();
    let (models, score, prior) = &scene;
    let by_prior = play_prior(&models.exact, score, prior, &mut |_| true).unwrap().scores(score).f1;
    let (plan, progress) = planned(&scene, &settings(1));
    let scores = plan.scores(score);
    assert!(scores.f1 > by_prior, "{} against the prior's {by_prior}", scores.f1);
    assert_eq!((progress.frames, progress.frames_total), (plan.actions.len(), score.frames().len()));

    let mut environment = Environment::new(&models.exact, Arc::new(score.clone()), TaskSettings::default());
    for (action, sounding) in plan.actions.iter().zip(&plan.played.keys) {
        environment.step(action).unwrap();
        assert_eq!(&environment.keys().sounding, sounding);
    }
}

#[test]
fn the_same_seed_plans_the_same_on_any_number_of_threads() {
    let scene = scene();
    let (one, _) = planned(&scene, &settings(1));
    let (other, _) = planned(&scene, &settings(3));
    assert_eq!(one.actions, other.actions);
}

#[test]
fn it_strikes_keys_as_hard_as_it_is_asked_to() {
    let score = score(&MELODY);
    let models = models(&score);
    let prior = Prior::new(&models, &score, &PriorSettings::default(), 1, &mut |_| true).unwrap();
    let scene = (models, score, prior);
    let off = |velocity: f64| {
        let mut settings = PlannerSettings { rounds: 2, ..settings(2) };
        settings.cost.velocity = velocity;
        let pairs = strokes(&scene.0, &scene.1, &planned(&scene, &settings).0);
        assert_eq!(pairs.len(), MELODY.len(), "every key is struck: {pairs:?}");
        pairs.iter().map(|(struck, due)| f64::from(struck.abs_diff(*due))).sum::<f64>() / pairs.len() as f64
    };
    let (ignored, asked) = (off(0.0), off(1.0));
    assert!(asked < 0.6 * ignored, "{asked} against {ignored}");
}

#[test]
fn it_keeps_to_its_budget_and_stops_when_asked() {
    let scene = scene();
    let (models, score, prior) = &scene;
    let frugal = PlannerSettings {
        control_steps_max: Some(500),
        ..settings(1)
    };
    let (_, progress) = planned(&scene, &frugal);
    // A search that has begun is finished, and every later frame is still looked at once or twice.
    assert!(
        progress.control_steps < 500 + 200 + 2 * 6 * score.frames().len() as u64,
        "{progress:?}"
    );
    let stopped = plan(models, score, prior, &[], &settings(1), None, &mut |standing| {
        standing.progress.frames < 10
    });
    assert!(matches!(stopped, Err(PlanError::Stopped)));
}

#[test]
fn it_goes_on_where_it_was_stopped_as_if_it_had_not_been() {
    let scene = scene();
    let (models, score, prior) = &scene;
    let (whole, whole_progress) = planned(&scene, &settings(1));
    let mut kept = None;
    let mut stop = |standing: &Standing<'_>| {
        kept = Some(standing.checkpoint());
        false
    };
    plan(models, score, prior, &[], &settings(1), None, &mut stop).unwrap_err();
    let go_on = |kept| plan(models, score, prior, &[], &settings(2), Some(kept), &mut |_| true);
    let (resumed, progress) = go_on(kept.as_ref().unwrap()).unwrap();
    assert_eq!(resumed.actions, whole.actions);
    assert_eq!(progress, whole_progress);

    let mut longer = settings(1);
    longer.horizon_frames += 1;
    let refused = plan(models, score, prior, &[], &longer, kept.as_ref(), &mut |_| true);
    assert!(matches!(refused, Err(PlanError::OtherCheckpoint)));
}
