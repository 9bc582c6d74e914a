//! A network that learns to play from an expert that may look deeper: cloning, then DAgger, on one piece or on many.

use crate::rollout::{self, Rollout};
use crate::sight::{Contract, Sight, SightLayout};
use learning::cloning::{Cloning, CloningError, CloningSettings};
use learning::environment::{Ending, Environments, Outcome};
use learning::inputs::ObservationError;
use learning::policy::{Policy, Relative, Squashing};
use learning::replay::{ReplayError, ReplayShape};
use learning::settings::SettingsError;
use learning::threads::{Threads, ThreadsError};
use serde::{Deserialize, Serialize};
use simulation::environment::{ActionError, Environment, EpisodeStatus, TaskSettings};
use simulation::model::Model;
use simulation::schedule::UnknownFinger;
use simulation::score::Score;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// How a network imitates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImitationSettings {
    /// Rounds of DAgger; in the first the expert alone plays.
    pub rounds: usize,
    /// Steps of each environment in a round; none plays every piece once.
    pub steps: Option<usize>,
    /// Updates after each round.
    pub updates: usize,
    /// Step size at the end, of that at the start.
    pub last_rate: f32,
    /// The network and its updates.
    pub cloning: CloningSettings,
}

impl Default for ImitationSettings {
    fn default() -> Self {
        ImitationSettings {
            rounds: 24,
            steps: None,
            updates: 1500,
            last_rate: 0.03,
            cloning: CloningSettings {
                squashing: Squashing::Clip,
                rate: 1e-3,
                expert_share: 0.8,
                ..CloningSettings::default()
            },
        }
    }
}

/// What an expert would do at a frame of a piece, whatever state the hands are in; in [-1, 1].
pub trait Teacher: Sync {
    /// The action for what the environment is now.
    fn action(&self, environment: &Environment) -> Vec<f32>;
}

/// A piece and somebody who can play it.
pub struct Lesson<'a> {
    /// The score.
    pub score: Arc<Score>,
    /// Who shows how.
    pub teacher: &'a dyn Teacher,
}

/// A round and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Which round, from 1.
    pub round: usize,
    /// Of how many.
    pub rounds: usize,
    /// Steps demonstrated so far.
    pub demonstrations: u64,
    /// Updates so far.
    pub updates: u64,
    /// Mean square error of the round's updates.
    pub loss: f32,
    /// Mean frame F1 of the policy alone, over the pieces it is judged on.
    pub f1: f64,
}

/// Why there is no policy.
#[derive(Debug, thiserror::Error)]
pub enum ImitationError {
    /// The request to stop came.
    #[error("training was stopped")]
    Stopped,
    /// Nothing to imitate.
    #[error("there is no piece to learn")]
    NoPiece,
    /// A note has no finger.
    #[error(transparent)]
    UnknownFinger(#[from] UnknownFinger),
    /// Settings nothing can be learned with.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// No threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// Learning failed.
    #[error(transparent)]
    Cloning(CloningError<LessonError>),
    /// Demonstrations cannot be kept.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The physics does not take an action.
    #[error(transparent)]
    Action(#[from] ActionError),
}

/// Why a lesson does not go on.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// The request to stop came.
    #[error("the lesson was stopped")]
    Stopped,
    /// The physics does not take an action.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<CloningError<LessonError>> for ImitationError {
    fn from(error: CloningError<LessonError>) -> ImitationError {
        match error {
            CloningError::Environment(LessonError::Stopped) => ImitationError::Stopped,
            other => ImitationError::Cloning(other),
        }
    }
}

/// How far a training is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// 0 to 1.
    pub share: f64,
    /// The rounds that are done.
    pub curve: &'a [Round],
}

/// A policy and how it came about.
#[derive(Debug)]
pub struct Imitated {
    /// The best policy of all rounds.
    pub policy: Policy,
    /// Every round.
    pub curve: Vec<Round>,
}

/// A round's updates are made in so many pieces.
const PIECES: usize = 10;
/// About how much of a round's time it takes to gather what is demonstrated.
const GATHERING: f64 = 0.6;
/// Demonstrated steps between two reports.
const SHOWN_BETWEEN_REPORTS: usize = 256;
/// Lessons that the size of actions is measured on.
const MEASURED: usize = 16;
/// The least that one unit of a network's output may be worth.
const SCALE_MIN: f32 = 2e-3;

/// Teaches a network. The policy that plays `judged` best at the end of a round is kept. `report` hears how far it is and says whether
/// to go on.
pub fn imitate(
    model: &Model,
    lessons: &[Lesson<'_>],
    judged: &[Arc<Score>],
    settings: &ImitationSettings,
    seed: u64,
    threads: NonZeroUsize,
    report: &mut dyn FnMut(Progress<'_>) -> bool,
) -> Result<Imitated, ImitationError> {
    let mut pupils = Pupils::new(model, lessons, threads)?;
    let judges = Judges::new(model, judged, threads)?;
    let layout = SightLayout::new(model.controls().len());
    pupils.relative = Relative {
        base: layout.bases(),
        scale: scale(&pupils, lessons)?,
    };
    let steps = settings.steps.unwrap_or_else(|| pupils.longest());
    let shape = ReplayShape {
        observation: layout.inputs(),
        action_len: model.action_len(),
        keeps_next: false,
        capacity: (settings.rounds * steps * pupils.count()).max(1) as u64,
        slack: 0,
    };
    let mut cloning = Cloning::new(settings.cloning.clone(), shape, Cursor::new(Vec::new()), seed)?;
    let pool = Threads::new(threads)?;
    let mut best: Option<(f64, Policy)> = None;
    let mut curve: Vec<Round> = Vec::new();
    for round in 1..=settings.rounds {
        let share = |done: f64| ((round - 1) as f64 + done) / settings.rounds as f64;
        let mut shown = 0;
        let mut expert = |pupils: &Pupils<'_>, which: usize, seen: &[f32], action: &mut [f32]| {
            pupils.show(which, lessons, seen, action);
            shown += 1;
            let gathered = shown as f64 / (steps * pupils.count()) as f64;
            let goes_on = shown % SHOWN_BETWEEN_REPORTS > 0
                || report(Progress {
                    share: share(GATHERING * gathered),
                    curve: &curve,
                });
            if goes_on { Ok(()) } else { Err(LessonError::Stopped) }
        };
        cloning.gather(&mut pupils, &mut expert, steps)?;
        let mut loss = 0.0;
        for piece in 0..PIECES {
            let done = piece as f64 / PIECES as f64;
            cloning.set_rate(settings.cloning.rate * annealed(share(done) as f32, settings.last_rate))?;
            loss += cloning.train(settings.updates.div_ceil(PIECES), &pool)? / PIECES as f32;
            let share = share(GATHERING + (1.0 - GATHERING) * done);
            if !report(Progress { share, curve: &curve }) {
                return Err(ImitationError::Stopped);
            }
        }
        let contract = serde_json::to_string(&Contract::new(model)).unwrap_or_default();
        let policy = Policy::new(cloning.network().clone(), model.action_len(), Squashing::Clip, contract);
        let policy = policy.relative_to(pupils.relative.clone());
        let f1 = judges.mean_f1(&policy)?;
        let done = Round {
            round,
            rounds: settings.rounds,
            demonstrations: cloning.demonstrations().written(),
            updates: (round * settings.updates) as u64,
            loss,
            f1,
        };
        if best.as_ref().is_none_or(|(most, _)| f1 > *most) {
            best = Some((f1, policy));
        }
        curve.push(done);
        let share = share(1.0);
        if !report(Progress { share, curve: &curve }) {
            return Err(ImitationError::Stopped);
        }
    }
    let (_, policy) = best.ok_or(ImitationError::NoPiece)?;
    Ok(Imitated { policy, curve })
}

/// From 1 down to `last` along a cosine.
fn annealed(done: f32, last: f32) -> f32 {
    last + (1.0 - last) * 0.5 * (1.0 + (std::f32::consts::PI * done).cos())
}

/// Plays a score with a network alone.
pub fn play(policy: &Policy, environment: &mut Environment, sight: &Sight) -> Result<Rollout, ActionError> {
    let mut seen = vec![0.0; sight.layout().len()];
    let mut refused: Option<ObservationError> = None;
    let mut player = |environment: &Environment, action: &mut [f32]| {
        sight.see(environment, &mut seen);
        refused = policy.act(&seen, action).err();
        refused.is_none()
    };
    rollout::perform(environment, &mut player)
}

/// How much actions differ from where things are while the teachers play: the root of the mean square, for each number of an action.
fn scale(pupils: &Pupils<'_>, lessons: &[Lesson<'_>]) -> Result<Vec<f32>, ActionError> {
    let bases = pupils.relative.base.clone();
    let (mut squares, mut count) = (vec![0.0f64; bases.len()], 0usize);
    for (lesson, sight) in lessons.iter().zip(&pupils.sights).take(MEASURED) {
        let mut environment = environment(pupils.model, &lesson.score);
        let mut seen = vec![0.0; sight.layout().len()];
        while environment.status() == EpisodeStatus::Running {
            sight.see(&environment, &mut seen);
            let action = lesson.teacher.action(&environment);
            for ((square, base), number) in squares.iter_mut().zip(&bases).zip(&action) {
                *square += f64::from(number - base.map_or(0.0, |base| seen[base])).powi(2);
            }
            count += 1;
            environment.step(&action)?;
        }
    }
    let root = |square: f64| ((square / count.max(1) as f64).sqrt() as f32).max(SCALE_MIN);
    Ok(squares.into_iter().map(root).collect())
}

/// The hands that learn: each environment plays one piece after another.
struct Pupils<'a> {
    model: &'a Model,
    sights: Vec<Sight>,
    scores: Vec<Arc<Score>>,
    /// The environments, and which piece each plays.
    playing: Vec<(Environment, usize)>,
    relative: Relative,
    threads: NonZeroUsize,
}

/// Environments that learn at a time, where there are enough pieces.
const PUPILS: usize = 4;

impl<'a> Pupils<'a> {
    fn new(model: &'a Model, lessons: &[Lesson<'_>], threads: NonZeroUsize) -> Result<Pupils<'a>, ImitationError> {
        if lessons.is_empty() {
            return Err(ImitationError::NoPiece);
        }
        let sights = lessons.iter().map(|lesson| Sight::new(model, &lesson.score));
        let layout = SightLayout::new(model.controls().len());
        let mut pupils = Pupils {
            model,
            sights: sights.collect::<Result<_, _>>()?,
            scores: lessons.iter().map(|lesson| Arc::clone(&lesson.score)).collect(),
            playing: Vec::new(),
            relative: Relative {
                base: layout.bases(),
                scale: vec![1.0; model.action_len()],
            },
            threads,
        };
        pupils.playing = (0..PUPILS.max(threads.get()))
            .map(|which| which % lessons.len())
            .map(|piece| (environment(model, &lessons[piece].score), piece))
            .collect();
        Ok(pupils)
    }

    /// Steps in which every piece is played about once.
    fn longest(&self) -> usize {
        let frames = |score: &Arc<Score>| score.frames().len();
        let all: usize = self.scores.iter().map(frames).sum();
        let longest = self.scores.iter().map(frames).max().unwrap_or(0);
        longest.max(all.div_ceil(self.playing.len()))
    }

    /// What the teacher would have the network put out, which has `seen` this.
    fn show(&self, which: usize, lessons: &[Lesson<'_>], seen: &[f32], action: &mut [f32]) {
        let (environment, piece) = &self.playing[which];
        let wanted = lessons[*piece].teacher.action(environment);
        self.relative.outputs(seen, &wanted, action);
    }
}

fn environment(model: &Model, score: &Arc<Score>) -> Environment {
    Environment::new(model, Arc::clone(score), TaskSettings::default())
}

/// The pieces that a policy is judged on.
struct Judges<'a> {
    model: &'a Model,
    pieces: Vec<(Arc<Score>, Sight)>,
    threads: NonZeroUsize,
}

impl<'a> Judges<'a> {
    fn new(model: &'a Model, judged: &[Arc<Score>], threads: NonZeroUsize) -> Result<Judges<'a>, ImitationError> {
        let pieces = judged.iter().map(|score| Ok((Arc::clone(score), Sight::new(model, score)?)));
        let pieces: Vec<_> = pieces.collect::<Result<_, UnknownFinger>>()?;
        match pieces.is_empty() {
            true => Err(ImitationError::NoPiece),
            false => Ok(Judges { model, pieces, threads }),
        }
    }

    fn mean_f1(&self, policy: &Policy) -> Result<f64, ActionError> {
        let f1 = |(score, sight): &(Arc<Score>, Sight)| {
            let rollout = play(policy, &mut environment(self.model, score), sight)?;
            Ok(rollout.played.key_scores(score).f1)
        };
        let share = self.pieces.len().div_ceil(self.threads.get());
        let sum = std::thread::scope(|scope| {
            let threads: Vec<_> = self
                .pieces
                .chunks(share)
                .map(|pieces| scope.spawn(move || pieces.iter().map(f1).sum::<Result<f64, ActionError>>()))
                .collect();
            let joined = threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            joined.sum::<Result<f64, ActionError>>()
        })?;
        Ok(sum / self.pieces.len() as f64)
    }
}

impl Environments for Pupils<'_> {
    type Error = LessonError;

    fn count(&self) -> usize {
        self.playing.len()
    }

    fn reset(&mut self, which: usize, episode: u64, observation: &mut [f32]) -> Result<(), LessonError> {
        let piece = (which as u64 + episode * self.playing.len() as u64) as usize % self.scores.len();
        if self.playing[which].1 != piece {
            self.playing[which] = (environment(self.model, &self.scores[piece]), piece);
        }
        let environment = &mut self.playing[which].0;
        environment.reset();
        self.sights[piece].see(environment, observation);
        Ok(())
    }

    fn step(&mut self, actions: &[f32], observations: &mut [f32], outcomes: &mut [Outcome]) -> Result<(), LessonError> {
        let action_len = self.relative.base.len();
        let observation_len = observations.len() / self.playing.len();
        let (relative, sights) = (&self.relative, &self.sights);
        let share = self.playing.len().div_ceil(self.threads.get());
        std::thread::scope(|scope| {
            let shares = self
                .playing
                .chunks_mut(share)
                .zip(actions.chunks(share * action_len))
                .zip(observations.chunks_mut(share * observation_len))
                .zip(outcomes.chunks_mut(share));
            let threads: Vec<_> = shares
                .map(|(((playing, actions), observations), outcomes)| {
                    scope.spawn(move || {
                        let rows = actions.chunks(action_len).zip(observations.chunks_mut(observation_len));
                        for (((environment, piece), (outputs, observation)), outcome) in playing.iter_mut().zip(rows).zip(outcomes) {
                            *outcome = step(environment, &sights[*piece], relative, outputs, observation)?;
                        }
                        Ok(())
                    })
                })
                .collect();
            let joined = threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            joined.fold(Ok(()), Result::and)
        })
    }
}

/// Takes a step with what a network put out.
fn step(
    environment: &mut Environment,
    sight: &Sight,
    relative: &Relative,
    outputs: &[f32],
    observation: &mut [f32],
) -> Result<Outcome, ActionError> {
    let mut action = vec![0.0; outputs.len()];
    sight.see(environment, observation);
    relative.actions(observation, outputs, &mut action);
    for number in &mut action {
        *number = number.clamp(-1.0, 1.0);
    }
    let step = environment.step(&action)?;
    sight.see(environment, observation);
    Ok(Outcome {
        reward: step.reward.total() as f32,
        ending: match step.status {
            EpisodeStatus::Running => Ending::Running,
            EpisodeStatus::Finished => Ending::Cut,
            EpisodeStatus::WrongKey => Ending::Over,
            EpisodeStatus::Diverged => Ending::Broken,
        },
    })
}
