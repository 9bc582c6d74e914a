//! From poses to the controls that would bring them about: the forces a motion takes by inverse dynamics, and those that keys take.

use crate::PlanError;
use crate::hand::{KeyPlace, fingers};
use crate::poses::Poses;
use crate::settings::ControllerSettings;
use simulation::kinematics::{Kinematics, Motion};
use simulation::model::Model;
use simulation::score::CONTROL_TIMESTEP_SECS;

/// The key's spring, N m/rad, and the angle by which it is wound up while the key is up (simulation.md 1.1).
const KEY_STIFFNESS: f64 = 2.0;
const KEY_PRELOAD_RADIANS: f64 = 0.017_453_3;
/// A key is not pressed nearer to its hinge than this, meters.
const LEVER_MIN_METERS: f64 = 0.04;

/// One control an actuator for every frame, before limits.
pub(crate) fn controls(hands_alone: &Model, poses: &Poses, settings: &ControllerSettings) -> Result<Vec<Vec<f64>>, PlanError> {
    let mut kinematics = Kinematics::new(hands_alone)?;
    let count = hands_alone.controls().len();
    let frames = poses.lengths.len() - 1;
    let rest = vec![0.0; count];
    let mut before = rest.clone();
    let mut forces = rest.clone();
    let of_frame = |frame: usize| {
        let (from, to) = (&poses.lengths[frame], &poses.lengths[frame + 1]);
        let rate = |later: &[f64], earlier: &[f64]| -> Vec<f64> {
            let pairs = later.iter().zip(earlier);
            pairs.map(|(later, earlier)| (later - earlier) / CONTROL_TIMESTEP_SECS).collect()
        };
        let speeds = rate(to, from);
        let mut accelerations = rate(&speeds, &before);
        accelerations
            .iter_mut()
            .for_each(|number| *number *= settings.feedforward_acceleration);
        let motion = Motion {
            lengths: to,
            speeds: &speeds,
            accelerations: &accelerations,
        };
        kinematics.forces(motion, &mut forces);
        forces.iter_mut().for_each(|force| *force *= settings.feedforward);
        kinematics.pose(to);
        add_presses(poses, frame + 1, &kinematics, settings, &mut forces);
        before = speeds;
        let each = to.iter().zip(&forces).zip(hands_alone.controls());
        each.map(|((length, force), control)| length + force / control.stiffness).collect()
    };
    Ok((0..frames).map(of_frame).collect())
}

fn add_presses(poses: &Poses, moment: usize, kinematics: &Kinematics, settings: &ControllerSettings, forces: &mut [f64]) {
    for (index, hand) in poses.hands.iter().enumerate() {
        for (finger, name) in fingers(hand.hand).into_iter().enumerate() {
            let held = hand.schedule.at(moment)[finger].holds;
            let Some(key) = held.filter(|_| poses.pressing[moment][index][finger]) else {
                continue;
            };
            let newtons = settings.press_force * force_to_hold(&poses.keys[key], kinematics.fingertip(name)[0]);
            for (force, moved) in forces[hand.range.clone()].iter_mut().zip(kinematics.fingertip_jacobian(name)) {
                *force -= newtons * moved[2];
            }
        }
    }
}

/// What holds a key all the way down at a place along it, newtons.
fn force_to_hold(key: &KeyPlace, x: f64) -> f64 {
    let lever = (x - (key.center[0] - key.half_length)).max(LEVER_MIN_METERS);
    KEY_STIFFNESS * (key.angle_max + KEY_PRELOAD_RADIANS) / lever
}
