//! Each algorithm learns to take a point to its goal, in seconds, from one seed, and comes near the best there is.

mod common;

use common::{Points, best_mean_reward, layout, mean_reward, shape};
use learning::cloning::{Cloning, CloningSettings};
use learning::droq::{DroqRun, DroqSettings};
use learning::inputs::InputBatch;
use learning::ppo::{PpoRun, PpoSettings};
use learning::threads::Threads;
use std::convert::Infallible;
use std::io::Cursor;
use std::num::NonZeroUsize;

/// Of what going straight to the goal brings above doing nothing, this much must be learned.
const SHARE: f32 = 0.9;

fn one_thread() -> Threads {
    Threads::new(NonZeroUsize::MIN).unwrap()
}

fn check(name: &str, policy: impl FnMut(&InputBatch) -> f32) {
    let mut policy = policy;
    let idle = mean_reward(|_| 0.0);
    let best = best_mean_reward();
    let reached = mean_reward(|observation| {
        let mut seen = InputBatch::new(&layout(), 0);
        seen.push(&layout(), observation).unwrap();
        policy(&seen)
    });
    let share = (reached - idle) / (best - idle);
    assert!(
        share > SHARE,
        "{name} learned {share} (idle {idle}, best {best}, reached {reached})"
    );
}

#[test]
fn droq() {
    let settings = DroqSettings {
        hidden: vec![32, 32],
        actor_rate: 1e-3,
        critic_rate: 1e-3,
        temperature_rate: 1e-3,
        batch: 64,
        warmup_steps: 200,
        ..DroqSettings::default()
    };
    let (mut points, threads) = (Points::new(1), one_thread());
    let storage = Cursor::new(Vec::new());
    let mut run = DroqRun::begin(settings, shape(true, 10_000, 0), storage, &mut points, 1).unwrap();
    while run.steps() < 2500 {
        run.advance(&mut points, &threads).unwrap();
    }
    let mut action = Vec::new();
    check("DroQ", |seen| {
        run.droq().likeliest_actions(seen, &mut action);
        action[0]
    });
}

#[test]
fn ppo() {
    let settings = PpoSettings {
        hidden: vec![32, 32],
        horizon: 96,
        batch: 128,
        rate: 1e-3,
        rate_decay: 1.0,
        discount: 0.8,
        first_log_deviation: -0.7,
        ..PpoSettings::default()
    };
    let (mut points, threads) = (Points::new(8), one_thread());
    let mut run = PpoRun::begin(settings, layout(), 1, &mut points, 1).unwrap();
    for _ in 0..50 {
        run.advance(&mut points, &threads).unwrap();
    }
    let mut action = Vec::new();
    check("PPO", |seen| {
        run.ppo().likeliest_actions(seen, &mut action);
        action[0]
    });
}

#[test]
fn cloning_with_dagger() {
    let settings = CloningSettings {
        hidden: vec![32, 32],
        rate: 2e-3,
        batch: 64,
        ..CloningSettings::default()
    };
    let (mut points, threads) = (Points::new(2), one_thread());
    let mut cloning = Cloning::new(settings, shape(false, 10_000, 0), Cursor::new(Vec::new()), 1).unwrap();
    let mut expert = |points: &Points, which: usize, _: &[f32], action: &mut [f32]| -> Result<(), Infallible> {
        action[0] = points.best_action(which);
        Ok(())
    };
    let mut losses = Vec::new();
    for _ in 0..4 {
        cloning.gather(&mut points, &mut expert, 120).unwrap();
        losses.push(cloning.train(300, &threads).unwrap());
    }
    assert!(losses[3] < 0.2 * losses[0], "{losses:?}");
    assert_eq!(cloning.demonstrations().written(), 4 * 120 * 2);
    let mut action = Vec::new();
    check("cloning", |seen| {
        cloning.actions(seen, &mut action);
        action[0]
    });
}
