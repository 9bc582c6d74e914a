//! PPO: proximal policy optimisation with clipped ratios, for policies that correct a prior a little at a time.
//!
//! The policy is a normal distribution whose standard deviations do not depend on what is seen; actions are what it draws, cut to -1..1 by
//! the environment. The defaults are PianoMime's (residuals on a nominal action), and CleanRL's where PianoMime names none.

mod run;

pub use run::{PpoBeginError, PpoReport, PpoResumeError, PpoRun, PpoRunError, RewardNotFinite};

use crate::adam::Adam;
use crate::environment::Ending;
use crate::inputs::{InputBatch, InputLayout};
use crate::network::{Activations, Dropped, Network, NetworkShape, Wanted};
use crate::settings::{self, SettingsError};
use crate::threads::Threads;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// ln(2 pi) / 2.
const HALF_LN_TWO_PI: f32 = 0.918_938_5;
/// The last layer of a policy begins this much smaller, so that the first actions are about the prior's; CleanRL's value.
const FIRST_POLICY_SCALE: f32 = 0.01;
/// Added to the deviation that advantages are divided by.
const ADVANTAGE_EPSILON: f32 = 1e-8;

/// How PPO learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PpoSettings {
    /// Units of the hidden layers of policy and value.
    pub hidden: Vec<usize>,
    /// Steps of each environment between updates.
    pub horizon: usize,
    /// Passes over them.
    pub epochs: usize,
    /// Steps in a gradient.
    pub batch: usize,
    /// Step size at the beginning.
    pub rate: f32,
    /// Factor of the step size after each iteration.
    pub rate_decay: f32,
    /// What a reward one step later is worth.
    pub discount: f32,
    /// How far advantages look ahead (lambda of generalised advantage estimation).
    pub advantage_decay: f32,
    /// How far the ratio of probabilities may move before its gradient stops.
    pub clip: f32,
    /// Weight of the entropy.
    pub entropy_weight: f32,
    /// Weight of the value's square error.
    pub value_weight: f32,
    /// Greatest length of a network's gradient.
    pub max_gradient: f32,
    /// Logarithm of the standard deviations at the beginning.
    pub first_log_deviation: f32,
}

impl Default for PpoSettings {
    fn default() -> Self {
        PpoSettings {
            hidden: vec![1024, 256],
            horizon: 512,
            epochs: 10,
            batch: 1024,
            rate: 3e-4,
            rate_decay: 0.999,
            discount: 0.99,
            advantage_decay: 0.95,
            clip: 0.2,
            entropy_weight: 0.0,
            value_weight: 0.5,
            max_gradient: 0.5,
            first_log_deviation: 0.0,
        }
    }
}

impl PpoSettings {
    /// Refuses settings that nothing can be learned with.
    pub fn check(&self) -> Result<(), SettingsError> {
        settings::layers("hidden", &self.hidden)?;
        settings::count("horizon", self.horizon)?;
        settings::count("epochs", self.epochs)?;
        settings::count("batch", self.batch)?;
        settings::share("discount", self.discount)?;
        settings::share("advantage_decay", self.advantage_decay)?;
        settings::positive("rate", self.rate)?;
        settings::positive("rate_decay", self.rate_decay)?;
        settings::positive("clip", self.clip)?;
        settings::positive("max_gradient", self.max_gradient)
    }
}

/// Steps to learn from, in any order.
#[derive(Clone, Debug, Default)]
pub struct PpoBatch {
    /// What was seen.
    pub observations: InputBatch,
    /// What was done, `[batch][actions]`.
    pub actions: Vec<f32>,
    /// Logarithm of the probability density with which it was.
    pub log_probabilities: Vec<f32>,
    /// How much better it was than expected.
    pub advantages: Vec<f32>,
    /// What was worth what was seen.
    pub returns: Vec<f32>,
}

/// What an update saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PpoLosses {
    /// Loss of the policy.
    pub policy: f32,
    /// Mean square error of the value, halved.
    pub value: f32,
    /// Entropy, nats.
    pub entropy: f32,
    /// Share of steps whose ratio was clipped.
    pub clipped: f32,
}

/// Policy and value.
#[derive(Debug)]
pub struct Ppo {
    settings: PpoSettings,
    action_len: usize,
    policy: Network,
    policy_adam: Adam,
    log_deviations: Vec<f32>,
    deviations_adam: Adam,
    value: Network,
    value_adam: Adam,
    rate: f32,
    activations: Activations,
    gradients: Vec<f32>,
}

impl Ppo {
    /// Everything at its beginning.
    pub fn new(observation: &InputLayout, action_len: usize, settings: PpoSettings, random: &mut ChaCha8Rng) -> Ppo {
        let shape = |outputs| NetworkShape {
            observation: observation.clone(),
            extra: 0,
            hidden: settings.hidden.clone(),
            outputs,
            layer_norm: false,
        };
        let mut policy = Network::new(shape(action_len), random);
        policy.scale_last_layer(FIRST_POLICY_SCALE);
        let value = Network::new(shape(1), random);
        Ppo {
            policy_adam: Adam::new(&policy),
            value_adam: Adam::new(&value),
            deviations_adam: Adam::of_numbers(vec![0.0; action_len], vec![0.0; action_len], 0),
            log_deviations: vec![settings.first_log_deviation; action_len],
            rate: settings.rate,
            activations: Activations::default(),
            gradients: Vec::new(),
            action_len,
            settings,
            policy,
            value,
        }
    }

    /// The policy: means of the actions.
    pub fn policy(&self) -> &Network {
        &self.policy
    }

    /// Every network by name.
    pub fn networks_mut(&mut self) -> [(&'static str, &mut Network); 2] {
        [("policy", &mut self.policy), ("value", &mut self.value)]
    }

    /// Logarithms of the actions' standard deviations.
    pub fn log_deviations(&self) -> &[f32] {
        &self.log_deviations
    }

    /// Draws actions with normal noise; returns the logarithm of each row's density.
    pub fn act(&mut self, observations: &InputBatch, noise: &[f32], actions: &mut Vec<f32>) -> Vec<f32> {
        self.likeliest_actions(observations, actions);
        for (index, action) in actions.iter_mut().enumerate() {
            *action += self.log_deviations[index % self.action_len].exp() * noise[index];
        }
        let density = |noise: &[f32]| {
            let each = noise.iter().zip(&self.log_deviations);
            each.map(|(noise, log)| -0.5 * noise * noise - log - HALF_LN_TWO_PI).sum()
        };
        noise.chunks_exact(self.action_len).map(density).collect()
    }

    /// The policy's means.
    pub fn likeliest_actions(&mut self, observations: &InputBatch, actions: &mut Vec<f32>) {
        self.policy.forward(observations, &Dropped::default(), &mut self.activations);
        actions.clone_from(&self.activations.outputs);
    }

    /// What observations are worth.
    pub fn values(&mut self, observations: &InputBatch) -> Vec<f32> {
        self.value.forward(observations, &Dropped::default(), &mut self.activations);
        self.activations.outputs.clone()
    }

    /// One step against the gradients of one batch, its advantages brought to mean 0 and deviation 1.
    pub fn update(&mut self, batch: &PpoBatch, threads: &Threads) -> PpoLosses {
        threads.run(|| {
            let mut losses = self.update_policy(batch);
            losses.value = self.update_value(batch);
            losses
        })
    }

    fn update_policy(&mut self, batch: &PpoBatch) -> PpoLosses {
        let (len, settings) = (self.action_len, &self.settings);
        let rows = batch.advantages.len();
        let share = 1.0 / rows as f32;
        self.policy.forward(&batch.observations, &Dropped::default(), &mut self.activations);
        let means = &self.activations.outputs;
        let mut by_means = vec![0.0; means.len()];
        let mut by_logs = vec![-settings.entropy_weight; len];
        let mut losses = PpoLosses {
            entropy: self.log_deviations.iter().map(|log| log + 0.5 + HALF_LN_TWO_PI).sum(),
            ..PpoLosses::default()
        };
        for (row, advantage) in normalised(&batch.advantages).into_iter().enumerate() {
            let at = row * len..(row + 1) * len;
            let standard = |index: usize| (batch.actions[at.start + index] - means[at.start + index]) * (-self.log_deviations[index]).exp();
            let density: f32 = (0..len)
                .map(|index| -0.5 * standard(index) * standard(index) - self.log_deviations[index] - HALF_LN_TWO_PI)
                .sum();
            let ratio = (density - batch.log_probabilities[row]).exp();
            let free = -advantage * ratio;
            let held = -advantage * ratio.clamp(1.0 - settings.clip, 1.0 + settings.clip);
            losses.policy += share * free.max(held);
            losses.clipped += share * f32::from(u8::from((ratio - 1.0).abs() > settings.clip));
            if free < held {
                continue;
            }
            let by_density = share * free;
            for index in 0..len {
                let standard = standard(index);
                by_means[at.start + index] = by_density * standard * (-self.log_deviations[index]).exp();
                by_logs[index] += by_density * (standard * standard - 1.0);
            }
        }
        losses.policy -= settings.entropy_weight * losses.entropy;
        self.gradients.clear();
        self.gradients.resize(self.policy.parameters.len(), 0.0);
        let wanted = Wanted::Parameters(&mut self.gradients);
        self.policy
            .backward(&batch.observations, &Dropped::default(), &mut self.activations, &by_means, wanted);
        let scale = shortened([&self.gradients, &by_logs], self.settings.max_gradient);
        let (adam, inputs) = (&mut self.policy_adam, &batch.observations);
        adam.step(&mut self.policy, &mut self.gradients, inputs, self.rate, scale, None);
        self.deviations_adam
            .step_numbers(&mut self.log_deviations, &by_logs, self.rate, scale);
        losses
    }

    fn update_value(&mut self, batch: &PpoBatch) -> f32 {
        let share = 1.0 / batch.returns.len() as f32;
        self.value.forward(&batch.observations, &Dropped::default(), &mut self.activations);
        let errors = self.activations.outputs.iter().zip(&batch.returns);
        let errors: Vec<f32> = errors.map(|(value, returned)| value - returned).collect();
        let weight = self.settings.value_weight * share;
        let by_values: Vec<f32> = errors.iter().map(|error| weight * error).collect();
        self.gradients.clear();
        self.gradients.resize(self.value.parameters.len(), 0.0);
        let wanted = Wanted::Parameters(&mut self.gradients);
        self.value
            .backward(&batch.observations, &Dropped::default(), &mut self.activations, &by_values, wanted);
        let scale = shortened([&self.gradients, &[]], self.settings.max_gradient);
        let (adam, inputs) = (&mut self.value_adam, &batch.observations);
        adam.step(&mut self.value, &mut self.gradients, inputs, self.rate, scale, None);
        0.5 * share * errors.iter().map(|error| error * error).sum::<f32>()
    }
}

/// Generalised advantages of one environment's steps in their order, and returns. `next_values` are those of what was seen after each
/// step; the sum over what comes later ends where an episode ends.
pub fn advantages(settings: &PpoSettings, rewards: &[f32], values: &[f32], next_values: &[f32], endings: &[Ending]) -> Vec<f32> {
    let mut advantages = vec![0.0; rewards.len()];
    let mut later = 0.0;
    for step in (0..rewards.len()).rev() {
        let worth = if endings[step] == Ending::Over { 0.0 } else { next_values[step] };
        if endings[step] != Ending::Running {
            later = 0.0;
        }
        let surprise = rewards[step] + settings.discount * worth - values[step];
        later = surprise + settings.discount * settings.advantage_decay * later;
        advantages[step] = later;
    }
    advantages
}

fn normalised(numbers: &[f32]) -> Vec<f32> {
    let len = numbers.len() as f32;
    let mean = numbers.iter().sum::<f32>() / len;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f32>() / len;
    numbers
        .iter()
        .map(|number| (number - mean) / (variance.sqrt() + ADVANTAGE_EPSILON))
        .collect()
}

/// The factor that makes a gradient no longer than `max`.
fn shortened(parts: [&[f32]; 2], max: f32) -> f32 {
    let square: f64 = parts.into_iter().flatten().map(|number| f64::from(*number).powi(2)).sum();
    (f64::from(max) / square.sqrt().max(f64::from(max))) as f32
}
