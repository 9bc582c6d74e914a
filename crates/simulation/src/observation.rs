//! What a policy sees: numbers in the order RoboPianist concatenates them, its names sorted; what goes beyond it stands after them.

use crate::model::{KEYS, Model};
use crate::scene::HANDS;
use crate::score::{Frame, Score};
use crate::trajectory::{POINTS, Trajectory};
use piano::Hand;
use std::ops::Range;

/// Numbers in a goal's row: the keys and the pedal.
pub const GOAL_ROW: usize = KEYS + 1;
/// Numbers in the fingering: the fingers.
const FINGERS: usize = 10;

/// What is in an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObservationSettings {
    /// How many frames of the goal are seen after the coming one.
    pub lookahead_steps: usize,
    /// Whether the action before (in physical units) and its reward are seen.
    pub previous_action_and_reward: bool,
    /// Whether it is seen where the person's hands were, which RoboPianist does not know.
    pub trajectory: bool,
    /// Whether it is seen how hard the coming notes are to be struck, which RoboPianist does not know.
    pub velocities: bool,
}

impl Default for ObservationSettings {
    fn default() -> Self {
        ObservationSettings {
            lookahead_steps: 10,
            previous_action_and_reward: false,
            trajectory: false,
            velocities: false,
        }
    }
}

/// Where each part of an observation is; a part that is not seen is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservationLayout {
    /// The action before.
    pub previous_action: Range<usize>,
    /// Which fingers play in the coming frame: right thumb to little finger, then the left hand's.
    pub fingering: Range<usize>,
    /// The coming frame and those after it, each 88 keys and the pedal; zeros after the score's end.
    pub goal: Range<usize>,
    /// Positions of the left hand's joints: wrist, fingers, thumb, forearm; meters and radians.
    pub left_joints: Range<usize>,
    /// How far each key is down, 0 to 1.
    pub keys: Range<usize>,
    /// The pedal's position, 0 to 1.
    pub sustain: Range<usize>,
    /// The reward before.
    pub previous_reward: Range<usize>,
    /// Positions of the right hand's joints, in the same order.
    pub right_joints: Range<usize>,
    /// For each point of the person's hands how far it will be from here at the end of the coming frame, x and y in meters; 0 where that
    /// is unknown.
    pub trajectory: Range<usize>,
    /// For each key the velocity of the note that begins on it within the goal's frames, the soonest, of 127; 0 where none does.
    pub velocities: Range<usize>,
}

impl ObservationLayout {
    /// The layout for a model and a score.
    pub fn new(model: &Model, has_fingering: bool, settings: &ObservationSettings) -> ObservationLayout {
        let mut end = 0;
        let mut next = |len: usize| {
            end += len;
            end - len..end
        };
        let joints = model.hands()[0].joints.len();
        let previous = usize::from(settings.previous_action_and_reward);
        ObservationLayout {
            previous_action: next(previous * model.action_len()),
            fingering: next(if has_fingering { FINGERS } else { 0 }),
            goal: next(GOAL_ROW * (settings.lookahead_steps + 1)),
            left_joints: next(joints),
            keys: next(KEYS),
            sustain: next(1),
            previous_reward: next(previous),
            right_joints: next(joints),
            trajectory: next(if settings.trajectory { 2 * POINTS } else { 0 }),
            velocities: next(if settings.velocities { KEYS } else { 0 }),
        }
    }

    /// Numbers in an observation.
    pub fn len(&self) -> usize {
        self.velocities.end
    }

    /// Never: a goal is always seen.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The joints of a hand.
    pub fn joints(&self, hand: Hand) -> Range<usize> {
        match hand {
            Hand::Left => self.left_joints.clone(),
            Hand::Right => self.right_joints.clone(),
        }
    }
}

/// Writes the goal as it is seen before `frame` is played. After the last frame it stays what it was.
pub(crate) fn write_goal(score: &Score, frame: usize, goal: &mut [f32]) {
    let first = seen_frame(score, frame);
    goal.fill(0.0);
    for (row, due) in goal.chunks_exact_mut(GOAL_ROW).zip(&score.frames()[first..]) {
        for note in &due.notes {
            row[note.pitch.key_index()] = 1.0;
        }
        row[KEYS] = f32::from(u8::from(due.sustain));
    }
}

/// Writes which fingers play in `frame`.
pub(crate) fn write_fingering(score: &Score, frame: usize, fingering: &mut [f32]) {
    fingering.fill(0.0);
    let due: &Frame = &score.frames()[seen_frame(score, frame)];
    for finger in due.notes.iter().filter_map(|note| note.finger) {
        let hand = usize::from(finger.hand != HANDS[0]);
        fingering[5 * hand + finger.finger.index()] = 1.0;
    }
}

/// Writes how hard the coming notes are to be struck: those that begin in `frame` or in one of the `lookahead` after it.
pub(crate) fn write_velocities(score: &Score, frame: usize, lookahead: usize, velocities: &mut [f32]) {
    velocities.fill(0.0);
    let last = (frame + lookahead).min(score.frames().len().saturating_sub(1));
    for coming in (frame..=last).rev() {
        for note in score.onsets(coming) {
            velocities[note.pitch.key_index()] = f32::from(note.velocity) / 127.0;
        }
    }
}

/// Writes how far each point is from where the person's was at the end of `frame`.
pub(crate) fn write_trajectory(trajectory: &Trajectory, frame: usize, here: &[[f64; 2]; POINTS], offsets: &mut [f32]) {
    offsets.fill(0.0);
    let places = trajectory.at(frame);
    for ((offset, place), here) in offsets.chunks_exact_mut(2).zip(places).zip(here) {
        if let Some(place) = place {
            offset[0] = (place[0] - here[0]) as f32;
            offset[1] = (place[1] - here[1]) as f32;
        }
    }
}

fn seen_frame(score: &Score, frame: usize) -> usize {
    frame.min(score.frames().len() - 1)
}
