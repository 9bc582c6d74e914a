//! What a policy sees of hands, piano and score: 291 numbers that mean the same in every piece.
//!
//! RoboPianist shows which of 88 keys are due in eleven frames; which finger is to go where, and how far it has to go, a network would have
//! to learn for every key anew. Here each finger is shown its own task, in meters from where it is.

use learning::inputs::InputLayout;
use piano::{Finger, Hand, Pitch};
use serde::{Deserialize, Serialize};
use simulation::environment::Environment;
use simulation::model::Model;
use simulation::physics::{Physics, Sensed};
use simulation::scene::HANDS;
use simulation::scene::piano::{key_center, key_half_size};
use simulation::schedule::{FINGERS, Schedule, UnknownFinger};
use simulation::score::{CONTROL_TIMESTEP_SECS, Score};
use std::ops::Range;

/// Numbers about one finger.
const FINGER_LEN: usize = 19;
/// Frames after which each hand is shown where it is to be.
const LOOKAHEAD_FRAMES: [usize; 6] = [0, 2, 4, 8, 14, 24];
/// Numbers about where a hand is to be: how far, and how soon it plays there.
const COURSE_LEN: usize = 2 * LOOKAHEAD_FRAMES.len();
/// What a number of 1 stands for, so that numbers are mostly within -1..1, meters.
const FAR_METERS: f64 = 0.2;
const NEAR_METERS: f64 = 0.05;
/// Nothing is further than this, in those units.
const MOST: f64 = 3.0;
/// What a speed of 1 stands for: all of its range in this time, seconds.
const SPEED_SECS: f64 = 0.5;

/// A score as a policy is shown it.
#[derive(Clone, Debug)]
pub struct Sight {
    layout: SightLayout,
    /// For every frame, hand (right first) and finger.
    tasks: Vec<[[Task; FINGERS]; 2]>,
    /// For every frame and hand, where its middle finger would stand for the keys that are due then or next to lie under their fingers, along
    /// the keyboard in meters, and in how many frames they are due.
    courses: Vec<[Option<(f64, usize)>; 2]>,
    pedal: Vec<bool>,
    ranges: Vec<[f64; 2]>,
}

/// Where the parts of what is seen stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SightLayout {
    /// 19 numbers for each finger, the right hand's first, thumbs first.
    pub fingers: Range<usize>,
    /// 12 numbers for each hand: how far it is from its keys 0, 2, 4, 8, 14 and 24 frames on, and how soon it plays there.
    pub courses: Range<usize>,
    /// The length of each actuator, -1 to 1 from its lowest to its highest control.
    pub lengths: Range<usize>,
    /// How fast they change: 1 is the whole range in half a second.
    pub speeds: Range<usize>,
    /// Whether the pedal is due.
    pub pedal: Range<usize>,
}

/// What a finger is to do.
#[derive(Clone, Copy, Debug, Default)]
struct Task {
    /// Its key and after how many frames it is due: 0 is now.
    next: Option<(usize, usize)>,
    /// For how many frames more than this it is held, if it is held now.
    held_for: Option<usize>,
    /// The key after that, and after how many frames.
    then: Option<(usize, usize)>,
    /// Frames since it held a key.
    since: Option<usize>,
}

impl SightLayout {
    /// For hands with so many actuators.
    pub fn new(controls: usize) -> SightLayout {
        let fingers = 0..2 * FINGERS * FINGER_LEN;
        let courses = fingers.end..fingers.end + 2 * COURSE_LEN;
        let lengths = courses.end..courses.end + controls;
        let speeds = lengths.end..lengths.end + controls;
        SightLayout {
            pedal: speeds.end..speeds.end + 1,
            fingers,
            courses,
            lengths,
            speeds,
        }
    }

    /// Numbers in all.
    pub fn len(&self) -> usize {
        self.pedal.end
    }

    /// Never.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As learning sees it.
    pub fn inputs(&self) -> InputLayout {
        InputLayout::dense(self.len())
    }

    /// The number that each number of an action is relative to: the length of its actuator; none for the pedal.
    pub fn bases(&self) -> Vec<Option<usize>> {
        self.lengths.clone().map(Some).chain([None]).collect()
    }
}

impl Sight {
    /// Prepares a score for hands. Scores with unknown fingers are refused.
    pub fn new(model: &Model, score: &Score) -> Result<Sight, UnknownFinger> {
        let frames = score.frames().len();
        let [right, left] = HANDS.map(|hand| Schedule::new(score, hand));
        let schedules = [right?, left?];
        let mut tasks = vec![[[Task::default(); FINGERS]; 2]; frames];
        for (hand, schedule) in schedules.iter().enumerate() {
            for finger in 0..FINGERS {
                let of_finger = finger_tasks(schedule, finger, frames);
                for (at, task) in tasks.iter_mut().zip(of_finger) {
                    at[hand][finger] = task;
                }
            }
        }
        let apart = HANDS.map(|hand| apart(model, hand));
        let courses = tasks.iter().map(|hands| [0, 1].map(|hand| course(&hands[hand], &apart[hand])));
        Ok(Sight {
            layout: SightLayout::new(model.controls().len()),
            courses: courses.collect(),
            tasks,
            pedal: score.frames().iter().map(|frame| frame.sustain).collect(),
            ranges: model.control_ranges().to_vec(),
        })
    }

    /// Where the parts stand.
    pub fn layout(&self) -> &SightLayout {
        &self.layout
    }

    /// Writes what is seen before the coming frame of the environment, which plays this score. After the last frame it is what was seen
    /// before it.
    pub fn see(&self, environment: &Environment, seen: &mut [f32]) {
        let frame = environment.frame().min(self.tasks.len() - 1);
        let depths = environment.key_depths();
        let mut writer = Writer { seen, at: 0 };
        for (index, hand) in HANDS.into_iter().enumerate() {
            for (finger, task) in Finger::all().filter(|finger| finger.hand == hand).zip(&self.tasks[frame][index]) {
                finger_numbers(task, environment.fingertip(finger), &depths, &mut writer);
            }
        }
        for (index, hand) in HANDS.into_iter().enumerate() {
            self.course_numbers(frame, index, middle(hand, environment), &mut writer);
        }
        for (length, [min, max]) in environment.lengths().iter().zip(&self.ranges) {
            writer.put(2.0 * (length - min) / (max - min) - 1.0);
        }
        for (speed, [min, max]) in environment.speeds().iter().zip(&self.ranges) {
            writer.put((speed * SPEED_SECS / (max - min)).clamp(-MOST, MOST));
        }
        writer.flag(self.pedal[frame]);
    }

    fn course_numbers(&self, frame: usize, hand: usize, here: f64, writer: &mut Writer<'_>) {
        for ahead in LOOKAHEAD_FRAMES {
            let at = (frame + ahead).min(self.courses.len() - 1);
            match self.courses[at][hand] {
                Some((y, frames)) => {
                    writer.put(((y - here) / FAR_METERS).clamp(-MOST, MOST));
                    writer.put(soon(frames, 4.0));
                }
                None => writer.zeros(2),
            }
        }
    }
}

const MIDDLE: usize = 2;

/// Where a hand stands along the keyboard: its middle finger's tip.
fn middle(hand: Hand, environment: &Environment) -> f64 {
    let finger = Finger::all().filter(|finger| finger.hand == hand).nth(MIDDLE);
    finger.map_or(0.0, |finger| environment.fingertip(finger)[1])
}

/// How far each fingertip of a resting hand is from the middle finger's, along the keyboard, meters.
fn apart(model: &Model, hand: Hand) -> [f64; FINGERS] {
    let resting = Physics::new(model);
    let mut places = [0.0; FINGERS];
    for (place, finger) in places.iter_mut().zip(Finger::all().filter(|finger| finger.hand == hand)) {
        *place = resting.fingertip(finger)[1];
    }
    places.map(|place| place - places[MIDDLE])
}

fn finger_numbers(task: &Task, tip: [f64; 3], depths: &[f64], writer: &mut Writer<'_>) {
    let place = |key: usize| {
        let pitch = Pitch::all().nth(key).expect("schedules name keys of the piano");
        let center = key_center(pitch);
        (center, center[2] + key_half_size(pitch)[2], pitch.is_black())
    };
    match task.next {
        Some((key, frames)) => {
            let (center, top, black) = place(key);
            writer.flag(true);
            writer.put(((tip[0] - center[0]) / NEAR_METERS).clamp(-MOST, MOST));
            writer.put(((tip[1] - center[1]) / NEAR_METERS).clamp(-MOST, MOST));
            writer.put(((tip[1] - center[1]) / FAR_METERS).clamp(-MOST, MOST));
            writer.put((tip[2] - top) / NEAR_METERS);
            writer.flag(black);
            writer.flag(frames == 0);
            writer.put(soon(frames, 1.0));
            writer.put(soon(frames, 4.0));
            writer.put(soon(frames, 16.0));
            writer.put(depths[key]);
        }
        None => writer.zeros(11),
    }
    writer.put(task.held_for.map_or(0.0, |frames| soon(frames, 1.0)));
    writer.put(task.held_for.map_or(0.0, |frames| soon(frames, 4.0)));
    match task.next.zip(task.then) {
        Some(((now, _), (then, frames))) => {
            let ((now, ..), (then, _, black)) = (place(now), place(then));
            writer.put(((then[1] - now[1]) / NEAR_METERS).clamp(-MOST, MOST));
            writer.flag(black);
            writer.put(soon(frames, 2.0));
            writer.put(soon(frames, 8.0));
        }
        None => writer.zeros(4),
    }
    writer.put(task.since.map_or(0.0, |frames| soon(frames, 2.0)));
    writer.put(tip[2] / NEAR_METERS);
}

/// 1 now, less the later.
fn soon(frames: usize, scale: f64) -> f64 {
    (-(frames as f64) / scale).exp()
}

fn finger_tasks(schedule: &Schedule, finger: usize, frames: usize) -> Vec<Task> {
    // Frame t is judged at moment t + 1.
    let at = |frame: usize| schedule.at(frame + 1)[finger];
    let mut tasks: Vec<Task> = (0..frames)
        .map(|frame| Task {
            next: at(frame).next,
            since: at(frame).last.map(|(_, frames)| frames),
            ..Task::default()
        })
        .collect();
    // What comes after the key that is held or comes next, from the end to the start.
    for frame in (0..frames).rev() {
        let after = tasks.get(frame + 1).copied();
        let holds = at(frame).holds;
        let goes_on = holds.is_some() && after.is_some_and(|_| at(frame + 1).holds == holds);
        tasks[frame].held_for = holds.map(|_| {
            if goes_on {
                after.and_then(|after| after.held_for).unwrap_or(0) + 1
            } else {
                0
            }
        });
        let later = |what: Option<(usize, usize)>| what.map(|(key, frames)| (key, frames + 1));
        tasks[frame].then = match holds {
            Some(_) if !goes_on => after.and_then(|after| later(after.next)),
            _ => after.and_then(|after| later(after.then)),
        };
    }
    tasks
}

/// Where the hand's middle finger stands when the keys that come first lie under their fingers.
fn course(fingers: &[Task; FINGERS], apart: &[f64; FINGERS]) -> Option<(f64, usize)> {
    let soonest = fingers.iter().filter_map(|task| Some(task.next?.1)).min()?;
    let places: Vec<f64> = fingers
        .iter()
        .zip(apart)
        .filter_map(|(task, apart)| {
            let (key, _) = task.next.filter(|(_, frames)| *frames == soonest)?;
            Some(key_center(Pitch::all().nth(key)?)[1] - apart)
        })
        .collect();
    Some((places.iter().sum::<f64>() / places.len() as f64, soonest))
}

/// Puts numbers one after another.
struct Writer<'a> {
    seen: &'a mut [f32],
    at: usize,
}

impl Writer<'_> {
    fn put(&mut self, number: f64) {
        self.seen[self.at] = number as f32;
        self.at += 1;
    }

    fn flag(&mut self, flag: bool) {
        self.put(f64::from(u8::from(flag)));
    }

    fn zeros(&mut self, count: usize) {
        for _ in 0..count {
            self.put(0.0);
        }
    }
}

/// What a policy's file says of what it must be shown and what its actions are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// Version of these words.
    pub version: u32,
    /// How an observation is made: only `fingers-and-courses` is known.
    pub observation: String,
    /// Where its parts stand.
    pub layout: SightLayout,
    /// Seconds between actions.
    pub control_timestep_secs: f64,
    /// Whether the scene has RoboPianist's reduced action space.
    pub reduced_action_space: bool,
    /// Whether hands have no weight.
    pub gravity_compensation: bool,
    /// Whether fingertips are capsules where they touch.
    pub primitive_fingertip_collisions: bool,
}

/// What the contract calls this kind of observation.
const KIND: &str = "fingers-and-courses";
const VERSION: u32 = 1;

impl Contract {
    /// For policies of a scene.
    pub fn new(model: &Model) -> Contract {
        let scene = model.settings();
        Contract {
            version: VERSION,
            observation: KIND.to_owned(),
            layout: SightLayout::new(model.controls().len()),
            control_timestep_secs: CONTROL_TIMESTEP_SECS,
            reduced_action_space: scene.reduced_action_space,
            gravity_compensation: scene.gravity_compensation,
            primitive_fingertip_collisions: scene.primitive_fingertip_collisions,
        }
    }
}
