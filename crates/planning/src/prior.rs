//! The prior: poses and controls for a whole piece, and a controller that follows them from whatever state the hands are in.

use crate::PlanError;
use crate::feedforward::controls;
use crate::hand::fingers;
use crate::models::Models;
use crate::poses::{Poses, find_poses};
use crate::schedule::{FINGERS, FingerTask};
use crate::settings::{ControllerSettings, PriorSettings};
use simulation::kinematics::Kinematics;
use simulation::physics::Physics;
use simulation::score::{CONTROL_TIMESTEP_SECS, Score};

/// What the prior would do at any frame of its score.
#[derive(Clone, Debug)]
pub struct Prior {
    poses: Poses,
    feedforward: Vec<Vec<f64>>,
    /// How far each length of a hand lifts each fingertip: for every moment, hand and finger, one number for each of the hand's
    /// controls that bend the finger.
    lifts: Vec<[[Vec<f64>; FINGERS]; 2]>,
    /// Which way the wrist lifts a hand.
    wrist_up: [f64; 2],
    settings: ControllerSettings,
    ranges: Vec<[f64; 2]>,
}

/// A finger this many moments from its key is lifted over what lies between.
const LIFT_BEFORE_MOMENTS: usize = 3;
/// A finger on its way down may be further off by this, meters: lifting it now would cost more.
const PRESSED_EXTRA_METERS: f64 = 0.002;
/// A key is being pressed from this depth on, 0 to 1.
const PRESSED_DEPTH: f64 = 0.3;
/// Lifts below this are not worth it, meters.
const LIFT_MIN_METERS: f64 = 0.002;
/// Keeps lifts short where a finger hardly lifts its tip, square meters per square radian.
const LIFT_DAMPING: f64 = 1e-4;
/// Longest lift of one length, radians.
const LIFT_MAX_RADIANS: f64 = 0.6;
/// A hand travels while all its fingers are further than this from their keys, meters.
const TRAVEL_METERS: f64 = 0.012;

impl Prior {
    /// Finds poses and controls. `report` hears of progress, 0 to 1, and says whether to go on.
    pub fn new(
        models: &Models,
        score: &Score,
        settings: &PriorSettings,
        threads: usize,
        report: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Prior, PlanError> {
        let poses = find_poses(&models.hands, score, settings, threads, report)?;
        let mut kinematics = Kinematics::new(&models.hands)?;
        let lifts = (0..poses.lengths.len())
            .map(|moment| lifts(&poses, moment, &mut kinematics))
            .collect();
        Ok(Prior {
            feedforward: controls(&models.hands, &poses, &settings.controller)?,
            wrist_up: [0, 1].map(|index| wrist_up(&poses, index, &mut kinematics)),
            lifts,
            settings: settings.controller.clone(),
            ranges: models.hands.control_ranges().to_vec(),
            poses,
        })
    }

    /// The poses it follows.
    pub fn poses(&self) -> &Poses {
        &self.poses
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.feedforward.len()
    }

    /// The controls for a frame from the state that the physics is in. Beyond the last frame they are those of the last.
    pub fn controls(&self, frame: usize, physics: &Physics, controls: &mut [f64]) {
        let frame = frame.min(self.frames() - 1);
        controls.copy_from_slice(&self.feedforward[frame]);
        self.feed_back(frame, physics, controls);
        let (depths, _) = physics.keys();
        for index in 0..2 {
            self.lift(index, frame + 1, physics, &depths, controls);
        }
        for (control, [min, max]) in controls.iter_mut().zip(&self.ranges) {
            *control = control.clamp(*min, *max);
        }
    }

    fn feed_back(&self, frame: usize, physics: &Physics, controls: &mut [f64]) {
        let (now, next) = (&self.poses.lengths[frame], &self.poses.lengths[frame + 1]);
        for hand in &self.poses.hands {
            for place in hand.range.clone() {
                let arm = place - hand.range.start == hand.along;
                let gain = if arm { self.settings.feedback_arm } else { self.settings.feedback };
                let speed = (next[place] - now[place]) / CONTROL_TIMESTEP_SECS;
                let late = self.settings.feedback_speed_secs * (speed - physics.speeds()[place]);
                controls[place] += gain * (now[place] - physics.lengths()[place] + late);
            }
        }
    }

    /// Lifts fingers that are beside their keys, and the hand while all of them are.
    fn lift(&self, index: usize, moment: usize, physics: &Physics, depths: &[f64], controls: &mut [f64]) {
        let hand = &self.poses.hands[index];
        let tips = fingers(hand.hand).map(|finger| physics.fingertip(finger));
        let tasks = hand.schedule.at(moment);
        let beside = |finger: usize, key: usize| (self.poses.keys[key].center[1] - tips[finger][1]).abs();
        let held = (0..FINGERS).filter_map(|finger| Some(beside(finger, tasks[finger].holds?)));
        let nearest = held.fold(f64::INFINITY, f64::min);
        if nearest.is_finite() && nearest > TRAVEL_METERS {
            controls[hand.range.start + hand.wrist] += self.wrist_up[index] * self.settings.wrist_lift_radians;
        }
        for (finger, task) in tasks.iter().enumerate() {
            let Some(key) = coming_key(task) else { continue };
            let going_down = task.holds.is_some() && depths[key] > PRESSED_DEPTH;
            let allowed = self.settings.lift_beyond_meters + if going_down { PRESSED_EXTRA_METERS } else { 0.0 };
            let height = self.settings.lift_height_meters - self.poses.tips[moment][index][finger][2];
            if beside(finger, key) > allowed && height > LIFT_MIN_METERS {
                let up = &self.lifts[moment][index][finger];
                let square: f64 = up.iter().map(|up| up * up).sum();
                for (place, up) in hand.lifting(finger).zip(up) {
                    let change = up * height / (square + LIFT_DAMPING);
                    controls[hand.range.start + place] += change.clamp(-LIFT_MAX_RADIANS, LIFT_MAX_RADIANS);
                }
            }
        }
    }
}

/// The key a finger holds or is about to.
fn coming_key(task: &FingerTask) -> Option<usize> {
    let (key, moments) = task.next?;
    (moments <= LIFT_BEFORE_MOMENTS).then_some(key)
}

fn lifts(poses: &Poses, moment: usize, kinematics: &mut Kinematics) -> [[Vec<f64>; FINGERS]; 2] {
    kinematics.pose(&poses.lengths[moment]);
    let of_finger = |index: usize, finger: usize| {
        let hand = &poses.hands[index];
        let jacobian = kinematics.fingertip_jacobian(fingers(hand.hand)[finger]);
        hand.lifting(finger).map(|place| jacobian[place][2]).collect()
    };
    [0, 1].map(|index| [0, 1, 2, 3, 4].map(|finger| of_finger(index, finger)))
}

/// 1 where bending the wrist upwards makes its length greater, else -1.
fn wrist_up(poses: &Poses, index: usize, kinematics: &mut Kinematics) -> f64 {
    const MIDDLE_FINGER: usize = 2;
    let hand = &poses.hands[index];
    let last = poses.lengths.len() - 1;
    kinematics.pose(&poses.lengths[last]);
    kinematics.fingertip_jacobian(fingers(hand.hand)[MIDDLE_FINGER])[hand.wrist][2].signum()
}
