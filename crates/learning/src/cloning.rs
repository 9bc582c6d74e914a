//! Behaviour cloning, and DAgger: imitate an expert where it went, then where the imitation goes.
//!
//! The loss is the mean square difference of actions. The policy's last layer is squashed into -1..1 by a hyperbolic tangent, like the
//! mean of DroQ's policy, or left as it is, where whoever acts cuts actions off. Demonstrations live in a replay buffer that keeps no
//! next observations.

use crate::adam::Adam;
use crate::arithmetic::elementary::tanh;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::environment::Environments;
use crate::inputs::{InputBatch, InputLayout, ObservationError};
use crate::interaction::{Interaction, StepError};
use crate::network::{Activations, Dropped, Network, NetworkShape, Wanted};
use crate::policy::Squashing;
use crate::random::{RandomState, RandomStateError};
use crate::replay::{Minibatch, ReplayBuffer, ReplayError, ReplayShape, Storage, Transition};
use crate::settings::{self, SettingsError};
use crate::threads::Threads;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// How cloning learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloningSettings {
    /// Units of the hidden layers.
    pub hidden: Vec<usize>,
    /// Whether they are normalised.
    pub layer_norm: bool,
    /// Step size.
    pub rate: f32,
    /// Demonstrated steps in an update.
    pub batch: usize,
    /// How outputs become actions; those that are cut off are imitated as they are before.
    pub squashing: Squashing,
    /// Chance that the expert acts in the first round of DAgger; in each later round it is multiplied by itself once more.
    pub expert_share: f32,
}

impl Default for CloningSettings {
    fn default() -> Self {
        CloningSettings {
            hidden: vec![256; 3],
            layer_norm: true,
            rate: 3e-4,
            batch: 256,
            squashing: Squashing::Tanh,
            expert_share: 0.5,
        }
    }
}

impl CloningSettings {
    /// Refuses settings that nothing can be learned with.
    pub fn check(&self) -> Result<(), SettingsError> {
        settings::layers("hidden", &self.hidden)?;
        settings::count("batch", self.batch)?;
        settings::positive("rate", self.rate)?;
        settings::share("expert_share", self.expert_share)
    }
}

/// What an expert does in an environment, which may look at more than the observation: a planner knows the whole state.
pub trait Expert<E: Environments> {
    /// Writes the expert's action, in -1..1, for what environment number `which` shows now.
    fn act(&mut self, environments: &E, which: usize, observation: &[f32], action: &mut [f32]) -> Result<(), E::Error>;
}

impl<E: Environments, F: FnMut(&E, usize, &[f32], &mut [f32]) -> Result<(), E::Error>> Expert<E> for F {
    fn act(&mut self, environments: &E, which: usize, observation: &[f32], action: &mut [f32]) -> Result<(), E::Error> {
        self(environments, which, observation, action)
    }
}

/// A policy that imitates, and what it imitates.
#[derive(Debug)]
pub struct Cloning<S> {
    settings: CloningSettings,
    network: Network,
    adam: Adam,
    demonstrations: ReplayBuffer<S>,
    rounds: u64,
    random: ChaCha8Rng,
    activations: Activations,
    gradients: Vec<f32>,
    batch: Minibatch,
}

/// An imitation that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CloningError<E: std::error::Error + 'static> {
    /// The environments failed, or what they showed cannot be kept.
    #[error(transparent)]
    Step(#[from] StepError<E, ReplayError>),
    /// The environments or the expert failed.
    #[error("an environment or its expert failed")]
    Environment(#[source] E),
    /// An observation that no network should see.
    #[error("refused an observation")]
    Observation(#[from] ObservationError),
    /// A demonstration that cannot be kept.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// A checkpoint that imitation cannot go on from.
#[derive(Debug, thiserror::Error)]
pub enum CloningResumeError {
    /// Not a checkpoint of cloning.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The generator's state.
    #[error(transparent)]
    Random(#[from] RandomStateError),
}

impl<S: Storage> Cloning<S> {
    /// A policy that has imitated nothing yet. `shape` should keep no next observations.
    pub fn new(settings: CloningSettings, shape: ReplayShape, storage: S, seed: u64) -> Result<Cloning<S>, SettingsError> {
        settings.check()?;
        Ok(Cloning::over(
            settings,
            ReplayBuffer::new(shape, storage),
            ChaCha8Rng::seed_from_u64(seed),
        ))
    }

    fn over(settings: CloningSettings, demonstrations: ReplayBuffer<S>, mut random: ChaCha8Rng) -> Cloning<S> {
        let shape = demonstrations.shape();
        let network = Network::new(network_shape(&settings, &shape.observation, shape.action_len), &mut random);
        Cloning {
            adam: Adam::new(&network),
            gradients: vec![0.0; network.parameters.len()],
            demonstrations,
            rounds: 0,
            activations: Activations::default(),
            batch: Minibatch::default(),
            settings,
            network,
            random,
        }
    }

    /// Adds a demonstrated step.
    pub fn demonstrate(&mut self, observation: &[f32], action: &[f32]) -> Result<(), ReplayError> {
        self.demonstrations.push(Transition {
            observation,
            action,
            reward: 0.0,
            discount: 0.0,
            next_observation: &[],
        })
    }

    /// The policy: actions before squashing.
    pub fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    /// Changes the step size: long trainings end with smaller ones.
    pub fn set_rate(&mut self, rate: f32) -> Result<(), SettingsError> {
        settings::positive("rate", rate)?;
        self.settings.rate = rate;
        Ok(())
    }

    /// What was demonstrated.
    pub fn demonstrations(&mut self) -> &mut ReplayBuffer<S> {
        &mut self.demonstrations
    }

    /// The policy's actions, `[batch][actions]`.
    pub fn actions(&mut self, observations: &InputBatch, actions: &mut Vec<f32>) {
        self.network.forward(observations, &Dropped::default(), &mut self.activations);
        actions.clear();
        let squashing = self.settings.squashing;
        actions.extend(self.activations.outputs.iter().map(|output| imitated(squashing, *output).0));
    }

    /// Updates on demonstrations drawn at random; the mean loss.
    pub fn train(&mut self, updates: usize, threads: &Threads) -> Result<f32, ReplayError> {
        let mut sum = 0.0;
        for _ in 0..updates {
            let mut batch = std::mem::take(&mut self.batch);
            let drawn = self.demonstrations.sample(self.settings.batch, &mut self.random, &mut batch);
            self.batch = batch;
            drawn?;
            sum += threads.run(|| self.update());
        }
        Ok(sum / updates.max(1) as f32)
    }

    /// One update on the batch at hand; the loss before it.
    fn update(&mut self) -> f32 {
        let (inputs, wanted_actions) = (&self.batch.observations, &self.batch.actions);
        self.network.forward(inputs, &Dropped::default(), &mut self.activations);
        let (share, squashing) = (1.0 / wanted_actions.len() as f32, self.settings.squashing);
        let mut loss = 0.0;
        let mut slope = |(output, wanted): (&f32, &f32)| {
            let (action, by_output) = imitated(squashing, *output);
            loss += share * (action - wanted) * (action - wanted);
            2.0 * share * (action - wanted) * by_output
        };
        let by_outputs: Vec<f32> = self.activations.outputs.iter().zip(wanted_actions).map(&mut slope).collect();
        let wanted = Wanted::Parameters(&mut self.gradients);
        self.network
            .backward(inputs, &Dropped::default(), &mut self.activations, &by_outputs, wanted);
        let rate = self.settings.rate;
        self.adam.step(&mut self.network, &mut self.gradients, inputs, rate, 1.0, None);
        loss
    }

    /// A round of DAgger: `steps` steps of every environment, each by the expert or the imitation, the expert's action demonstrated at
    /// every one of them.
    pub fn gather<E: Environments>(
        &mut self,
        environments: &mut E,
        expert: &mut impl Expert<E>,
        steps: usize,
    ) -> Result<(), CloningError<E::Error>> {
        self.rounds += 1;
        let expert_share = self.settings.expert_share.powi(self.rounds.min(i32::MAX as u64) as i32);
        let shape = self.demonstrations.shape().clone();
        let begun = Interaction::begin(environments, shape.observation.len(), shape.action_len);
        let mut interaction = begun.map_err(CloningError::Environment)?;
        let (mut actions, mut wanted) = (Vec::new(), vec![0.0; interaction.count() * shape.action_len]);
        for _ in 0..steps {
            let mut seen = InputBatch::new(&shape.observation, 0);
            let each = interaction.observations().zip(wanted.chunks_exact_mut(shape.action_len));
            for (which, (observation, wanted)) in each.enumerate() {
                seen.push(&shape.observation, observation)?;
                let acted = expert.act(environments, which, observation, wanted);
                acted.map_err(CloningError::Environment)?;
                self.demonstrate(observation, wanted)?;
            }
            self.actions(&seen, &mut actions);
            let rows = actions.chunks_exact_mut(shape.action_len);
            for (action, wanted) in rows.zip(wanted.chunks_exact(shape.action_len)) {
                if self.random.random::<f32>() < expert_share {
                    action.copy_from_slice(wanted);
                }
            }
            interaction.step(environments, &actions, |_, _, _| Ok::<(), ReplayError>(()))?;
        }
        Ok(())
    }

    /// All that imitation goes on from, but the demonstrations' records.
    pub fn checkpoint(&self) -> Checkpoint {
        let mut checkpoint = Checkpoint::default();
        checkpoint.put_fact("cloning.settings", &self.settings);
        checkpoint.put_fact("cloning.rounds", &self.rounds);
        checkpoint.put_fact("random", &RandomState::of(&self.random));
        checkpoint.put_fact("replay.shape", self.demonstrations.shape());
        checkpoint.put_fact("replay.written", &self.demonstrations.written());
        checkpoint.put_network("network", &self.network, Some(&self.adam));
        checkpoint
    }

    /// Goes on from a checkpoint; the storage must hold the demonstrations that it had then.
    pub fn resume(checkpoint: &Checkpoint, storage: S) -> Result<Cloning<S>, CloningResumeError> {
        let shape: ReplayShape = checkpoint.fact("replay.shape")?;
        let demonstrations = ReplayBuffer::resume(shape, storage, checkpoint.fact("replay.written")?);
        // Every parameter is replaced, so it does not matter from where they begin.
        let begun = ChaCha8Rng::seed_from_u64(0);
        let mut cloning = Cloning::over(checkpoint.fact("cloning.settings")?, demonstrations, begun);
        checkpoint.restore_network("network", &mut cloning.network)?;
        cloning.adam = checkpoint.restore_adam("network", &cloning.network)?;
        cloning.random = checkpoint.fact::<RandomState>("random")?.generator()?;
        cloning.rounds = checkpoint.fact("cloning.rounds")?;
        Ok(cloning)
    }
}

/// What is compared with the expert's action, and how it changes with the output.
fn imitated(squashing: Squashing, output: f32) -> (f32, f32) {
    match squashing {
        Squashing::Tanh => {
            let action = tanh(output);
            (action, 1.0 - action * action)
        }
        Squashing::Clip => (output, 1.0),
    }
}

fn network_shape(settings: &CloningSettings, observation: &InputLayout, action_len: usize) -> NetworkShape {
    NetworkShape {
        observation: observation.clone(),
        extra: 0,
        hidden: settings.hidden.clone(),
        outputs: action_len,
        layer_norm: settings.layer_norm,
    }
}
