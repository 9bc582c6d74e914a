//! A run of PPO: collect, judge, learn, iteration by iteration, and its checkpoints.

use super::{Ppo, PpoBatch, PpoLosses, PpoSettings, advantages};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::environment::{Ending, Environments};
use crate::inputs::{InputBatch, InputLayout, ObservationError};
use crate::interaction::{Episode, Interaction, ResumeError, StepError};
use crate::random::{RandomState, RandomStateError, draw_normal};
use crate::settings::SettingsError;
use crate::threads::Threads;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// A run of PPO between two iterations.
#[derive(Debug)]
pub struct PpoRun {
    ppo: Ppo,
    observation: InputLayout,
    interaction: Interaction,
    random: ChaCha8Rng,
}

/// A run that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum PpoRunError<E: std::error::Error + 'static> {
    /// An environment, or what came of a step.
    #[error(transparent)]
    Step(#[from] StepError<E, RewardNotFinite>),
    /// An observation that no network should see.
    #[error("refused an observation")]
    Observation(#[from] ObservationError),
}

/// A reward that is no number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment {environment} gave a reward that is not finite")]
pub struct RewardNotFinite {
    /// Which.
    pub environment: usize,
}

/// What an iteration brought.
#[derive(Clone, Debug)]
pub struct PpoReport {
    /// Losses of the last update.
    pub losses: PpoLosses,
    /// Episodes that ended.
    pub episodes: Vec<Episode>,
}

/// A run that cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum PpoBeginError<E: std::error::Error + 'static> {
    /// Settings that nothing can be learned with.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// An environment failed.
    #[error("an environment failed to begin")]
    Environment(#[source] E),
}

/// A run that cannot be resumed.
#[derive(Debug, thiserror::Error)]
pub enum PpoResumeError<E: std::error::Error + 'static> {
    /// Environments that did not find back.
    #[error(transparent)]
    Interaction(#[from] ResumeError<E>),
    /// Not a checkpoint of PPO.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The generator's state.
    #[error(transparent)]
    Random(#[from] RandomStateError),
}

/// One environment's steps of an iteration.
#[derive(Clone, Debug, Default)]
struct Track {
    observations: Vec<f32>,
    next_observations: Vec<f32>,
    actions: Vec<f32>,
    log_probabilities: Vec<f32>,
    rewards: Vec<f32>,
    endings: Vec<Ending>,
}

impl PpoRun {
    /// A run at its beginning.
    pub fn begin<E: Environments>(
        settings: PpoSettings,
        observation: InputLayout,
        action_len: usize,
        environments: &mut E,
        seed: u64,
    ) -> Result<PpoRun, PpoBeginError<E::Error>> {
        settings.check()?;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let ppo = Ppo::new(&observation, action_len, settings, &mut random);
        let begun = Interaction::begin(environments, observation.len(), action_len);
        let interaction = begun.map_err(PpoBeginError::Environment)?;
        Ok(PpoRun {
            ppo,
            observation,
            interaction,
            random,
        })
    }

    /// One iteration: the horizon's steps of every environment, and the passes over them.
    pub fn advance<E: Environments>(&mut self, environments: &mut E, threads: &Threads) -> Result<PpoReport, PpoRunError<E::Error>> {
        let (mut tracks, mut episodes) = (vec![Track::default(); self.interaction.count()], Vec::new());
        for _ in 0..self.ppo.settings.horizon {
            episodes.extend(self.step(environments, &mut tracks)?);
        }
        let batch = self.judge(&tracks)?;
        let mut losses = PpoLosses::default();
        let mut order: Vec<usize> = (0..batch.advantages.len()).collect();
        for _ in 0..self.ppo.settings.epochs {
            order.shuffle(&mut self.random);
            for rows in order.chunks(self.ppo.settings.batch) {
                losses = self.ppo.update(&self.pick(&tracks, &batch, rows)?, threads);
            }
        }
        self.ppo.rate *= self.ppo.settings.rate_decay;
        Ok(PpoReport { losses, episodes })
    }

    /// One step of every environment, added to its track.
    fn step<E: Environments>(&mut self, environments: &mut E, tracks: &mut [Track]) -> Result<Vec<Episode>, PpoRunError<E::Error>> {
        let (mut noise, mut actions) = (Vec::new(), Vec::new());
        let mut seen = InputBatch::new(&self.observation, 0);
        for observation in self.interaction.observations() {
            seen.push(&self.observation, observation)?;
        }
        draw_normal(&mut self.random, tracks.len() * self.ppo.action_len, &mut noise);
        let log_probabilities = self.ppo.act(&seen, &noise, &mut actions);
        let ended = self.interaction.step(environments, &actions, |which, transition, ending| {
            if !transition.reward.is_finite() {
                return Err(RewardNotFinite { environment: which });
            }
            let track = &mut tracks[which];
            track.observations.extend_from_slice(transition.observation);
            track.next_observations.extend_from_slice(transition.next_observation);
            track.actions.extend_from_slice(transition.action);
            track.log_probabilities.push(log_probabilities[which]);
            track.rewards.push(transition.reward);
            track.endings.push(ending);
            Ok(())
        })?;
        for broken in ended.iter().filter(|episode| episode.ending == Ending::Broken) {
            // What led to a breakdown counts as cut off before it.
            if let Some(last) = tracks[broken.environment].endings.last_mut() {
                *last = Ending::Cut;
            }
        }
        Ok(ended)
    }

    /// All steps, one environment after another, with advantages and returns; observations are left to [`PpoRun::pick`].
    fn judge(&mut self, tracks: &[Track]) -> Result<PpoBatch, ObservationError> {
        let mut batch = PpoBatch::default();
        for track in tracks {
            let values = self.values(&track.observations)?;
            let next_values = self.values(&track.next_observations)?;
            let advantages = advantages(&self.ppo.settings, &track.rewards, &values, &next_values, &track.endings);
            batch
                .returns
                .extend(advantages.iter().zip(&values).map(|(advantage, value)| advantage + value));
            batch.advantages.extend(advantages);
            batch.actions.extend(&track.actions);
            batch.log_probabilities.extend(&track.log_probabilities);
        }
        Ok(batch)
    }

    fn values(&mut self, observations: &[f32]) -> Result<Vec<f32>, ObservationError> {
        let mut inputs = InputBatch::new(&self.observation, 0);
        for observation in observations.chunks_exact(self.observation.len()) {
            inputs.push(&self.observation, observation)?;
        }
        Ok(self.ppo.values(&inputs))
    }

    fn pick(&self, tracks: &[Track], all: &PpoBatch, rows: &[usize]) -> Result<PpoBatch, ObservationError> {
        let (len, seen_len) = (self.ppo.action_len, self.observation.len());
        let seen = tracks.iter().flat_map(|track| track.observations.chunks_exact(seen_len));
        let seen: Vec<&[f32]> = seen.collect();
        let mut picked = PpoBatch {
            observations: InputBatch::new(&self.observation, 0),
            ..PpoBatch::default()
        };
        for row in rows.iter().copied() {
            picked.observations.push(&self.observation, seen[row])?;
            picked.actions.extend(&all.actions[row * len..(row + 1) * len]);
            picked.log_probabilities.push(all.log_probabilities[row]);
            picked.advantages.push(all.advantages[row]);
            picked.returns.push(all.returns[row]);
        }
        Ok(picked)
    }

    /// Policy and value.
    pub fn ppo(&mut self) -> &mut Ppo {
        &mut self.ppo
    }

    /// Environment steps taken.
    pub fn steps(&self) -> u64 {
        self.interaction.steps()
    }

    /// All that the run goes on from.
    pub fn checkpoint(&self) -> Checkpoint {
        let (mut checkpoint, ppo) = (Checkpoint::default(), &self.ppo);
        checkpoint.put_fact("ppo.settings", &ppo.settings);
        checkpoint.put_fact("observation", &self.observation);
        checkpoint.put_fact("action_len", &ppo.action_len);
        checkpoint.put_fact("random", &RandomState::of(&self.random));
        checkpoint.put("rate", vec![ppo.rate]);
        checkpoint.put_network("policy", &ppo.policy, Some(&ppo.policy_adam));
        checkpoint.put_network("value", &ppo.value, Some(&ppo.value_adam));
        checkpoint.put("log_deviations", ppo.log_deviations.clone());
        checkpoint.put_adam("log_deviations", &ppo.deviations_adam);
        self.interaction.save(&mut checkpoint);
        checkpoint
    }

    /// Goes on from a checkpoint.
    pub fn resume<E: Environments>(checkpoint: &Checkpoint, environments: &mut E) -> Result<PpoRun, PpoResumeError<E::Error>> {
        let observation: InputLayout = checkpoint.fact("observation")?;
        let action_len = checkpoint.fact("action_len")?;
        let mut random = checkpoint.fact::<RandomState>("random")?.generator()?;
        // Every parameter is replaced, so it does not matter from where they begin.
        let mut ppo = Ppo::new(&observation, action_len, checkpoint.fact("ppo.settings")?, &mut random.clone());
        for (name, network) in ppo.networks_mut() {
            checkpoint.restore_network(name, network)?;
        }
        ppo.policy_adam = checkpoint.restore_adam("policy", &ppo.policy)?;
        ppo.value_adam = checkpoint.restore_adam("value", &ppo.value)?;
        ppo.log_deviations = checkpoint.get_exactly("log_deviations", action_len)?;
        ppo.deviations_adam = checkpoint.restore_adam_of_numbers("log_deviations", action_len)?;
        ppo.rate = checkpoint.get_exactly("rate", 1)?[0];
        let interaction = Interaction::resume(checkpoint, environments, observation.len(), action_len)?;
        random = checkpoint.fact::<RandomState>("random")?.generator()?;
        Ok(PpoRun {
            ppo,
            observation,
            interaction,
            random,
        })
    }
}
