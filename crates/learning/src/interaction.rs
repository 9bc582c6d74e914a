//! Acting in environments: observations at hand, episodes counted, and what it takes to find back into the middle of an episode.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::environment::{Ending, Environments, Outcome};
use crate::replay::Transition;
use serde::{Deserialize, Serialize};

/// An episode that came to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Episode {
    /// Which environment's.
    pub environment: usize,
    /// Its number in that environment.
    pub number: u64,
    /// Steps.
    pub steps: u64,
    /// Sum of the rewards.
    pub total_reward: f64,
    /// How it ended.
    pub ending: Ending,
}

/// Where acting stands.
#[derive(Debug)]
pub struct Interaction {
    action_len: usize,
    observation_len: usize,
    observations: Vec<f32>,
    next_observations: Vec<f32>,
    outcomes: Vec<Outcome>,
    tracks: Vec<Track>,
    steps: u64,
    broken_episodes: u64,
}

/// An environment's episode so far.
#[derive(Clone, Debug, Default)]
struct Track {
    episode: u64,
    actions: Vec<f32>,
    total_reward: f64,
}

/// What a checkpoint says in words.
#[derive(Serialize, Deserialize)]
struct Facts {
    episodes: Vec<u64>,
    steps: u64,
    broken_episodes: u64,
}

/// Environments that did not find back to where a checkpoint left them.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError<E: std::error::Error + 'static> {
    /// The checkpoint is not one of such a run.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The environments failed.
    #[error("an environment failed while episodes were replayed")]
    Environment(#[source] E),
    /// Another number of environments.
    #[error("the checkpoint has {expected} environments, not {found}")]
    Count {
        /// How many it has.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The same actions led elsewhere.
    #[error("environment {environment} came to another observation than before: it is not the environment of the checkpoint")]
    Elsewhere {
        /// Which.
        environment: usize,
    },
}

impl Interaction {
    /// Begins the first episode of every environment.
    pub fn begin<E: Environments>(environments: &mut E, observation_len: usize, action_len: usize) -> Result<Interaction, E::Error> {
        let count = environments.count();
        let mut interaction = Interaction::idle(count, observation_len, action_len);
        for which in 0..count {
            interaction.reset(environments, which)?;
        }
        Ok(interaction)
    }

    fn idle(count: usize, observation_len: usize, action_len: usize) -> Interaction {
        Interaction {
            action_len,
            observation_len,
            observations: vec![0.0; count * observation_len],
            next_observations: vec![0.0; count * observation_len],
            outcomes: vec![Outcome::default(); count],
            tracks: vec![Track::default(); count],
            steps: 0,
            broken_episodes: 0,
        }
    }

    /// What every environment shows now, one after another.
    pub fn observations(&self) -> impl Iterator<Item = &[f32]> {
        self.observations.chunks_exact(self.observation_len)
    }

    /// Steps taken, all environments together.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Episodes that broke down.
    pub fn broken_episodes(&self) -> u64 {
        self.broken_episodes
    }

    /// How many environments there are.
    pub fn count(&self) -> usize {
        self.tracks.len()
    }

    /// Takes a step everywhere. `learn_from` gets each environment's transition, and whether the episode was cut after it; what broke down
    /// is left out. Episodes that ended begin anew.
    pub fn step<E, L>(
        &mut self,
        environments: &mut E,
        actions: &[f32],
        mut learn_from: impl FnMut(usize, Transition<'_>, Ending) -> Result<(), L>,
    ) -> Result<Vec<Episode>, StepError<E::Error, L>>
    where
        E: Environments,
        L: std::error::Error + 'static,
    {
        let stepped = environments.step(actions, &mut self.next_observations, &mut self.outcomes);
        stepped.map_err(StepError::Environment)?;
        let mut ended = Vec::new();
        for which in 0..self.count() {
            let outcome = self.outcomes[which];
            let seen = which * self.observation_len..(which + 1) * self.observation_len;
            let action = &actions[which * self.action_len..(which + 1) * self.action_len];
            let track = &mut self.tracks[which];
            track.actions.extend_from_slice(action);
            self.steps += 1;
            if outcome.ending != Ending::Broken {
                track.total_reward += f64::from(outcome.reward);
                let transition = Transition {
                    observation: &self.observations[seen.clone()],
                    action,
                    reward: outcome.reward,
                    discount: if outcome.ending == Ending::Over { 0.0 } else { 1.0 },
                    next_observation: &self.next_observations[seen.clone()],
                };
                learn_from(which, transition, outcome.ending).map_err(StepError::Refused)?;
            }
            if outcome.ending == Ending::Running {
                self.observations[seen.clone()].copy_from_slice(&self.next_observations[seen]);
            } else {
                ended.push(self.end_episode(which, outcome.ending));
                self.reset(environments, which).map_err(StepError::Environment)?;
            }
        }
        Ok(ended)
    }

    fn end_episode(&mut self, which: usize, ending: Ending) -> Episode {
        self.broken_episodes += u64::from(ending == Ending::Broken);
        let track = &mut self.tracks[which];
        let episode = Episode {
            environment: which,
            number: track.episode,
            steps: (track.actions.len() / self.action_len.max(1)) as u64,
            total_reward: track.total_reward,
            ending,
        };
        *track = Track {
            episode: track.episode + 1,
            ..Track::default()
        };
        episode
    }

    fn reset<E: Environments>(&mut self, environments: &mut E, which: usize) -> Result<(), E::Error> {
        let seen = which * self.observation_len..(which + 1) * self.observation_len;
        environments.reset(which, self.tracks[which].episode, &mut self.observations[seen])
    }

    /// Writes where acting stands into a checkpoint.
    pub fn save(&self, checkpoint: &mut Checkpoint) {
        let facts = Facts {
            episodes: self.tracks.iter().map(|track| track.episode).collect(),
            steps: self.steps,
            broken_episodes: self.broken_episodes,
        };
        checkpoint.put_fact("interaction", &facts);
        checkpoint.put("interaction.observations", self.observations.clone());
        for (which, track) in self.tracks.iter().enumerate() {
            checkpoint.put(&format!("interaction.actions{which}"), track.actions.clone());
        }
    }

    /// Finds back to where a checkpoint left off, by replaying the actions of the episodes it was taken in.
    pub fn resume<E: Environments>(
        checkpoint: &Checkpoint,
        environments: &mut E,
        observation_len: usize,
        action_len: usize,
    ) -> Result<Interaction, ResumeError<E::Error>> {
        let facts: Facts = checkpoint.fact("interaction")?;
        let (expected, found) = (facts.episodes.len(), environments.count());
        if expected != found {
            return Err(ResumeError::Count { expected, found });
        }
        let histories = (0..found).map(|which| checkpoint.get(&format!("interaction.actions{which}")));
        let histories = histories.collect::<Result<Vec<_>, _>>()?;
        let mut interaction = Interaction::idle(found, observation_len, action_len);
        for (track, episode) in interaction.tracks.iter_mut().zip(&facts.episodes) {
            track.episode = *episode;
        }
        interaction.replay(environments, &histories).map_err(ResumeError::Environment)?;
        let before = checkpoint.get("interaction.observations")?;
        let same = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
        for (environment, now) in interaction.observations().enumerate() {
            let before = before.chunks_exact(observation_len).nth(environment);
            if !before.is_some_and(|before| same(before, now)) {
                return Err(ResumeError::Elsewhere { environment });
            }
        }
        interaction.steps = facts.steps;
        interaction.broken_episodes = facts.broken_episodes;
        Ok(interaction)
    }

    /// Plays each environment's history so that all end at the same step. One whose history is short idles before it, and is then reset.
    fn replay<E: Environments>(&mut self, environments: &mut E, histories: &[Vec<f32>]) -> Result<(), E::Error> {
        let len = self.action_len.max(1);
        let steps = histories.iter().map(|history| history.len() / len).max().unwrap_or(0);
        let starts: Vec<_> = histories.iter().map(|history| steps - history.len() / len).collect();
        for which in 0..self.count() {
            self.reset(environments, which)?;
        }
        let mut actions = vec![0.0; self.count() * len];
        for step in 0..steps {
            for (which, history) in histories.iter().enumerate() {
                if step == starts[which] && step > 0 {
                    self.reset(environments, which)?;
                }
                if let Some(played) = step.checked_sub(starts[which]) {
                    actions[which * len..(which + 1) * len].copy_from_slice(&history[played * len..(played + 1) * len]);
                }
            }
            environments.step(&actions, &mut self.observations, &mut self.outcomes)?;
            for (which, start) in starts.iter().enumerate() {
                if step < *start {
                    if self.outcomes[which].ending != Ending::Running {
                        self.reset(environments, which)?;
                    }
                } else {
                    self.tracks[which].total_reward += f64::from(self.outcomes[which].reward);
                }
            }
        }
        for (which, history) in histories.iter().enumerate() {
            self.tracks[which].actions.clone_from(history);
            if history.is_empty() {
                self.reset(environments, which)?;
            }
        }
        Ok(())
    }
}

/// A step that was not taken, or not kept.
#[derive(Debug, thiserror::Error)]
pub enum StepError<E: std::error::Error + 'static, L: std::error::Error + 'static> {
    /// The environments failed.
    #[error("an environment failed")]
    Environment(#[source] E),
    /// What came of it cannot be learned from.
    #[error("what a step brought cannot be learned from")]
    Refused(#[source] L),
}
