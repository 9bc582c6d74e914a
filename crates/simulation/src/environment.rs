//! One pair of hands playing one score: reset, step, observe.

mod task_settings;

pub use task_settings::TaskSettings;

use crate::action::control_from_action;
use crate::keys::{Joints, KeyEvent, KeyStates, SUSTAIN_THRESHOLD};
use crate::model::{KEYS, Key, Model};
use crate::observation::{ObservationLayout, write_fingering, write_goal, write_trajectory, write_velocities};
use crate::physics::Sensed;
use crate::reward::{self, RewardTerms};
use crate::scene::PHYSICS_TIMESTEP_SECS;
use crate::score::{CONTROL_TIMESTEP_SECS, Frame, Score};
use crate::touch;
use crate::trajectory::{FINGERTIPS, POINTS, Trajectory};
use ::piano::{Finger, Hand};
use mujoco_rs::wrappers::mj_data::MjData;
use mujoco_rs::wrappers::mj_model::MjModel;
use std::sync::Arc;

/// Physics steps in a control step.
pub(crate) const SUBSTEPS: usize = (CONTROL_TIMESTEP_SECS / PHYSICS_TIMESTEP_SECS + 0.5) as usize;

/// What became of an episode in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpisodeStatus {
    /// It goes on.
    Running,
    /// The score is over. What would have come after is still worth something: bootstrap through it.
    Finished,
    /// A wrong key sounded and the task ends for it: nothing comes after.
    WrongKey,
    /// The physics broke down. The step's reward is 0 and its state means nothing.
    Diverged,
}

/// What a step brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The reward's terms.
    pub reward: RewardTerms,
    /// Whether the episode goes on.
    pub status: EpisodeStatus,
}

/// An action that cannot be taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ActionError {
    /// Too few or too many numbers.
    #[error("an action has {expected} numbers here, not {found}")]
    WrongLength {
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// Not a number.
    #[error("number {index} of the action is not finite")]
    NotFinite {
        /// Which.
        index: usize,
    },
    /// The episode is over.
    #[error("the episode is over: reset the environment")]
    EpisodeOver,
}

/// Hands, piano and score at one moment.
#[derive(Debug)]
pub struct Environment {
    model: Model,
    score: Arc<Score>,
    trajectory: Arc<Trajectory>,
    settings: TaskSettings,
    layout: ObservationLayout,
    data: MjData<Arc<MjModel>>,
    keys: KeyStates,
    events: Vec<KeyEvent>,
    sustain: f64,
    /// The frame that the next action plays.
    frame: usize,
    status: EpisodeStatus,
    previous_action: Vec<f32>,
    previous_reward: f64,
}

impl Environment {
    /// Hands at rest before the score's first frame.
    pub fn new(model: &Model, score: Arc<Score>, settings: TaskSettings) -> Environment {
        let sees_fingering = score.has_fingering() && !settings.disable_fingering;
        let mut environment = Environment {
            layout: ObservationLayout::new(model, sees_fingering, &settings.observation),
            data: MjData::new(Arc::clone(&model.mujoco)),
            model: model.clone(),
            score,
            trajectory: Arc::default(),
            settings,
            keys: KeyStates::at_rest(),
            events: Vec::new(),
            sustain: 0.0,
            frame: 0,
            status: EpisodeStatus::Running,
            previous_action: Vec::new(),
            previous_reward: 0.0,
        };
        environment.reset();
        environment
    }

    /// The same, with the way a person moved who played the score.
    pub fn following(mut self, trajectory: Arc<Trajectory>) -> Environment {
        self.trajectory = trajectory;
        self
    }

    /// Back to the first frame.
    pub fn reset(&mut self) {
        self.data.reset();
        self.data.step1();
        self.keys = KeyStates::at_rest();
        self.events.clear();
        self.look_at_keys();
        self.sustain = 0.0;
        self.frame = 0;
        self.status = EpisodeStatus::Running;
        // As RoboPianist's wrapper has it: not zero, but the least of each range.
        let least = self.model.control_ranges().iter().map(|range| range[0] as f32);
        self.previous_action = least.chain([0.0]).collect();
        self.previous_reward = 0.0;
    }

    /// Plays one frame with an action in [-1, 1]: the actuators', right hand first, and the pedal's.
    pub fn step(&mut self, action: &[f32]) -> Result<Step, ActionError> {
        self.check(action)?;
        self.apply(action);
        let events_before = self.events.len();
        self.simulate();
        if self.has_diverged() {
            self.status = EpisodeStatus::Diverged;
            self.previous_reward = 0.0;
            return Ok(Step {
                reward: RewardTerms::default(),
                status: self.status,
            });
        }
        let score = Arc::clone(&self.score);
        let due = &score.frames()[self.frame];
        let reward = self.reward(due, events_before);
        self.frame += 1;
        self.previous_reward = reward.total();
        self.status = if self.frame == score.frames().len() {
            EpisodeStatus::Finished
        } else if self.settings.wrong_press_termination && reward::wrong_key_sounds(due, &self.keys) {
            EpisodeStatus::WrongKey
        } else {
            EpisodeStatus::Running
        };
        Ok(Step {
            reward,
            status: self.status,
        })
    }

    /// Writes what is seen now; `observation` has the length of [`Environment::layout`].
    pub fn observe(&self, observation: &mut [f32]) {
        let layout = &self.layout;
        if self.settings.observation.previous_action_and_reward {
            observation[layout.previous_action.clone()].copy_from_slice(&self.previous_action);
            observation[layout.previous_reward.start] = self.previous_reward as f32;
        }
        if !layout.fingering.is_empty() {
            write_fingering(&self.score, self.frame, &mut observation[layout.fingering.clone()]);
        }
        write_goal(&self.score, self.frame, &mut observation[layout.goal.clone()]);
        copy_as_f32(self.keys.depth, &mut observation[layout.keys.clone()]);
        observation[layout.sustain.start] = self.sustain as f32;
        for (hand, joints) in crate::scene::HANDS.into_iter().zip(self.model.hands()) {
            let seen = joints.seen_joints().map(|joint| self.data.qpos()[joint]);
            copy_as_f32(seen, &mut observation[layout.joints(hand)]);
        }
        if !layout.trajectory.is_empty() {
            write_trajectory(
                &self.trajectory,
                self.frame,
                &self.points(),
                &mut observation[layout.trajectory.clone()],
            );
        }
        if !layout.velocities.is_empty() {
            let lookahead = self.settings.observation.lookahead_steps;
            write_velocities(&self.score, self.frame, lookahead, &mut observation[layout.velocities.clone()]);
        }
    }

    /// Where the parts of an observation are.
    pub fn layout(&self) -> &ObservationLayout {
        &self.layout
    }

    /// The scene.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The score that is played.
    pub fn score(&self) -> &Score {
        &self.score
    }

    /// The frame that the next action plays.
    pub fn frame(&self) -> usize {
        self.frame
    }

    /// Whether the episode goes on.
    pub fn status(&self) -> EpisodeStatus {
        self.status
    }

    /// Positions of all joints, keys first, meters and radians.
    pub fn positions(&self) -> &[f64] {
        self.data.qpos()
    }

    /// The keys.
    pub fn keys(&self) -> &KeyStates {
        &self.keys
    }

    /// Whether the pedal is down.
    pub fn pedal_down(&self) -> bool {
        self.sustain >= SUSTAIN_THRESHOLD
    }

    /// Every key that began or ceased to sound in this episode.
    pub fn key_events(&self) -> &[KeyEvent] {
        &self.events
    }

    /// Where a fingertip is, meters.
    pub fn fingertip(&self, finger: Finger) -> [f64; 3] {
        self.data.site_xpos()[self.model.tip(finger)]
    }

    /// Fingertips and wrists seen from above, meters, in the order of [`Trajectory`].
    pub fn points(&self) -> [[f64; 2]; POINTS] {
        let mut points = [[0.0; 2]; POINTS];
        for finger in Finger::all() {
            let [x, y, _] = self.fingertip(finger);
            points[finger.index()] = [x, y];
        }
        for hand in Hand::BOTH {
            let [x, y, _] = self.data.xpos()[self.model.wrist(hand)];
            points[FINGERTIPS + hand.index()] = [x, y];
        }
        points
    }

    /// For drawing, which changes nothing that is simulated.
    pub(crate) fn data_mut(&mut self) -> &mut MjData<Arc<MjModel>> {
        &mut self.data
    }

    fn check(&self, action: &[f32]) -> Result<(), ActionError> {
        if self.status != EpisodeStatus::Running {
            return Err(ActionError::EpisodeOver);
        }
        if action.len() != self.model.action_len() {
            return Err(ActionError::WrongLength {
                expected: self.model.action_len(),
                found: action.len(),
            });
        }
        match action.iter().position(|number| !number.is_finite()) {
            Some(index) => Err(ActionError::NotFinite { index }),
            None => Ok(()),
        }
    }

    fn apply(&mut self, action: &[f32]) {
        const PEDAL_RANGE: [f64; 2] = [0.0, 1.0];
        let ranges = self.model.control_ranges().iter().chain([&PEDAL_RANGE]);
        for ((taken, number), range) in self.previous_action.iter_mut().zip(action).zip(ranges) {
            *taken = control_from_action(*number, *range);
        }
        let (pedal, controls) = self.previous_action.split_last().expect("an action ends with the pedal");
        for (control, taken) in self.data.ctrl_mut().iter_mut().zip(controls) {
            *control = f64::from(*taken);
        }
        self.sustain = f64::from(*pedal);
    }

    /// Lets time pass. Between control steps everything that follows from positions and velocities is kept computed, so the first
    /// physics step only has to finish; the states are the same to the last bit as after whole steps.
    fn simulate(&mut self) {
        for _ in 0..SUBSTEPS {
            self.data.step2();
            self.data.step1();
            self.look_at_keys();
        }
    }

    fn look_at_keys(&mut self) {
        let data = &self.data;
        let joints = Joints {
            positions: data.qpos(),
            velocities: data.qvel(),
            at_secs: data.time(),
        };
        let model = &self.model;
        let finger_on = |key: &Key| touch::finger_on(key, model.fingers_of_geoms(), contacts(data));
        self.keys.update(model.keys(), joints, finger_on, &mut self.events);
    }

    /// MuJoCo counts what goes wrong, and starts over where positions or velocities are no numbers.
    fn has_diverged(&self) -> bool {
        self.data.warning().iter().any(|warning| warning.number > 0)
    }

    /// Key events from `events_before` on are this step's.
    fn reward(&self, due: &Frame, events_before: usize) -> RewardTerms {
        RewardTerms {
            key_press: reward::key_press(due, &self.keys),
            sustain: reward::sustain(due, self.pedal_down()),
            energy: self.energy(),
            fingering: if self.layout.fingering.is_empty() {
                0.0
            } else {
                self.fingering(due)
            },
            forearm: if self.settings.disable_forearm_reward {
                0.0
            } else {
                self.forearm()
            },
            velocity: self.velocity(due, events_before),
            trajectory: self.closeness_to_person(),
        }
    }

    fn velocity(&self, due: &Frame, events_before: usize) -> f64 {
        if self.settings.velocity_weight == 0.0 {
            return 0.0;
        }
        let strokes = self.events[events_before..].iter().filter(|event| event.on);
        let pairs = strokes.filter_map(|stroke| {
            let note = due.notes.iter().find(|note| note.pitch == stroke.pitch)?;
            Some((stroke.midi_velocity(), note.velocity))
        });
        self.settings.velocity_weight * reward::velocity(pairs)
    }

    fn closeness_to_person(&self) -> f64 {
        if self.settings.trajectory_weight == 0.0 {
            return 0.0;
        }
        let pairs = self.points().into_iter().zip(self.trajectory.at(self.frame));
        self.settings.trajectory_weight * reward::trajectory(pairs.filter_map(|(here, person)| Some((here, person?))))
    }

    /// Forces are those of the last physics step, which led here; velocities are those it led to. So RoboPianist's sensors have them.
    fn energy(&self) -> f64 {
        let (forces, velocities) = (self.data.actuator_force(), self.data.actuator_velocity());
        let hands = self.model.hands().iter().map(|hand| {
            let actuators = hand.actuators.clone();
            (&forces[actuators.clone()], &velocities[actuators])
        });
        reward::energy(hands, self.settings.energy_penalty)
    }

    fn fingering(&self, due: &Frame) -> f64 {
        let pairs = due.notes.iter().filter_map(|note| {
            let key = &self.model.keys()[note.pitch.key_index()];
            let center = key.indices.map_or(key.center, |(_, geom)| self.data.geom_xpos()[geom]);
            Some((self.fingertip(note.finger?), reward::place_on_key(key, center)))
        });
        reward::fingering(pairs)
    }

    fn forearm(&self) -> f64 {
        reward::forearm(self.model.hands(), contacts(&self.data))
    }
}

impl Sensed for Environment {
    fn lengths(&self) -> &[f64] {
        self.data.actuator_length()
    }

    fn speeds(&self) -> &[f64] {
        self.data.actuator_velocity()
    }

    fn fingertip(&self, finger: Finger) -> [f64; 3] {
        Environment::fingertip(self, finger)
    }

    fn key_depths(&self) -> [f64; KEYS] {
        self.keys.depth
    }
}

/// What touches what: how far apart, and two shapes.
fn contacts(data: &MjData<Arc<MjModel>>) -> impl Iterator<Item = (f64, usize, usize)> {
    let contacts = data.contact().iter();
    contacts.map(|contact| (contact.dist, contact.geom1 as usize, contact.geom2 as usize))
}

fn copy_as_f32(from: impl IntoIterator<Item = f64>, to: &mut [f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = from as f32;
    }
}
