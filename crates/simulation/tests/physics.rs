//! Physics without a score: the same states as the environment's, kept, restored and carried to another fidelity; and kinematics.

#[expect(dead_code, reason = "each program uses a part of what is shared")]
mod common;

use piano::{Finger, Hand};
use simulation::action::control_from_action;
use simulation::controls::Moves;
use simulation::environment::{Environment, TaskSettings};
use simulation::kinematics::{Kinematics, Motion, NotHandsAlone};
use simulation::model::Model;
use simulation::physics::{Physics, Sensed};
use simulation::scene::{Fidelity, HANDS, SceneSettings};
use simulation::score::{FrameSettings, Score};
use std::sync::Arc;

fn scene(fidelity: Fidelity) -> SceneSettings {
    SceneSettings {
        fidelity,
        ..SceneSettings::default()
    }
}

fn controls(model: &Model, step: usize) -> Vec<f64> {
    let ranges = model.control_ranges().iter().enumerate();
    ranges
        .map(|(column, range)| f64::from(control_from_action(common::waves(step, column), *range)))
        .collect()
}

#[test]
fn it_goes_where_the_environment_goes_and_on_from_where_it_was() {
    let model = common::model(&SceneSettings::default());
    let score = Score::new(&common::notes(1, 20), &[], &FrameSettings::default()).unwrap();
    let mut environment = Environment::new(&model, Arc::new(score), TaskSettings::default());
    let mut physics = Physics::new(&model);
    let mut kept = None;
    for step in 0..40 {
        if step == 20 {
            kept = Some(physics.snapshot());
        }
        let action: Vec<f32> = (0..model.action_len()).map(|column| common::waves(step, column)).collect();
        environment.step(&action).unwrap();
        physics.step(&controls(&model, step));
        assert_eq!(physics.keys().1, environment.keys().sounding);
        for finger in Finger::all() {
            assert_eq!(physics.fingertip(finger), environment.fingertip(finger));
        }
        assert_eq!((physics.lengths(), physics.speeds()), (environment.lengths(), environment.speeds()));
        assert_eq!(physics.key_depths(), environment.key_depths());
    }
    let end = physics.snapshot();
    physics.restore(&kept.unwrap());
    for step in 20..40 {
        physics.step(&controls(&model, step));
    }
    assert_eq!(physics.snapshot(), end);
    assert!(!physics.has_diverged());
}

#[test]
fn a_state_is_carried_to_the_planning_model() {
    let exact = common::model(&SceneSettings::default());
    let score = Score::new(&common::notes(1, 20), &[], &FrameSettings::default()).unwrap();
    let planning = common::model(&scene(Fidelity::planning_for(&score, 40)));
    let (mut one, mut other) = (Physics::new(&exact), Physics::new(&planning));
    (0..20).for_each(|step| one.step(&controls(&exact, step)));
    other.restore(&one.snapshot());
    for step in 20..24 {
        one.step(&controls(&exact, step));
        other.step(&controls(&planning, step));
    }
    let pairs = one.lengths().iter().zip(other.lengths());
    assert!(pairs.clone().all(|(one, other)| (one - other).abs() < 1e-4), "{pairs:?}");
    assert_eq!(one.keys().1, other.keys().1);
}

#[test]
fn every_actuator_is_known_by_what_it_moves() {
    let model = common::model(&SceneSettings::default());
    for hand in HANDS {
        let own = &model.controls()[model.controls_of(hand)];
        assert!(own.iter().all(|control| control.hand == hand));
        let count = |matches: fn(&Moves) -> bool| own.iter().filter(|control| matches(&control.moves)).count();
        assert_eq!(count(|moves| matches!(moves, Moves::Forearm(_))), 2);
        assert_eq!(count(|moves| matches!(moves, Moves::Wrist(_))), 2);
        assert_eq!(count(|moves| matches!(moves, Moves::Finger(_, 0))), 4);
        assert_eq!(own.len(), 19);
    }
}

#[test]
fn fingertips_move_as_their_jacobian_says_and_as_in_the_simulation() {
    let model = common::model(&scene(Fidelity::HandsAlone));
    let mut kinematics = Kinematics::new(&model).unwrap();
    let middle: Vec<f64> = model.control_ranges().iter().map(|[min, max]| 0.6 * min + 0.4 * max).collect();
    for finger in Finger::all() {
        kinematics.pose(&middle);
        let (start, jacobian) = (kinematics.fingertip(finger), kinematics.fingertip_jacobian(finger));
        for (moves, column) in model.controls_of(finger.hand).zip(jacobian) {
            const STEP: f64 = 1e-6;
            let mut moved = middle.clone();
            moved[moves] += STEP;
            kinematics.pose(&moved);
            let end = kinematics.fingertip(finger);
            for axis in 0..3 {
                assert!(((end[axis] - start[axis]) / STEP - column[axis]).abs() < 1e-5);
            }
        }
    }
    // At rest both are in the same pose.
    let physics = Physics::new(&common::model(&SceneSettings::default()));
    kinematics.pose(physics.lengths());
    let tip = Finger::all().next().unwrap();
    assert_eq!(kinematics.fingertip(tip), physics.fingertip(tip));
}

#[test]
fn a_forearm_takes_the_force_its_weight_and_damping_say() {
    let model = common::model(&scene(Fidelity::HandsAlone));
    let mut kinematics = Kinematics::new(&model).unwrap();
    let rest = vec![0.0; model.controls().len()];
    let mut forces = rest.clone();
    let right = model.controls_of(Hand::Right);
    let along = right.end - 2;
    let mut moving = rest.clone();
    moving[along] = 1.0;
    let motion = |speeds: &[f64], accelerations: &[f64], kinematics: &mut Kinematics, forces: &mut Vec<f64>| {
        let lengths = &rest;
        kinematics.forces(
            Motion {
                lengths,
                speeds,
                accelerations,
            },
            forces,
        );
        forces[along]
    };
    let damping = motion(&moving, &rest, &mut kinematics, &mut forces);
    let inertia = motion(&rest, &moving, &mut kinematics, &mut forces);
    // simulation.md: 67.5 N s/m, 3.79 kg with the joints that the reduced action space leaves out.
    assert!((damping - 67.476).abs() < 0.01, "{damping}");
    assert!((inertia - 3.794).abs() < 0.01, "{inertia}");
    assert_eq!(
        Kinematics::new(&common::model(&SceneSettings::default())).unwrap_err(),
        NotHandsAlone
    );
}
