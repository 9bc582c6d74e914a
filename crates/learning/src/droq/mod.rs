//! DroQ: soft actor-critic whose critics have dropout and normalisation, with the settings of RoboPianist's baseline.
//!
//! An update is computed as robopianist-rl's `sac.py` computes it, in its order: critics and their targets, policy, temperature. Dropout
//! stays on in the targets and in the policy's loss. Work is divided in the same way whatever the number of threads, so results do not
//! depend on it.

mod run;

pub use run::{DroqBeginError, DroqReport, DroqResumeError, DroqRun, DroqRunError};

use crate::adam::{Adam, ScalarAdam};
use crate::gaussian::{SquashedSample, squashed_means};
use crate::inputs::{InputBatch, InputLayout};
use crate::network::{Activations, Dropped, Network, NetworkShape, Wanted};
use crate::random::{draw_dropped, draw_normal};
use crate::replay::Minibatch;
use crate::settings::{self, SettingsError};
use crate::threads::Threads;
use rand::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How DroQ learns. [`DroqSettings::default`] is robopianist-rl's `run.sh`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DroqSettings {
    /// Units of the hidden layers of policy and critics.
    pub hidden: Vec<usize>,
    /// Number of critics.
    pub critics: usize,
    /// Share of the critics' hidden units that is dropped.
    pub dropout: f32,
    /// Whether the critics' hidden layers are normalised.
    pub layer_norm: bool,
    /// Step size of the policy.
    pub actor_rate: f32,
    /// Step size of the critics.
    pub critic_rate: f32,
    /// Step size of the temperature.
    pub temperature_rate: f32,
    /// What a reward one step later is worth.
    pub discount: f32,
    /// Share of the critics that their targets take over in each update.
    pub tau: f32,
    /// Weight of the entropy at the beginning.
    pub initial_temperature: f32,
    /// Entropy to keep, for each number of an action.
    pub target_entropy_per_action: f32,
    /// Whether the entropy to come counts as reward.
    pub backup_entropy: bool,
    /// Transitions in an update.
    pub batch: usize,
    /// Steps with uniformly random actions before learning begins.
    pub warmup_steps: u64,
    /// Updates for each environment step.
    pub updates_per_step: usize,
}

impl Default for DroqSettings {
    fn default() -> Self {
        DroqSettings {
            hidden: vec![256; 3],
            critics: 2,
            dropout: 0.01,
            layer_norm: true,
            actor_rate: 3e-4,
            critic_rate: 3e-4,
            temperature_rate: 3e-4,
            discount: 0.8,
            tau: 0.005,
            initial_temperature: 1.0,
            target_entropy_per_action: -0.5,
            backup_entropy: true,
            batch: 256,
            warmup_steps: 5_000,
            updates_per_step: 1,
        }
    }
}

impl DroqSettings {
    /// Refuses settings that nothing can be learned with.
    pub fn check(&self) -> Result<(), SettingsError> {
        settings::layers("hidden", &self.hidden)?;
        settings::count("critics", self.critics)?;
        settings::count("batch", self.batch)?;
        settings::share_below_one("dropout", self.dropout)?;
        settings::share("discount", self.discount)?;
        settings::share("tau", self.tau)?;
        settings::positive("actor_rate", self.actor_rate)?;
        settings::positive("critic_rate", self.critic_rate)?;
        settings::positive("temperature_rate", self.temperature_rate)?;
        settings::positive("initial_temperature", self.initial_temperature)
    }
}

/// The random numbers of an update.
#[derive(Clone, Debug, Default)]
pub struct DroqNoise {
    /// For the actions after the next observations, `[batch][actions]`.
    pub next_action: Vec<f32>,
    /// For the actions of the policy's loss.
    pub action: Vec<f32>,
    /// For each critic's target.
    pub target: Vec<Dropped>,
    /// For each critic's own loss.
    pub critic: Vec<Dropped>,
    /// For each critic in the policy's loss.
    pub actor: Vec<Dropped>,
}

/// What an update saw, before it moved anything but the critics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DroqLosses {
    /// Mean square error of the critics.
    pub critic: f32,
    /// Mean value.
    pub value: f32,
    /// Loss of the policy.
    pub actor: f32,
    /// Entropy of the policy, nats.
    pub entropy: f32,
    /// Weight of the entropy.
    pub temperature: f32,
    /// Loss of the temperature.
    pub temperature_loss: f32,
}

/// An update that came to no number.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("learning diverged: after {updates} updates the losses are {losses:?}")]
pub struct Diverged {
    /// Updates done.
    pub updates: u64,
    /// What came out.
    pub losses: DroqLosses,
}

/// Policy, critics and temperature.
#[derive(Debug)]
pub struct Droq {
    pub(crate) settings: DroqSettings,
    pub(crate) action_len: usize,
    pub(crate) actor: Network,
    pub(crate) actor_adam: Adam,
    pub(crate) critics: Vec<Critic>,
    pub(crate) log_temperature: f32,
    pub(crate) temperature_adam: ScalarAdam,
    pub(crate) updates: u64,
    actor_gradients: Vec<f32>,
    next: PolicyPass,
    now: PolicyPass,
}

/// A critic, its target and its optimiser.
#[derive(Debug)]
pub(crate) struct Critic {
    pub(crate) online: Network,
    pub(crate) target: Network,
    pub(crate) adam: Adam,
    gradients: Vec<f32>,
    activations: Activations,
    target_activations: Activations,
    outputs_gradient: Vec<f32>,
    by_action: Vec<f32>,
    loss: f32,
    value: f32,
}

/// A pass of the policy over a batch.
#[derive(Debug, Default)]
struct PolicyPass {
    activations: Activations,
    sample: SquashedSample,
}

impl Droq {
    /// Everything at its beginning, the targets equal to their critics.
    pub fn new(observation: &InputLayout, action_len: usize, settings: DroqSettings, random: &mut impl Rng) -> Droq {
        let shape = |extra, outputs, layer_norm| NetworkShape {
            observation: observation.clone(),
            extra,
            hidden: settings.hidden.clone(),
            outputs,
            layer_norm,
        };
        let actor = Network::new(shape(0, 2 * action_len, false), random);
        let critics = (0..settings.critics)
            .map(|_| Critic::new(Network::new(shape(action_len, 1, settings.layer_norm), random)))
            .collect();
        Droq {
            actor_adam: Adam::new(&actor),
            actor_gradients: vec![0.0; actor.parameters.len()],
            actor,
            critics,
            log_temperature: settings.initial_temperature.ln(),
            temperature_adam: ScalarAdam::default(),
            updates: 0,
            next: PolicyPass::default(),
            now: PolicyPass::default(),
            action_len,
            settings,
        }
    }

    /// The settings.
    pub fn settings(&self) -> &DroqSettings {
        &self.settings
    }

    /// The policy: means of the actions before squashing, then logarithms of standard deviations.
    pub fn actor(&self) -> &Network {
        &self.actor
    }

    /// Every network by name: `actor`, `critic0`, `target0`, ...
    pub fn networks_mut(&mut self) -> Vec<(String, &mut Network)> {
        let mut named = vec![("actor".to_owned(), &mut self.actor)];
        for (number, critic) in self.critics.iter_mut().enumerate() {
            named.push((format!("critic{number}"), &mut critic.online));
            named.push((format!("target{number}"), &mut critic.target));
        }
        named
    }

    /// Updates done.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Draws actions from the policy, `[batch][actions]`.
    pub fn sample_actions(&mut self, observations: &InputBatch, random: &mut impl Rng, actions: &mut Vec<f32>) {
        let mut noise = Vec::new();
        draw_normal(random, observations.len() * self.action_len, &mut noise);
        self.now.run(&self.actor, observations, &noise, self.action_len);
        actions.clear();
        actions.extend_from_slice(&self.now.sample.actions);
    }

    /// The policy's most likely actions, `[batch][actions]`.
    pub fn likeliest_actions(&mut self, observations: &InputBatch, actions: &mut Vec<f32>) {
        self.actor.forward(observations, &Dropped::default(), &mut self.now.activations);
        squashed_means(&self.now.activations.outputs, self.action_len, actions);
    }

    /// Draws the random numbers of an update.
    pub fn draw_noise(&self, batch: usize, random: &mut impl Rng, noise: &mut DroqNoise) {
        draw_normal(random, batch * self.action_len, &mut noise.next_action);
        draw_normal(random, batch * self.action_len, &mut noise.action);
        for dropped in [&mut noise.target, &mut noise.critic, &mut noise.actor] {
            dropped.resize_with(self.critics.len(), Dropped::default);
            for dropped in dropped {
                dropped.rate = self.settings.dropout;
                dropped.units.resize_with(self.settings.hidden.len(), Vec::new);
                for (units, hidden) in dropped.units.iter_mut().zip(&self.settings.hidden) {
                    draw_dropped(random, batch * hidden, dropped.rate, units);
                }
            }
        }
    }

    /// One update of everything. The minibatch's rows of actions are used as room to work in.
    pub fn update(&mut self, batch: &mut Minibatch, noise: &DroqNoise, threads: &Threads) -> Result<DroqLosses, Diverged> {
        let losses = threads.run(|| {
            self.run_policy(batch, noise);
            self.update_critics(batch, noise);
            let actor = self.update_actor(batch, noise);
            let temperature = self.log_temperature.exp();
            let entropy = -mean(&self.now.sample.log_probabilities);
            let temperature_loss = self.update_temperature(temperature, entropy);
            DroqLosses {
                critic: mean(&self.critics.iter().map(|critic| critic.loss).collect::<Vec<_>>()),
                value: mean(&self.critics.iter().map(|critic| critic.value).collect::<Vec<_>>()),
                actor,
                entropy,
                temperature,
                temperature_loss,
            }
        });
        self.updates += 1;
        let numbers = [losses.critic, losses.value, losses.actor, losses.entropy, losses.temperature];
        if numbers.iter().all(|number| number.is_finite()) {
            Ok(losses)
        } else {
            Err(Diverged {
                updates: self.updates,
                losses,
            })
        }
    }

    /// The policy moves last, so both its passes can be made at once.
    fn run_policy(&mut self, batch: &mut Minibatch, noise: &DroqNoise) {
        let (actor, action_len) = (&self.actor, self.action_len);
        let (next, now) = (&mut self.next, &mut self.now);
        rayon::join(
            || next.run(actor, &batch.next_observations, &noise.next_action, action_len),
            || now.run(actor, &batch.observations, &noise.action, action_len),
        );
        batch.next_observations.set_extra(&self.next.sample.actions);
        batch.observations.set_extra(&batch.actions);
    }

    fn update_critics(&mut self, batch: &Minibatch, noise: &DroqNoise) {
        let passes = self.critics.par_iter_mut().zip(&noise.target);
        passes.for_each(|(critic, dropped)| {
            let activations = &mut critic.target_activations;
            critic.target.forward(&batch.next_observations, dropped, activations);
        });
        let targets = self.target_values(batch);
        let settings = &self.settings;
        let updates = self.critics.par_iter_mut().zip(&noise.critic);
        updates.for_each(|(critic, dropped)| critic.update(settings, &batch.observations, dropped, &targets));
    }

    fn target_values(&self, batch: &Minibatch) -> Vec<f32> {
        let entropy_weight = if self.settings.backup_entropy {
            self.log_temperature.exp()
        } else {
            0.0
        };
        let least = |row: usize| {
            let values = self.critics.iter().map(|critic| critic.target_activations.outputs[row]);
            values.fold(f32::INFINITY, f32::min)
        };
        let value = |row: usize| {
            let discount = self.settings.discount * batch.discounts[row];
            let to_come = least(row) - entropy_weight * self.next.sample.log_probabilities[row];
            batch.rewards[row] + discount * to_come
        };
        (0..batch.rewards.len()).map(value).collect()
    }

    fn update_actor(&mut self, batch: &mut Minibatch, noise: &DroqNoise) -> f32 {
        let len = batch.rewards.len();
        let share = 1.0 / len as f32;
        batch.observations.set_extra(&self.now.sample.actions);
        let value_share = -share / self.critics.len() as f32;
        let passes = self.critics.par_iter_mut().zip(&noise.actor);
        passes.for_each(|(critic, dropped)| critic.differentiate_by_action(&batch.observations, dropped, value_share));
        let (first, others) = self.critics.split_first_mut().expect("at least one critic");
        let mut value = mean(&first.activations.outputs);
        for critic in others.iter() {
            value += mean(&critic.activations.outputs);
            crate::arithmetic::rows::add(&mut first.by_action, &critic.by_action);
        }
        value /= (others.len() + 1) as f32;
        let entropy_weight = self.log_temperature.exp();
        let (pass, gradient) = (&mut self.now, &mut first.outputs_gradient);
        let outputs = &pass.activations.outputs;
        let weight = entropy_weight * share;
        pass.sample
            .backward(outputs, &noise.action, self.action_len, weight, &first.by_action, gradient);
        let (none, wanted) = (Dropped::default(), Wanted::Parameters(&mut self.actor_gradients));
        self.actor
            .backward(&batch.observations, &none, &mut pass.activations, gradient, wanted);
        let gradients = &mut self.actor_gradients;
        let rate = self.settings.actor_rate;
        self.actor_adam
            .step(&mut self.actor, gradients, &batch.observations, rate, 1.0, None);
        entropy_weight * mean(&pass.sample.log_probabilities) - value
    }

    fn update_temperature(&mut self, temperature: f32, entropy: f32) -> f32 {
        let target = self.settings.target_entropy_per_action * self.action_len as f32;
        // The loss is temperature * (entropy - target); by the temperature's logarithm its derivative is the same.
        let loss = temperature * (entropy - target);
        let rate = self.settings.temperature_rate;
        self.temperature_adam.step(&mut self.log_temperature, loss, rate);
        loss
    }
}

impl Critic {
    pub(crate) fn new(online: Network) -> Critic {
        Critic {
            target: online.clone(),
            adam: Adam::new(&online),
            gradients: vec![0.0; online.parameters.len()],
            activations: Activations::default(),
            target_activations: Activations::default(),
            outputs_gradient: Vec::new(),
            by_action: Vec::new(),
            loss: 0.0,
            value: 0.0,
            online,
        }
    }

    fn update(&mut self, settings: &DroqSettings, inputs: &InputBatch, dropped: &Dropped, targets: &[f32]) {
        self.online.forward(inputs, dropped, &mut self.activations);
        let values = &self.activations.outputs;
        let share = 1.0 / targets.len() as f32;
        self.loss = crate::arithmetic::rows::sum2(values, targets, |value, target| (value - target) * (value - target)) * share;
        self.value = mean(values);
        // The loss is a mean over critics too.
        let slope = 2.0 * share / settings.critics as f32;
        self.outputs_gradient.clear();
        let errors = values.iter().zip(targets).map(|(value, target)| slope * (value - target));
        self.outputs_gradient.extend(errors);
        let wanted = Wanted::Parameters(&mut self.gradients);
        self.online
            .backward(inputs, dropped, &mut self.activations, &self.outputs_gradient, wanted);
        let target = Some((self.target.parameters.as_mut_slice(), settings.tau));
        self.adam
            .step(&mut self.online, &mut self.gradients, inputs, settings.critic_rate, 1.0, target);
    }

    fn differentiate_by_action(&mut self, inputs: &InputBatch, dropped: &Dropped, slope: f32) {
        self.online.forward(inputs, dropped, &mut self.activations);
        self.outputs_gradient.clear();
        self.outputs_gradient.resize(inputs.len(), slope);
        let wanted = Wanted::Extra(&mut self.by_action);
        self.online
            .backward(inputs, dropped, &mut self.activations, &self.outputs_gradient, wanted);
    }
}

impl PolicyPass {
    fn run(&mut self, actor: &Network, observations: &InputBatch, noise: &[f32], action_len: usize) {
        actor.forward(observations, &Dropped::default(), &mut self.activations);
        self.sample.draw(&self.activations.outputs, noise, action_len);
    }
}

fn mean(numbers: &[f32]) -> f32 {
    crate::arithmetic::rows::sum(numbers) / numbers.len() as f32
}
