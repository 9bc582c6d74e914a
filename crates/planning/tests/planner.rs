//! The planner: better than the prior where it fails, the same for the same seed, and stopped when asked.

mod common;

use common::{models, score};
use planning::PlanError;
use planning::models::Models;
use planning::planner::{Progress, plan};
use planning::playback::{Plan, play_prior};
use planning::prior::Prior;
use planning::settings::{PlannerSettings, PriorSettings};
use simulation::environment::{Environment, TaskSettings};
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

fn planned((models, score, prior): &(Models, Score, Prior), settings: &PlannerSettings) -> (Plan, Progress) {
    plan(models, score, prior, settings, &mut |_| true).unwrap()
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
    let stopped = plan(models, score, prior, &settings(1), &mut |progress| progress.frames < 10);
    assert!(matches!(stopped, Err(PlanError::Stopped)));
}
