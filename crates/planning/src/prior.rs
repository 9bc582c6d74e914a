//! The prior: poses and controls for a whole piece, and a controller that follows them from whatever state the hands are in.

use crate::PlanError;
use crate::banded::BandedMatrix;
use crate::feedforward::{press_controls, trackers};
use crate::hand::{PlayingHand, fingers};
use crate::models::Models;
use crate::playback::action_of;
use crate::poses::{Poses, find_poses};
use crate::settings::{ControllerSettings, PriorSettings};
use crate::tracking::Tracker;
use simulation::kinematics::Kinematics;
use simulation::physics::Sensed;
use simulation::schedule::{FINGERS, FingerTask};
use simulation::score::Score;
use simulation::trajectory::Trajectory;

/// What the prior would do at any frame of its score.
#[derive(Clone, Debug)]
pub struct Prior {
    poses: Poses,
    trackers: Vec<Tracker>,
    /// For every moment, hand and finger.
    fingers: Vec<[[FingerControls; FINGERS]; 2]>,
    /// Which way the wrist lifts a hand.
    wrist_up: [f64; 2],
    settings: ControllerSettings,
    ranges: Vec<[f64; 2]>,
}

/// What a finger's controls are changed by.
#[derive(Clone, Debug, Default)]
struct FingerControls {
    /// To lift its tip by a meter straight up: one number for each control that bends it.
    lift: Vec<f32>,
    /// To press its key, for all controls of its hand; nothing where it presses none.
    press: Option<Vec<f32>>,
}

/// A finger this many moments from its key is lifted over what lies between.
const LIFT_BEFORE_MOMENTS: usize = 3;
/// A finger on its way down may be further off by this, meters: lifting it now would cost more.
const PRESSED_EXTRA_METERS: f64 = 0.002;
/// A key is being pressed from this depth on, 0 to 1.
const PRESSED_DEPTH: f64 = 0.3;
/// A key sounds from about this depth on, 0 to 1.
const SOUNDING_DEPTH: f64 = 0.93;
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
        Prior::following(None, models, score, settings, threads, report)
    }

    /// As [`Prior::new`]; fingers without a task are where those of the `person` were who played the score.
    pub fn following(
        person: Option<&Trajectory>,
        models: &Models,
        score: &Score,
        settings: &PriorSettings,
        threads: usize,
        report: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Prior, PlanError> {
        let poses = find_poses(&models.hands, score, person, settings, threads, report)?;
        let mut kinematics = Kinematics::new(&models.hands)?;
        let of_fingers = |moment: usize| finger_controls(&poses, moment, &mut kinematics, &settings.controller);
        Ok(Prior {
            fingers: (0..poses.lengths.len()).map(of_fingers).collect(),
            trackers: trackers(&poses, &mut kinematics, &settings.controller),
            wrist_up: [0, 1].map(|index| wrist_up(&poses, index, &mut kinematics)),
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
        self.poses.lengths.len() - 1
    }

    /// The action for a frame from a state, in [-1, 1]: what a policy may add to. `pedal_down` is the score's.
    pub fn action(&self, frame: usize, sensed: &impl Sensed, pedal_down: bool) -> Vec<f32> {
        let mut controls = vec![0.0; self.ranges.len()];
        self.controls(frame, sensed, &mut controls);
        action_of(&controls, &self.ranges, pedal_down)
    }

    /// The controls for a frame from a state. Beyond the last frame they are those of the last.
    pub fn controls(&self, frame: usize, sensed: &impl Sensed, controls: &mut [f64]) {
        let frame = frame.min(self.frames() - 1);
        let states = sensed.lengths().iter().zip(sensed.speeds());
        for ((control, tracker), (position, speed)) in controls.iter_mut().zip(&self.trackers).zip(states) {
            *control = tracker.control(frame, *position, *speed);
        }
        let depths = sensed.key_depths();
        for index in 0..2 {
            self.lift(index, frame + 1, sensed, &depths, controls);
        }
        for (control, [min, max]) in controls.iter_mut().zip(&self.ranges) {
            *control = control.clamp(*min, *max);
        }
    }

    /// Lifts fingers that are beside their keys, and the hand while all of them are.
    fn lift(&self, index: usize, moment: usize, sensed: &impl Sensed, depths: &[f64], controls: &mut [f64]) {
        let hand = &self.poses.hands[index];
        let tips = fingers(hand.hand).map(|finger| sensed.fingertip(finger));
        let tasks = hand.schedule.at(moment);
        let beside = |finger: usize, key: usize| (self.poses.keys[key].center[1] - tips[finger][1]).abs();
        let held = (0..FINGERS).filter_map(|finger| Some(beside(finger, tasks[finger].holds?)));
        let nearest = held.fold(f64::INFINITY, f64::min);
        if nearest.is_finite() && nearest > TRAVEL_METERS {
            controls[hand.range.start + hand.wrist] += self.wrist_up[index] * self.settings.wrist_lift_radians;
        }
        for (finger, task) in tasks.iter().enumerate() {
            let of_finger = &self.fingers[moment][index][finger];
            let Some(key) = coming_key(task) else { continue };
            let going_down = task.holds.is_some() && depths[key] > PRESSED_DEPTH;
            let allowed = self.settings.lift_beyond_meters + if going_down { PRESSED_EXTRA_METERS } else { 0.0 };
            if beside(finger, key) > allowed {
                let height = self.settings.lift_height_meters - self.poses.tips[moment][index][finger][2];
                if height > LIFT_MIN_METERS {
                    for (place, lift) in hand.lifting(finger).zip(&of_finger.lift) {
                        let change = f64::from(*lift) * height;
                        controls[hand.range.start + place] += change.clamp(-LIFT_MAX_RADIANS, LIFT_MAX_RADIANS);
                    }
                }
            } else if let Some(press) = &of_finger.press {
                let short = task.holds.map_or(0.0, |key| (1.0 - depths[key] / SOUNDING_DEPTH).max(0.0));
                let force = 1.0 + self.settings.press_more * short;
                for (control, press) in controls[hand.range.clone()].iter_mut().zip(press) {
                    *control += force * f64::from(*press);
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

fn finger_controls(
    poses: &Poses,
    moment: usize,
    kinematics: &mut Kinematics,
    settings: &ControllerSettings,
) -> [[FingerControls; FINGERS]; 2] {
    kinematics.pose(&poses.lengths[moment]);
    let of_finger = |index: usize, finger: usize| FingerControls {
        lift: lift(&poses.hands[index], finger, kinematics),
        press: press_controls(poses, (moment, index, finger), kinematics, settings),
    };
    [0, 1].map(|index| [0, 1, 2, 3, 4].map(|finger| of_finger(index, finger)))
}

/// How the lengths that bend a finger change to lift its tip by a meter straight up: the least squares that damping allows.
fn lift(hand: &PlayingHand, finger: usize, kinematics: &Kinematics) -> Vec<f32> {
    let jacobian = kinematics.fingertip_jacobian(fingers(hand.hand)[finger]);
    let moved: Vec<[f64; 3]> = hand.lifting(finger).map(|place| jacobian[place]).collect();
    let square = |row: usize, column: usize| moved.iter().map(|moved| moved[row] * moved[column]).sum::<f64>();
    let mut matrix = BandedMatrix::zeros(3, 2);
    for row in 0..3 {
        for column in 0..=row {
            *matrix.at(row, column) = square(row, column);
        }
        *matrix.at(row, row) += LIFT_DAMPING;
    }
    let mut side = [0.0, 0.0, 1.0];
    if !matrix.solve(&mut side) {
        return vec![0.0; moved.len()];
    }
    let along = |moved: &[f64; 3]| moved.iter().zip(&side).map(|(moved, side)| moved * side).sum::<f64>() as f32;
    moved.iter().map(along).collect()
}

/// 1 where bending the wrist upwards makes its length greater, else -1.
fn wrist_up(poses: &Poses, index: usize, kinematics: &mut Kinematics) -> f64 {
    const MIDDLE_FINGER: usize = 2;
    let hand = &poses.hands[index];
    let last = poses.lengths.len() - 1;
    kinematics.pose(&poses.lengths[last]);
    kinematics.fingertip_jacobian(fingers(hand.hand)[MIDDLE_FINGER])[hand.wrist][2].signum()
}
