//! Playing a prior or recorded actions, and keeping what was played.

use crate::PlanError;
use crate::prior::Prior;
use simulation::action::{action_from_control, control_from_action};
use simulation::metrics::{FrameScores, Played};
use simulation::model::{KEYS, Model};
use simulation::physics::Physics;
use simulation::score::{Frame, Score};

/// What the pedal's number of an action is while it is up and down: 0 would hold it (simulation.md).
pub(crate) const PEDAL_UP: f32 = -1.0;
pub(crate) const PEDAL_DOWN: f32 = 1.0;

/// Actions for every frame of a score, and what they played.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One row of numbers in [-1, 1] a frame.
    pub actions: Vec<Vec<f32>>,
    /// What sounded.
    pub played: Played,
}

impl Plan {
    /// How well the score was played.
    pub fn scores(&self, score: &Score) -> FrameScores {
        self.played.key_scores(score)
    }

    /// F1 of one frame that was played.
    pub(crate) fn f1_of_frame(&self, frame: usize, due: &Frame) -> f64 {
        frame_f1(&self.played.keys[frame], due)
    }

    /// Takes a step and keeps it. Controls are rounded to what an action gives, so that the actions play the same again.
    pub(crate) fn step(&mut self, physics: &mut Physics, controls: &[f64], pedal_down: bool) {
        let ranges = physics.model().control_ranges();
        let action = action_of(controls, ranges, pedal_down);
        self.step_again(physics, &action, pedal_down);
    }

    /// Takes a step with an action that was kept.
    pub(crate) fn step_again(&mut self, physics: &mut Physics, action: &[f32], pedal_down: bool) {
        let controls: Vec<f64> = rounded(action, physics.model().control_ranges());
        physics.step(&controls);
        self.actions.push(action.to_vec());
        self.played.keys.push(physics.keys().1);
        self.played.sustain.push(pedal_down);
    }
}

/// F1 of a frame, as RoboPianist counts it.
pub(crate) fn frame_f1(sounding: &[bool; KEYS], due: &Frame) -> f64 {
    let hits = due.notes.iter().filter(|note| sounding[note.pitch.key_index()]).count();
    let (sounding, due) = (sounding.iter().filter(|sounds| **sounds).count(), due.notes.len());
    if sounding + due == 0 {
        1.0
    } else {
        2.0 * hits as f64 / (sounding + due) as f64
    }
}

/// The action that comes closest to controls.
pub(crate) fn action_of(controls: &[f64], ranges: &[[f64; 2]], pedal_down: bool) -> Vec<f32> {
    let pairs = controls.iter().zip(ranges);
    let numbers = pairs.map(|(control, range)| action_from_control(*control, *range));
    numbers.chain([if pedal_down { PEDAL_DOWN } else { PEDAL_UP }]).collect()
}

/// The controls that an action's numbers give.
pub(crate) fn rounded(action: &[f32], ranges: &[[f64; 2]]) -> Vec<f64> {
    let pairs = action.iter().zip(ranges);
    pairs
        .map(|(number, range)| f64::from(control_from_action(*number, *range)))
        .collect()
}

/// The prior alone, in the exact model. `report` hears of progress, 0 to 1, and says whether to go on.
pub fn play_prior(exact: &Model, score: &Score, prior: &Prior, report: &mut dyn FnMut(f64) -> bool) -> Result<Plan, PlanError> {
    let mut physics = Physics::new(exact);
    let mut controls = vec![0.0; exact.controls().len()];
    let mut plan = Plan::default();
    let frames = score.frames();
    for (index, frame) in frames.iter().enumerate() {
        if !report(index as f64 / frames.len() as f64) {
            return Err(PlanError::Stopped);
        }
        prior.controls(index, &physics, &mut controls);
        plan.step(&mut physics, &controls, frame.sustain);
    }
    Ok(plan)
}
