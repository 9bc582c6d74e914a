//! One episode, recorded.

use piano::Finger;
use simulation::environment::{ActionError, Environment, EpisodeStatus};
use simulation::keys::KeyEvent;
use simulation::metrics::Played;
use simulation::model::KEYS;
use simulation::reward::RewardTerms;

/// Number of fingers.
pub const FINGERS: usize = 10;

/// What was done in an episode and what came of it. An episode that ended early sounds no key afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// Numbers in an action.
    pub action_len: usize,
    /// The actions taken, one after another, each in [-1, 1]. Those of an episode that ended early are filled up with the last.
    pub actions: Vec<f32>,
    /// What sounded at the end of each frame.
    pub played: Played,
    /// Every key that began or ceased to sound.
    pub key_events: Vec<KeyEvent>,
    /// Each step's reward.
    pub rewards: Vec<RewardTerms>,
    /// Where the fingertips were at the end of each step, meters, in the order of [`Finger::all`].
    pub fingertips: Vec<[[f64; 3]; FINGERS]>,
    /// How it ended.
    pub status: EpisodeStatus,
}

/// Who acts: writes the next action for what the environment is now, or asks to stop.
pub trait Player {
    /// Writes the action of the coming frame. False ends the episode here.
    fn act(&mut self, environment: &Environment, action: &mut [f32]) -> bool;
}

/// Plays recorded actions, whatever happens.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a>(pub &'a [f32]);

impl Player for Recorded<'_> {
    fn act(&mut self, environment: &Environment, action: &mut [f32]) -> bool {
        let first = environment.frame() * action.len();
        match self.0.get(first..first + action.len()) {
            Some(recorded) => {
                action.copy_from_slice(recorded);
                true
            }
            None => false,
        }
    }
}

impl<F: FnMut(&Environment, &mut [f32]) -> bool> Player for F {
    fn act(&mut self, environment: &Environment, action: &mut [f32]) -> bool {
        self(environment, action)
    }
}

/// Resets the environment and plays its score to the end, to a breakdown of the physics, or until the player stops.
pub fn perform(environment: &mut Environment, player: &mut (impl Player + ?Sized)) -> Result<Rollout, ActionError> {
    environment.reset();
    let mut rollout = Rollout {
        action_len: environment.model().action_len(),
        actions: Vec::new(),
        played: Played::default(),
        key_events: Vec::new(),
        rewards: Vec::new(),
        fingertips: Vec::new(),
        status: environment.status(),
    };
    let mut action = vec![0.0; rollout.action_len];
    while rollout.status == EpisodeStatus::Running && player.act(environment, &mut action) {
        let step = environment.step(&action)?;
        rollout.status = step.status;
        rollout.actions.extend(&action);
        if step.status == EpisodeStatus::Diverged {
            break;
        }
        rollout.rewards.push(step.reward);
        rollout.played.record(environment);
        rollout.fingertips.push(fingertips(environment));
    }
    rollout.key_events.extend(environment.key_events());
    rollout.fill_up(environment.score().frames().len());
    Ok(rollout)
}

impl Rollout {
    /// Silence and the last action up to the score's end, so that what was not played counts as missed.
    fn fill_up(&mut self, frames: usize) {
        self.played.keys.resize(frames, [false; KEYS]);
        self.played.sustain.resize(frames, false);
        let last = self.actions.len().saturating_sub(self.action_len)..self.actions.len();
        let last = self.actions[last].to_vec();
        while self.actions.len() < frames * self.action_len && !last.is_empty() {
            self.actions.extend(&last);
        }
    }
}

fn fingertips(environment: &Environment) -> [[f64; 3]; FINGERS] {
    let mut tips = [[0.0; 3]; FINGERS];
    for finger in Finger::all() {
        tips[finger.index()] = environment.fingertip(finger);
    }
    tips
}
