//! Hands and piano without a score: fast control steps, and states that can be kept, restored and carried to another fidelity.

use crate::environment::SUBSTEPS;
use crate::keys::{front_speed, pressed};
use crate::model::{KEYS, Model};
use crate::velocity::midi_velocity;
use mujoco_rs::wrappers::mj_data::MjData;
use mujoco_rs::wrappers::mj_model::MjModel;
use piano::Finger;
use std::sync::Arc;

/// Hands and piano at one moment. Given the controls of an [`crate::environment::Environment`] it goes through the same states.
#[derive(Debug)]
pub struct Physics {
    model: Model,
    data: MjData<Arc<MjModel>>,
    /// Which keys sound, as far as strokes have been told.
    sounding: [bool; KEYS],
    strokes: Vec<Stroke>,
}

/// A key that began to sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// Its index.
    pub key: usize,
    /// How hard it was struck, 1 to 127.
    pub midi_velocity: u8,
}

/// What a controller may look at, in the simulation with or without a score.
pub trait Sensed {
    /// The length of each actuator, meters or radians: a pose as [`crate::kinematics`] has it.
    fn lengths(&self) -> &[f64];
    /// How fast each actuator's length changes, a second.
    fn speeds(&self) -> &[f64];
    /// Where a fingertip is, meters.
    fn fingertip(&self, finger: Finger) -> [f64; 3];
    /// How far each key is down, 0 to 1; a key that is left out is up.
    fn key_depths(&self) -> [f64; KEYS];
}

/// All that the future depends on, in numbers that mean the same in every fidelity. Restored in the fidelity it was taken in, the
/// simulation goes on to the last bit as it would have.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    at_secs: f64,
    keys: [Joint; KEYS],
    hands: Vec<Joint>,
}

/// A joint's position and speed, and the acceleration with which the constraint solver starts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Joint {
    position: f64,
    speed: f64,
    acceleration: f64,
}

impl Sensed for Physics {
    fn lengths(&self) -> &[f64] {
        self.data.actuator_length()
    }

    fn speeds(&self) -> &[f64] {
        self.data.actuator_velocity()
    }

    fn fingertip(&self, finger: Finger) -> [f64; 3] {
        self.data.site_xpos()[self.model.tip(finger)]
    }

    fn key_depths(&self) -> [f64; KEYS] {
        self.keys().0
    }
}

impl Physics {
    /// Hands at rest.
    pub fn new(model: &Model) -> Physics {
        let mut physics = Physics {
            data: MjData::new(Arc::clone(&model.mujoco)),
            model: model.clone(),
            sounding: [false; KEYS],
            strokes: Vec::new(),
        };
        physics.data.step1();
        physics
    }

    /// The scene.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Lets one control step pass with a control for each actuator.
    pub fn step(&mut self, controls: &[f64]) {
        self.data.ctrl_mut().copy_from_slice(controls);
        self.strokes.clear();
        for _ in 0..SUBSTEPS {
            self.data.step2();
            self.data.step1();
            self.listen();
        }
    }

    /// The keys that began to sound in the last step.
    pub fn strokes(&self) -> &[Stroke] {
        &self.strokes
    }

    fn listen(&mut self) {
        let (positions, speeds) = (self.data.qpos(), self.data.qvel());
        for (index, key) in self.model.keys().iter().enumerate() {
            let Some((joint, _)) = key.indices else { continue };
            let sounds = pressed(key, positions[joint]).1;
            if sounds && !self.sounding[index] {
                self.strokes.push(Stroke {
                    key: index,
                    midi_velocity: midi_velocity(front_speed(key, speeds[joint])),
                });
            }
            self.sounding[index] = sounds;
        }
    }

    /// Whether the physics broke down since it was made or restored; then the state means nothing.
    pub fn has_diverged(&self) -> bool {
        self.data.warning().iter().any(|warning| warning.number > 0)
    }

    /// How far each key is down, 0 to 1, and whether it sounds; a key that is left out is up.
    pub fn keys(&self) -> ([f64; KEYS], [bool; KEYS]) {
        let (mut depth, mut sounding) = ([0.0; KEYS], [false; KEYS]);
        for (index, key) in self.model.keys().iter().enumerate() {
            if let Some((joint, _)) = key.indices {
                (depth[index], sounding[index]) = pressed(key, self.data.qpos()[joint]);
            }
        }
        (depth, sounding)
    }

    /// The state now.
    pub fn snapshot(&self) -> Snapshot {
        let joint = |index: usize| Joint {
            position: self.data.qpos()[index],
            speed: self.data.qvel()[index],
            acceleration: self.data.qacc_warmstart()[index],
        };
        let mut keys = [Joint::default(); KEYS];
        for (kept, key) in keys.iter_mut().zip(self.model.keys()) {
            *kept = key.indices.map_or(Joint::default(), |(index, _)| joint(index));
        }
        Snapshot {
            at_secs: self.data.time(),
            keys,
            hands: self.hand_joints().map(joint).collect(),
        }
    }

    /// Goes to a state; it may come from a scene of another fidelity with the same hands. Panics where the hands differ.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        assert_eq!(self.hand_joints().len(), snapshot.hands.len(), "hands with other joints");
        let keys = self.model.keys().iter().zip(&snapshot.keys);
        let keys = keys.filter_map(|(key, joint)| Some((key.indices?.0, *joint)));
        let states: Vec<(usize, Joint)> = keys.chain(self.hand_joints().zip(snapshot.hands.iter().copied())).collect();
        self.data.reset();
        self.data.set_time(snapshot.at_secs);
        for (index, joint) in states {
            self.data.qpos_mut()[index] = joint.position;
            self.data.qvel_mut()[index] = joint.speed;
            self.data.qacc_warmstart_mut()[index] = joint.acceleration;
        }
        self.data.step1();
        self.sounding = self.keys().1;
        self.strokes.clear();
    }

    fn hand_joints(&self) -> std::ops::Range<usize> {
        let [first, last] = self.model.hands();
        first.joints.start..last.joints.end
    }
}
