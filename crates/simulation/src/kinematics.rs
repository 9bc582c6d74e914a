//! Where fingertips are for given lengths of the actuators, how they move with them, and what forces a motion takes.
//!
//! A pose is given as one length an actuator: what its control would be if nothing held it back. Two joints on one tendon share
//! its length equally, which they do in the simulation too while nothing is touched.

use crate::model::Model;
use crate::scene::Fidelity;
use mujoco_rs::wrappers::mj_data::MjData;
use mujoco_rs::wrappers::mj_model::MjModel;
use piano::{Finger, Hand};
use std::sync::Arc;

/// Both hands in some pose. Time does not pass here.
#[derive(Debug)]
pub struct Kinematics {
    model: Model,
    data: MjData<Arc<MjModel>>,
    first_joint: usize,
}

/// A motion at one moment, one number an actuator each; meters or radians, seconds.
#[derive(Clone, Copy, Debug)]
pub struct Motion<'a> {
    /// Lengths.
    pub lengths: &'a [f64],
    /// Their rates.
    pub speeds: &'a [f64],
    /// The rates' rates.
    pub accelerations: &'a [f64],
}

/// The scene has keys, so that its dynamics would be those of the piano too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("kinematics are computed for hands alone, and this scene has a piano")]
pub struct NotHandsAlone;

impl Kinematics {
    /// Hands at rest; the scene is one of [`Fidelity::HandsAlone`].
    pub fn new(model: &Model) -> Result<Kinematics, NotHandsAlone> {
        if model.settings().fidelity != Fidelity::HandsAlone {
            return Err(NotHandsAlone);
        }
        let mut kinematics = Kinematics {
            first_joint: model.hands()[0].joints.start,
            data: MjData::new(Arc::clone(&model.mujoco)),
            model: model.clone(),
        };
        kinematics.pose(&vec![0.0; model.controls().len()]);
        Ok(kinematics)
    }

    /// The scene.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Brings both hands into a pose.
    pub fn pose(&mut self, lengths: &[f64]) {
        spread(&self.model, self.first_joint, lengths, self.data.qpos_mut());
        self.data.kinematics();
        self.data.com_pos();
    }

    /// Where a fingertip is, meters.
    pub fn fingertip(&self, finger: Finger) -> [f64; 3] {
        self.data.site_xpos()[self.model.tip(finger)]
    }

    /// How a fingertip moves with each actuator of its hand, meters for each meter or radian.
    pub fn fingertip_jacobian(&self, finger: Finger) -> Vec<[f64; 3]> {
        let (of_joints, _) = self.data.jac_site(true, false, self.model.tip(finger));
        let count = of_joints.len() / 3;
        let of_hand = &self.model.controls()[self.model.controls_of(finger.hand)];
        let column = |joints: &[usize]| {
            let share = 1.0 / joints.len() as f64;
            [0, 1, 2].map(|axis| {
                let each = joints.iter().map(|joint| of_joints[axis * count + self.first_joint + joint]);
                share * each.sum::<f64>()
            })
        };
        of_hand.iter().map(|control| column(&control.joints)).collect()
    }

    /// The force or torque with which each actuator would have to pull for a motion: inertia, damping and weight, without anything
    /// touched. Where a tendon moves two joints it is the mean of what they need.
    pub fn forces(&mut self, motion: Motion<'_>, forces: &mut [f64]) {
        let (model, first) = (&self.model, self.first_joint);
        spread(model, first, motion.lengths, self.data.qpos_mut());
        spread(model, first, motion.speeds, self.data.qvel_mut());
        spread(model, first, motion.accelerations, self.data.qacc_mut());
        self.data.inverse();
        let needed = self.data.qfrc_inverse();
        for (force, control) in forces.iter_mut().zip(model.controls()) {
            let each = control.joints.iter().map(|joint| needed[first + joint]);
            *force = each.sum::<f64>() / control.joints.len() as f64;
        }
    }

    /// Where along the keyboard a hand's forearm stands when its actuator's length is 0, meters.
    pub fn forearm_start_meters(hand: Hand) -> f64 {
        crate::scene::forearm::forearm_position(hand)[1]
    }
}

/// From actuators to joints.
fn spread(model: &Model, first_joint: usize, of_actuators: &[f64], of_joints: &mut [f64]) {
    for (control, number) in model.controls().iter().zip(of_actuators) {
        for joint in &control.joints {
            of_joints[first_joint + joint] = number / control.joints.len() as f64;
        }
    }
}
