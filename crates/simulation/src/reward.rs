//! What is rewarded: one term a file, their sum is the reward. Names and numbers are RoboPianist's; velocity and trajectory are options
//! beyond it.

mod energy;
mod fingering;
mod forearm;
mod key_press;
mod sustain;
mod tolerance;
mod trajectory;
mod velocity;

pub(crate) use energy::energy;
pub(crate) use fingering::{fingering, place_on_key};
pub(crate) use forearm::forearm;
pub(crate) use key_press::{key_press, wrong_key_sounds};
pub(crate) use sustain::sustain;
pub(crate) use trajectory::trajectory;
pub(crate) use velocity::velocity;

pub use energy::ENERGY_PENALTY;

/// The terms of one step's reward. A term that is switched off is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RewardTerms {
    /// For keys that are due being down and no other key sounding, 0 to 1.
    pub key_press: f64,
    /// For the pedal being where it is due, 0 to 1.
    pub sustain: f64,
    /// For moving little, 0 or less.
    pub energy: f64,
    /// For the fingers being at the keys they are to play, 0 to 1.
    pub fingering: f64,
    /// For the forearms keeping off each other, 0 or 0.5.
    pub forearm: f64,
    /// For striking keys as hard as the score says, 0 to 1 in a step that strikes a due key.
    pub velocity: f64,
    /// For moving as the person did, 0 to 1.
    pub trajectory: f64,
}

impl RewardTerms {
    /// The reward.
    pub fn total(&self) -> f64 {
        self.key_press + self.sustain + self.energy + self.fingering + self.forearm + self.velocity + self.trajectory
    }
}
