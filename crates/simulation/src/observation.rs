//! What a policy sees: numbers in the order RoboPianist concatenates them, its names sorted.

use crate::model::{KEYS, Model};
use crate::scene::HANDS;
use crate::score::{Frame, Score};
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
}

impl Default for ObservationSettings {
    fn default() -> Self {
        ObservationSettings {
            lookahead_steps: 10,
            previous_action_and_reward: false,
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
        }
    }

    /// Numbers in an observation.
    pub fn len(&self) -> usize {
        self.right_joints.end
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

fn seen_frame(score: &Score, frame: usize) -> usize {
    frame.min(score.frames().len() - 1)
}
