//! Many environments stepped together, each by one thread at a time and none waiting for another within a step.

use crate::environment::{ActionError, Environment, EpisodeStatus, Step};
use crate::reward::RewardTerms;
use std::num::NonZeroUsize;

/// Environments with the same length of action and observation.
#[derive(Debug)]
pub struct VectorEnvironment {
    environments: Vec<Environment>,
    threads: NonZeroUsize,
}

/// What a step brought every environment.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The observations, one environment after another.
    pub observations: Vec<f32>,
    /// Each environment's reward and status; nothing for one that was reset in this step instead of acting.
    pub steps: Vec<Option<Step>>,
}

impl VectorEnvironment {
    /// Puts environments together. Panics if their actions or observations differ in length.
    pub fn new(environments: Vec<Environment>, threads: NonZeroUsize) -> VectorEnvironment {
        let lengths = |environment: &Environment| (environment.model().action_len(), environment.layout().len());
        let alike = environments.windows(2).all(|pair| lengths(&pair[0]) == lengths(&pair[1]));
        assert!(alike, "environments of one batch have actions and observations of one length");
        VectorEnvironment { environments, threads }
    }

    /// The environments.
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    /// Resets every environment and observes.
    pub fn reset(&mut self, batch: &mut Batch) {
        batch.steps.clear();
        batch.steps.resize(self.environments.len(), None);
        let observation_len = self.observation_len();
        batch.observations.resize(self.environments.len() * observation_len, 0.0);
        let observations = batch.observations.chunks_mut(observation_len.max(1));
        for (environment, observation) in self.environments.iter_mut().zip(observations) {
            environment.reset();
            environment.observe(observation);
        }
    }

    /// Steps every environment with its action; one whose episode was over is reset instead, and its action ignored. An action that
    /// cannot be taken ends the call; environments of the same thread before it have been stepped.
    pub fn step(&mut self, actions: &[f32], batch: &mut Batch) -> Result<(), ActionError> {
        let count = self.environments.len();
        let action_len = self.environments.first().map_or(0, |first| first.model().action_len());
        if actions.len() != count * action_len {
            return Err(ActionError::WrongLength {
                expected: count * action_len,
                found: actions.len(),
            });
        }
        if count == 0 {
            return Ok(());
        }
        let observation_len = self.observation_len();
        batch.observations.resize(count * observation_len, 0.0);
        batch.steps.resize(count, None);
        let share = count.div_ceil(self.threads.get());
        let shares = self
            .environments
            .chunks_mut(share)
            .zip(actions.chunks(share * action_len))
            .zip(batch.observations.chunks_mut(share * observation_len))
            .zip(batch.steps.chunks_mut(share));
        let mut shares = shares.map(|(((environments, actions), observations), steps)| Share {
            environments,
            actions,
            observations,
            steps,
        });
        std::thread::scope(|scope| {
            let own = shares.next();
            let others: Vec<_> = shares
                .map(|share| scope.spawn(move || share.step(action_len, observation_len)))
                .collect();
            let own = own.map_or(Ok(()), |share| share.step(action_len, observation_len));
            let joined = others
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            joined.fold(own, Result::and)
        })
    }

    fn observation_len(&self) -> usize {
        self.environments.first().map_or(0, |first| first.layout().len())
    }
}

/// One thread's part of a batch.
struct Share<'a> {
    environments: &'a mut [Environment],
    actions: &'a [f32],
    observations: &'a mut [f32],
    steps: &'a mut [Option<Step>],
}

impl Share<'_> {
    fn step(self, action_len: usize, observation_len: usize) -> Result<(), ActionError> {
        let actions = self.actions.chunks(action_len);
        let observations = self.observations.chunks_mut(observation_len);
        let each = self.environments.iter_mut().zip(actions).zip(observations).zip(self.steps);
        for (((environment, action), observation), step) in each {
            *step = match environment.status() {
                EpisodeStatus::Running => Some(environment.step(action)?),
                _ => {
                    environment.reset();
                    None
                }
            };
            environment.observe(observation);
        }
        Ok(())
    }
}

impl Batch {
    /// Each environment's reward; 0 where it was reset.
    pub fn rewards(&self) -> impl Iterator<Item = f64> + '_ {
        self.steps
            .iter()
            .map(|step| step.map_or(0.0, |step| RewardTerms::total(&step.reward)))
    }
}
