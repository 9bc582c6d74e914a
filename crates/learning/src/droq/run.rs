//! A run of DroQ: act, observe, train, step by step, and its checkpoints.

use super::{Diverged, Droq, DroqLosses, DroqNoise, DroqSettings};
use crate::adam::ScalarAdam;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::environment::Environments;
use crate::inputs::{InputBatch, InputLayout, ObservationError};
use crate::interaction::{Episode, Interaction, ResumeError, StepError};
use crate::random::{RandomState, RandomStateError};
use crate::replay::{Minibatch, ReplayBuffer, ReplayError, ReplayShape, Storage};
use crate::settings::SettingsError;
use crate::threads::Threads;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A run between two steps.
#[derive(Debug)]
pub struct DroqRun<S> {
    droq: Droq,
    replay: ReplayBuffer<S>,
    interaction: Interaction,
    random: ChaCha8Rng,
    room: Room,
}

/// Buffers that are kept from step to step.
#[derive(Debug, Default)]
struct Room {
    seen: InputBatch,
    actions: Vec<f32>,
    batch: Minibatch,
    noise: DroqNoise,
}

/// What a step brought.
#[derive(Clone, Debug, Default)]
pub struct DroqReport {
    /// Losses of the last update, if there was one.
    pub losses: Option<DroqLosses>,
    /// Episodes that ended.
    pub episodes: Vec<Episode>,
}

/// A run that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DroqRunError<E: std::error::Error + 'static> {
    /// An environment, or what came of a step.
    #[error(transparent)]
    Step(#[from] StepError<E, ReplayError>),
    /// An observation that no network should see.
    #[error("refused an observation")]
    Observation(#[from] ObservationError),
    /// Experience could not be drawn.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// Losses that are no numbers.
    #[error(transparent)]
    Diverged(#[from] Diverged),
}

/// A run that cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum DroqBeginError<E: std::error::Error + 'static> {
    /// Settings that nothing can be learned with.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// An environment failed.
    #[error("an environment failed to begin")]
    Environment(#[source] E),
}

/// A run that cannot be resumed.
#[derive(Debug, thiserror::Error)]
pub enum DroqResumeError<E: std::error::Error + 'static> {
    /// Environments that did not find back.
    #[error(transparent)]
    Interaction(#[from] ResumeError<E>),
    /// Not a checkpoint of DroQ.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The generator's state.
    #[error(transparent)]
    Random(#[from] RandomStateError),
}

impl<S: Storage> DroqRun<S> {
    /// A run at its beginning. `shape` says what is observed, how long actions are and how much is remembered.
    pub fn begin<E: Environments>(
        settings: DroqSettings,
        shape: ReplayShape,
        storage: S,
        environments: &mut E,
        seed: u64,
    ) -> Result<DroqRun<S>, DroqBeginError<E::Error>> {
        settings.check()?;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let droq = Droq::new(&shape.observation, shape.action_len, settings, &mut random);
        let begun = Interaction::begin(environments, shape.observation.len(), shape.action_len);
        let interaction = begun.map_err(DroqBeginError::Environment)?;
        Ok(DroqRun::new(droq, ReplayBuffer::new(shape, storage), interaction, random))
    }

    fn new(droq: Droq, replay: ReplayBuffer<S>, interaction: Interaction, random: ChaCha8Rng) -> DroqRun<S> {
        let seen = InputBatch::new(&replay.shape().observation, 0);
        DroqRun {
            room: Room { seen, ..Room::default() },
            droq,
            replay,
            interaction,
            random,
        }
    }

    /// One step of every environment, and its updates.
    pub fn advance<E: Environments>(&mut self, environments: &mut E, threads: &Threads) -> Result<DroqReport, DroqRunError<E::Error>> {
        self.act()?;
        let replay = &mut self.replay;
        let interaction = &mut self.interaction;
        let episodes = interaction.step(environments, &self.room.actions, |_, transition, _| replay.push(transition))?;
        let losses = self.train(threads)?;
        Ok(DroqReport { losses, episodes })
    }

    fn act(&mut self) -> Result<(), ObservationError> {
        let warm = self.learns_now();
        let (room, layout) = (&mut self.room, &self.replay.shape().observation);
        room.seen.clear();
        for observation in self.interaction.observations() {
            room.seen.push(layout, observation)?;
        }
        if warm {
            self.droq.sample_actions(&room.seen, &mut self.random, &mut room.actions);
        } else {
            let len = self.interaction.count() * self.replay.shape().action_len;
            room.actions.clear();
            room.actions.extend((0..len).map(|_| self.random.random_range(-1.0..=1.0f32)));
        }
        Ok(())
    }

    fn train<E: std::error::Error>(&mut self, threads: &Threads) -> Result<Option<DroqLosses>, DroqRunError<E>> {
        let batch = self.droq.settings.batch;
        if self.interaction.steps() < self.droq.settings.warmup_steps || self.replay.len() < batch as u64 {
            return Ok(None);
        }
        let mut losses = None;
        for _ in 0..self.droq.settings.updates_per_step * self.interaction.count() {
            self.replay.sample(batch, &mut self.random, &mut self.room.batch)?;
            self.droq.draw_noise(batch, &mut self.random, &mut self.room.noise);
            losses = Some(self.droq.update(&mut self.room.batch, &self.room.noise, threads)?);
        }
        Ok(losses)
    }

    /// As robopianist-rl: the step that completes the warm-up is already the policy's.
    fn learns_now(&self) -> bool {
        self.interaction.steps() + 1 >= self.droq.settings.warmup_steps
    }

    /// Policy and critics.
    pub fn droq(&mut self) -> &mut Droq {
        &mut self.droq
    }

    /// What is observed and remembered.
    pub fn shape(&self) -> &ReplayShape {
        self.replay.shape()
    }

    /// Environment steps taken.
    pub fn steps(&self) -> u64 {
        self.interaction.steps()
    }

    /// Episodes that broke down.
    pub fn broken_episodes(&self) -> u64 {
        self.interaction.broken_episodes()
    }

    /// The replay buffer, to export its records.
    pub fn replay(&mut self) -> &mut ReplayBuffer<S> {
        &mut self.replay
    }

    /// All that the run goes on from, but the replay buffer's records.
    pub fn checkpoint(&self) -> Checkpoint {
        let mut checkpoint = Checkpoint::default();
        checkpoint.put_fact("droq.settings", &self.droq.settings);
        checkpoint.put_fact("droq.updates", &self.droq.updates);
        checkpoint.put_fact("random", &RandomState::of(&self.random));
        checkpoint.put_fact("replay.shape", self.replay.shape());
        checkpoint.put_fact("replay.written", &self.replay.written());
        self.interaction.save(&mut checkpoint);
        self.droq.save(&mut checkpoint);
        checkpoint
    }

    /// Goes on from a checkpoint. The storage must hold the records that it had then; see [`ReplayBuffer::resume`].
    pub fn resume<E: Environments>(
        checkpoint: &Checkpoint,
        storage: S,
        environments: &mut E,
    ) -> Result<DroqRun<S>, DroqResumeError<E::Error>> {
        let shape: ReplayShape = checkpoint.fact("replay.shape")?;
        let droq = Droq::restore(&shape.observation, shape.action_len, checkpoint)?;
        let interaction = Interaction::resume(checkpoint, environments, shape.observation.len(), shape.action_len)?;
        let random = checkpoint.fact::<RandomState>("random")?.generator()?;
        let replay = ReplayBuffer::resume(shape, storage, checkpoint.fact("replay.written")?);
        Ok(DroqRun::new(droq, replay, interaction, random))
    }
}

impl Droq {
    fn save(&self, checkpoint: &mut Checkpoint) {
        checkpoint.put_network("actor", &self.actor, Some(&self.actor_adam));
        for (number, critic) in self.critics.iter().enumerate() {
            checkpoint.put_network(&format!("critic{number}"), &critic.online, Some(&critic.adam));
            checkpoint.put_network(&format!("target{number}"), &critic.target, None);
        }
        let (moments, steps) = self.temperature_adam.parts();
        checkpoint.put("log_temperature", vec![self.log_temperature]);
        checkpoint.put("log_temperature.adam", moments.to_vec());
        checkpoint.put_fact("log_temperature.adam_steps", &steps);
    }

    /// Policy, critics and temperature of a checkpoint.
    pub fn restore(observation: &InputLayout, action_len: usize, checkpoint: &Checkpoint) -> Result<Droq, CheckpointError> {
        let settings: DroqSettings = checkpoint.fact("droq.settings")?;
        // Every parameter is replaced, so it does not matter from where they begin.
        let mut droq = Droq::new(observation, action_len, settings, &mut ChaCha8Rng::seed_from_u64(0));
        for (name, network) in droq.networks_mut() {
            checkpoint.restore_network(&name, network)?;
        }
        droq.actor_adam = checkpoint.restore_adam("actor", &droq.actor)?;
        for (number, critic) in droq.critics.iter_mut().enumerate() {
            critic.adam = checkpoint.restore_adam(&format!("critic{number}"), &critic.online)?;
        }
        droq.log_temperature = checkpoint.get_exactly("log_temperature", 1)?[0];
        let moments = checkpoint.get_exactly("log_temperature.adam", 2)?;
        let steps = checkpoint.fact("log_temperature.adam_steps")?;
        droq.temperature_adam = ScalarAdam::from_parts([moments[0], moments[1]], steps);
        droq.updates = checkpoint.fact("droq.updates")?;
        Ok(droq)
    }
}
