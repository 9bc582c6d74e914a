//! From poses to the controls that would bring them about: the forces a motion takes by inverse dynamics, and those that keys take.

use crate::hand::{KeyPlace, fingers};
use crate::poses::Poses;
use crate::settings::ControllerSettings;
use crate::tracking::{Actuated, Tracker};
use simulation::kinematics::{Kinematics, Motion};
use simulation::score::CONTROL_TIMESTEP_SECS;

/// The key's spring, N m/rad, and the angle by which it is wound up while the key is up (simulation.md 1.1).
const KEY_STIFFNESS: f64 = 2.0;
const KEY_PRELOAD_RADIANS: f64 = 0.017_453_3;
/// A key is not pressed nearer to its hinge than this, meters.
const LEVER_MIN_METERS: f64 = 0.04;

/// A tracker for every actuator, which follows the poses and knows the forces that the other actuators' motion puts on it.
pub(crate) fn trackers(poses: &Poses, kinematics: &mut Kinematics, settings: &ControllerSettings) -> Vec<Tracker> {
    let actuated = actuated(poses, kinematics);
    let of_actuator = |(place, actuated): (usize, &Actuated)| {
        let course: Vec<f64> = poses.lengths.iter().map(|lengths| lengths[place]).collect();
        let arm = poses.hands.iter().any(|hand| place == hand.range.start + hand.along);
        let cost = if arm { settings.control_cost_arm } else { settings.control_cost };
        Tracker::new(*actuated, &course, cost, settings.speed_cost_secs)
    };
    let mut trackers: Vec<Tracker> = actuated.iter().enumerate().map(of_actuator).collect();
    add_coupling(&mut trackers, &actuated, poses, kinematics, settings);
    trackers
}

/// Least inertia, kg m²: that of the joints' armature.
const INERTIA_MIN: f64 = 1e-4;

/// What moves at each actuator while the hands rest over the keyboard.
fn actuated(poses: &Poses, kinematics: &mut Kinematics) -> Vec<Actuated> {
    let controls = kinematics.model().controls().to_vec();
    let mut rest = vec![0.0; controls.len()];
    for hand in &poses.hands {
        rest[hand.range.clone()].copy_from_slice(&hand.rest);
    }
    let still = vec![0.0; controls.len()];
    let mut forces = still.clone();
    let mut force_at = |place: usize, speeds: &[f64], accelerations: &[f64]| {
        kinematics.forces(
            Motion {
                lengths: &rest,
                speeds,
                accelerations,
            },
            &mut forces,
        );
        forces[place]
    };
    let each = controls.iter().enumerate().map(|(place, control)| {
        let mut one = still.clone();
        one[place] = 1.0;
        let weight = force_at(place, &still, &still);
        Actuated {
            inertia: (force_at(place, &still, &one) - weight).max(INERTIA_MIN),
            damping: force_at(place, &one, &still) - weight,
            stiffness: control.stiffness,
        }
    });
    each.collect()
}

/// Adds what weight and the other actuators' motion take.
fn add_coupling(
    trackers: &mut [Tracker],
    actuated: &[Actuated],
    poses: &Poses,
    kinematics: &mut Kinematics,
    settings: &ControllerSettings,
) {
    let mut states: Vec<[f64; 2]> = poses.lengths[0].iter().map(|length| [*length, 0.0]).collect();
    let mut forces = vec![0.0; trackers.len()];
    for frame in 0..poses.lengths.len() - 1 {
        let after: Vec<[f64; 2]> = trackers
            .iter()
            .zip(&states)
            .map(|(tracker, [position, speed])| {
                let control = tracker.control(frame, *position, *speed);
                tracker.step.after([*position, *speed], control)
            })
            .collect();
        let middle = |index: usize| -> Vec<f64> {
            let pairs = states.iter().zip(&after);
            pairs.map(|(before, after)| 0.5 * (before[index] + after[index])).collect()
        };
        let changes = states.iter().zip(&after);
        let accelerations: Vec<f64> = changes
            .map(|(before, after)| (after[1] - before[1]) / CONTROL_TIMESTEP_SECS)
            .collect();
        let (lengths, speeds) = (middle(0), middle(1));
        let motion = Motion {
            lengths: &lengths,
            speeds: &speeds,
            accelerations: &accelerations,
        };
        kinematics.forces(motion, &mut forces);
        for (place, (tracker, actuated)) in trackers.iter_mut().zip(actuated).enumerate() {
            let own = actuated.inertia * accelerations[place] + actuated.damping * speeds[place];
            tracker.offsets[frame] += settings.coupling * (forces[place] - own) / actuated.stiffness;
        }
        states = after;
    }
}

/// What pressing its key adds to the controls of a finger's hand, with the hands in the pose of that moment.
pub(crate) fn press_controls(
    poses: &Poses,
    (moment, index, finger): (usize, usize, usize),
    kinematics: &Kinematics,
    settings: &ControllerSettings,
) -> Option<Vec<f32>> {
    let hand = &poses.hands[index];
    let key = hand.schedule.at(moment)[finger]
        .holds
        .filter(|_| poses.pressing[moment][index][finger])?;
    let name = fingers(hand.hand)[finger];
    let held_before = hand.schedule.at(moment - 1)[finger].holds == Some(key);
    let share = if held_before { settings.press_force } else { settings.strike_force };
    let newtons = share * force_to_hold(&poses.keys[key], kinematics.fingertip(name)[0]);
    let each = hand.controls.iter().zip(kinematics.fingertip_jacobian(name));
    Some(
        each.map(|(control, moved)| (-newtons * moved[2] / control.stiffness) as f32)
            .collect(),
    )
}

/// What holds a key all the way down at a place along it, newtons.
fn force_to_hold(key: &KeyPlace, x: f64) -> f64 {
    let lever = (x - (key.center[0] - key.half_length)).max(LEVER_MIN_METERS);
    KEY_STIFFNESS * (key.angle_max + KEY_PRELOAD_RADIANS) / lever
}
