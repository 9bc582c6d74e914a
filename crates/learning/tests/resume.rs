//! A run that was killed and goes on from its checkpoint is the run that was not killed, to the last bit.

#[expect(dead_code, reason = "each program uses a part of what is shared")]
mod common;

use common::{Points, layout, shape};
use learning::checkpoint::Checkpoint;
use learning::cloning::{Cloning, CloningSettings};
use learning::droq::{DroqResumeError, DroqRun, DroqSettings};
use learning::interaction::ResumeError;
use learning::ppo::{PpoRun, PpoSettings};
use learning::threads::Threads;
use std::convert::Infallible;
use std::num::NonZeroUsize;

fn threads(count: usize) -> Threads {
    Threads::new(NonZeroUsize::new(count).unwrap()).unwrap()
}

fn droq_settings() -> DroqSettings {
    DroqSettings {
        hidden: vec![16, 16],
        batch: 16,
        warmup_steps: 40,
        ..DroqSettings::default()
    }
}

/// The ring goes round several times; the checkpoint falls into the middle of episodes, and the file has later records when the run is
/// resumed, on another number of threads.
#[test]
fn droq_goes_on_bit_for_bit_over_its_file() {
    let storage = tempfile::tempfile().unwrap();
    let mut points = Points::new(2);
    let mut run = DroqRun::begin(droq_settings(), shape(true, 100, 60), storage.try_clone().unwrap(), &mut points, 5).unwrap();
    let advance_to = |run: &mut DroqRun<std::fs::File>, points: &mut Points, steps: u64, count: usize| {
        let threads = threads(count);
        while run.steps() < steps {
            run.advance(points, &threads).unwrap();
        }
    };
    advance_to(&mut run, &mut points, 450, 1);
    let saved = run.checkpoint().to_bytes().unwrap();
    advance_to(&mut run, &mut points, 500, 1);
    let undisturbed = run.checkpoint();

    let mut other_points = Points::new(2);
    let checkpoint = Checkpoint::from_bytes(&saved).unwrap();
    let mut resumed = DroqRun::resume(&checkpoint, storage, &mut other_points).unwrap();
    assert_eq!(resumed.checkpoint(), checkpoint);
    advance_to(&mut resumed, &mut other_points, 500, 2);
    assert!(resumed.checkpoint() == undisturbed, "another run than the one that was not killed");
}

#[test]
fn other_environments_than_the_checkpoints_are_refused() {
    let mut points = Points::new(2);
    let storage = || std::io::Cursor::new(Vec::new());
    let mut run = DroqRun::begin(droq_settings(), shape(true, 100, 0), storage(), &mut points, 5).unwrap();
    for _ in 0..7 {
        run.advance(&mut points, &threads(1)).unwrap();
    }
    let refused = DroqRun::resume(&run.checkpoint(), storage(), &mut Points::new(3)).unwrap_err();
    assert!(matches!(
        refused,
        DroqResumeError::Interaction(ResumeError::Count { expected: 2, found: 3 })
    ));
    let mut changed = run.checkpoint();
    let mut seen = changed.get("interaction.observations").unwrap();
    seen[0] += 1e-6;
    changed.put("interaction.observations", seen);
    let refused = DroqRun::resume(&changed, storage(), &mut points).unwrap_err();
    assert!(matches!(
        refused,
        DroqResumeError::Interaction(ResumeError::Elsewhere { environment: 0 })
    ));
    let lacking = Checkpoint::default();
    assert!(matches!(
        DroqRun::resume(&lacking, storage(), &mut points),
        Err(DroqResumeError::Checkpoint(_))
    ));
}

#[test]
fn ppo_goes_on_bit_for_bit() {
    let settings = PpoSettings {
        hidden: vec![16],
        horizon: 20,
        batch: 25,
        epochs: 3,
        ..PpoSettings::default()
    };
    let mut points = Points::new(3);
    let mut run = PpoRun::begin(settings, layout(), 1, &mut points, 5).unwrap();
    run.advance(&mut points, &threads(1)).unwrap();
    let saved = run.checkpoint().to_bytes().unwrap();
    run.advance(&mut points, &threads(1)).unwrap();
    let mut other_points = Points::new(3);
    let mut resumed = PpoRun::resume(&Checkpoint::from_bytes(&saved).unwrap(), &mut other_points).unwrap();
    resumed.advance(&mut other_points, &threads(2)).unwrap();
    assert!(resumed.checkpoint() == run.checkpoint());
}

#[test]
fn cloning_goes_on_bit_for_bit() {
    let storage = tempfile::tempfile().unwrap();
    let settings = CloningSettings {
        hidden: vec![16],
        batch: 16,
        ..CloningSettings::default()
    };
    let mut cloning = Cloning::new(settings, shape(false, 500, 200), storage.try_clone().unwrap(), 5).unwrap();
    let mut expert = |points: &Points, which: usize, _: &[f32], action: &mut [f32]| -> Result<(), Infallible> {
        action[0] = points.best_action(which);
        Ok(())
    };
    let mut round = |cloning: &mut Cloning<std::fs::File>| {
        cloning.gather(&mut Points::new(2), &mut expert, 50).unwrap();
        cloning.train(20, &threads(1)).unwrap();
    };
    round(&mut cloning);
    let saved = cloning.checkpoint().to_bytes().unwrap();
    round(&mut cloning);
    let mut resumed = Cloning::resume(&Checkpoint::from_bytes(&saved).unwrap(), storage).unwrap();
    round(&mut resumed);
    assert!(resumed.checkpoint() == cloning.checkpoint());
}
