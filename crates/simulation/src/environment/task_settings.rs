//! What can be chosen of the task.

use crate::observation::ObservationSettings;
use crate::reward;

/// What is played, seen and rewarded. [`TaskSettings::default`] is what RoboPianist's paper uses.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskSettings {
    /// What is seen.
    pub observation: ObservationSettings,
    /// Whether a wrong key ends the episode.
    pub wrong_press_termination: bool,
    /// Leaves fingering out of reward and observation even where the score has it.
    pub disable_fingering: bool,
    /// Leaves out the reward for forearms that keep off each other.
    pub disable_forearm_reward: bool,
    /// Cost of a watt for one control step.
    pub energy_penalty: f64,
    /// Weight of the reward for striking keys as hard as the score says; RoboPianist has none.
    pub velocity_weight: f64,
    /// Weight of the reward for moving as the person did; RoboPianist has none.
    pub trajectory_weight: f64,
}

impl Default for TaskSettings {
    fn default() -> Self {
        TaskSettings {
            observation: ObservationSettings::default(),
            wrong_press_termination: false,
            disable_fingering: false,
            disable_forearm_reward: false,
            energy_penalty: reward::ENERGY_PENALTY,
            velocity_weight: 0.0,
            trajectory_weight: 0.0,
        }
    }
}
