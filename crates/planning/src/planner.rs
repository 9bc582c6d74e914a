//! The planner: at every frame it looks a little ahead from the real state, tries changes to the prior's controls in the planning
//! model, and takes the first step of the best in the exact one. Windows that were not played right are tried again with more
//! samples, and the best attempt stays.

use crate::PlanError;
use crate::cost::{self, FingerCosts};
use crate::models::Models;
use crate::noise::{Noise, Part, generator};
use crate::playback::{Plan, play_prior};
use crate::prior::Prior;
use crate::rollouts::{Outcome, Rollouts, Rows};
use crate::settings::PlannerSettings;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use simulation::physics::{Physics, Snapshot};
use simulation::schedule::FINGERS;
use simulation::score::{Frame, Score};

/// Where planning stands after a window: it goes on from here to the bit as it would have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// One row of numbers a frame.
    actions: Vec<Vec<f32>>,
    /// What is tried first in the coming frames, beyond the prior.
    changes: Rows,
    control_steps: u64,
}

impl Checkpoint {
    /// Frames that are planned.
    pub fn frames(&self) -> usize {
        self.actions.len()
    }
}

/// Planning after a window.
#[derive(Debug)]
pub struct Standing<'a> {
    /// How far it has come.
    pub progress: Progress,
    attempt: &'a Attempt,
}

impl Standing<'_> {
    /// To go on from another time.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            actions: self.attempt.plan.actions.clone(),
            changes: self.attempt.changes.clone(),
            control_steps: self.progress.control_steps,
        }
    }
}

/// How far planning has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Frames planned.
    pub frames: usize,
    /// Of so many.
    pub frames_total: usize,
    /// Control steps simulated so far.
    pub control_steps: u64,
    /// Frames played as they should be so far.
    pub frames_right: usize,
}

/// Plans a score around a prior; windows that are not played right are tried around others too. It goes on `from` where it stood another
/// time with the same score, priors and settings. `report` hears where it stands after every window and says whether to go on. Never worse
/// than the prior where velocities do not count.
pub fn plan(
    models: &Models,
    score: &Score,
    prior: &Prior,
    others: &[&Prior],
    settings: &PlannerSettings,
    from: Option<&Checkpoint>,
    report: &mut dyn FnMut(&Standing<'_>) -> bool,
) -> Result<(Plan, Progress), PlanError> {
    let by_prior = play_prior(&models.exact, score, prior, &mut |_| true)?;
    let frames_total = score.frames().len();
    let mut planner = Planner {
        rollouts: Rollouts::new(&models.planning, score, prior, &settings.cost, settings.threads),
        noise: Noise::new(prior.poses()),
        priors: std::iter::once(prior).chain(others.iter().copied()).collect(),
        score,
        settings,
        controls: models.exact.controls().len(),
    };
    let mut physics = Physics::new(&models.exact);
    let mut best = Attempt::start(&physics, settings.horizon_frames, planner.controls);
    if let Some(checkpoint) = from {
        planner.rollouts.steps = checkpoint.control_steps;
        best.go_to(checkpoint, &mut physics, score)?;
    }
    while best.plan.actions.len() < frames_total {
        best = planner.window(&mut physics, best);
        let standing = Standing {
            progress: planner.progress(&best.plan),
            attempt: &best,
        };
        if !report(&standing) {
            return Err(PlanError::Stopped);
        }
    }
    let progress = planner.progress(&best.plan);
    // The prior knows nothing of velocities: where they count, its F1 alone is no measure.
    let better = settings.cost.velocity > 0.0 || best.plan.scores(score).f1 >= by_prior.scores(score).f1;
    Ok((if better { best.plan } else { by_prior }, progress))
}

/// A plan up to some frame, and what going on from there needs.
#[derive(Clone, Debug)]
struct Attempt {
    plan: Plan,
    state: Snapshot,
    changes: Rows,
    /// What the window's strokes cost that were too hard or too soft.
    wrong_strokes: f64,
}

struct Planner<'a> {
    rollouts: Rollouts<'a>,
    noise: Noise,
    priors: Vec<&'a Prior>,
    score: &'a Score,
    settings: &'a PlannerSettings,
    controls: usize,
}

impl Attempt {
    fn start(physics: &Physics, horizon: usize, controls: usize) -> Attempt {
        Attempt {
            plan: Plan::default(),
            state: physics.snapshot(),
            changes: vec![vec![0.0; controls]; horizon],
            wrong_strokes: 0.0,
        }
    }

    /// Does what was done until then once more.
    fn go_to(&mut self, checkpoint: &Checkpoint, physics: &mut Physics, score: &Score) -> Result<(), PlanError> {
        let numbers = physics.model().control_ranges().len() + 1;
        let same = |rows: &Rows| rows.len() == self.changes.len() && rows.iter().zip(&self.changes).all(|(a, b)| a.len() == b.len());
        let fits = checkpoint.actions.len() <= score.frames().len() && checkpoint.actions.iter().all(|action| action.len() == numbers);
        if !fits || !same(&checkpoint.changes) {
            return Err(PlanError::OtherCheckpoint);
        }
        for (action, due) in checkpoint.actions.iter().zip(score.frames()) {
            self.plan.step_again(physics, action, due.sustain);
        }
        self.state = physics.snapshot();
        self.changes.clone_from(&checkpoint.changes);
        Ok(())
    }
}

impl Planner<'_> {
    /// Plans the next window; tries again, harder, while it is not played right.
    fn window(&mut self, physics: &mut Physics, start: Attempt) -> Attempt {
        let first = start.plan.actions.len();
        let end = (first + self.settings.window_frames).min(self.score.frames().len());
        let mut best: Option<(f64, Attempt)> = None;
        let efforts = self.settings.efforts.iter();
        let attempts: Vec<(f64, &Prior)> = efforts
            .flat_map(|effort| self.priors.iter().map(|prior| (*effort, *prior)))
            .collect();
        for (attempt, (effort, prior)) in attempts.into_iter().enumerate() {
            self.rollouts.prior = prior;
            if attempt > 0 && !self.may_spend(self.pace(first)) {
                break;
            }
            let mut tried = Attempt {
                wrong_strokes: 0.0,
                ..start.clone()
            };
            physics.restore(&tried.state);
            let seed = self.settings.seed.wrapping_add((attempt as u64) << 32);
            while tried.plan.actions.len() < end {
                let effort = if self.may_spend(1.0) { effort } else { 0.0 };
                self.step(physics, &mut tried, end, effort, seed);
            }
            tried.state = physics.snapshot();
            let wrong = self.wrongness(&tried.plan, first..end) + tried.wrong_strokes;
            if best.as_ref().is_none_or(|(least, _)| wrong < *least) {
                best = Some((wrong, tried));
            }
            if best
                .as_ref()
                .is_some_and(|(least, _)| *least <= self.settings.content * (end - first) as f64)
            {
                break;
            }
        }
        best.map_or(start, |(_, attempt)| attempt)
    }

    /// Sum of 1 - F1 over some frames.
    fn wrongness(&self, plan: &Plan, frames: std::ops::Range<usize>) -> f64 {
        let f1 = |frame: usize| plan.f1_of_frame(frame, &self.score.frames()[frame]);
        frames.map(|frame| 1.0 - f1(frame)).sum()
    }

    /// How much of the budget may be spent before a frame so that as much is left for each of the others.
    fn pace(&self, frame: usize) -> f64 {
        (frame + self.settings.window_frames) as f64 / self.score.frames().len() as f64
    }

    fn may_spend(&self, share: f64) -> bool {
        let most = self.settings.control_steps_max;
        most.is_none_or(|most| (self.rollouts.steps as f64) < share * most as f64)
    }

    /// Finds the next controls and takes as many of them as are taken at once.
    fn step(&mut self, physics: &mut Physics, attempt: &mut Attempt, end: usize, effort: f64, seed: u64) {
        let state = physics.snapshot();
        let frame = attempt.plan.actions.len();
        let rows = self.best_controls(&state, frame, &mut attempt.changes, effort, seed);
        for (controls, frame) in rows.iter().zip(frame..end).take(self.settings.commit_frames.max(1)) {
            let due: &Frame = &self.score.frames()[frame];
            attempt.plan.step(physics, controls, due.sustain);
            attempt.wrong_strokes += cost::wrong_strokes(physics, due, &self.settings.cost);
            // The changes go with time; the last one fades.
            attempt.changes.rotate_left(1);
            let last = attempt.changes.len() - 1;
            attempt.changes[last] = attempt.changes[last.saturating_sub(1)].iter().map(|change| 0.5 * change).collect();
        }
    }

    fn best_controls(&mut self, state: &Snapshot, frame: usize, changes: &mut Rows, effort: f64, seed: u64) -> Rows {
        let unchanged = vec![vec![0.0; self.controls]; changes.len()];
        let (base, of_prior) = self.rollouts.with_prior(state, frame, &unchanged);
        if of_prior.right {
            *changes = unchanged;
            return base;
        }
        let mut current = sum(&base, changes, &self.ranges());
        let outcome = self.evaluate(state, frame, std::slice::from_ref(&current), &base)[0];
        let mut cost = cost::total(&outcome.costs);
        let rounds = if outcome.right || effort == 0.0 { 0 } else { self.settings.rounds };
        for round in 0..rounds {
            let strength = self.settings.shrink.powi(round as i32);
            let seed = seed.wrapping_add(1_000_003 * frame as u64 + 7919 * round as u64);
            let samples = |count: usize| (count as f64 * effort).ceil() as usize;
            let arms = self.arm_candidates(&current, &base, samples(self.settings.arm_samples), strength, seed);
            let outcomes = self.evaluate(state, frame, &arms, &base);
            let combined = self.best_hands(&arms, &outcomes);
            self.take_if_better(state, frame, &base, combined, &mut current, &mut cost);
            let fingers = self.finger_candidates(&current, samples(self.settings.finger_samples), strength, !seed);
            let outcomes = self.evaluate(state, frame, &fingers, &base);
            let combined = self.best_fingers(&fingers, &outcomes);
            self.take_if_better(state, frame, &base, combined, &mut current, &mut cost);
        }
        for (change, (current, base)) in changes.iter_mut().zip(current.iter().zip(&base)) {
            *change = current.iter().zip(base).map(|(current, base)| current - base).collect();
        }
        current
    }

    fn ranges(&self) -> Vec<[f64; 2]> {
        self.rollouts.ranges().to_vec()
    }

    fn take_if_better(&mut self, state: &Snapshot, frame: usize, base: &Rows, candidate: Rows, current: &mut Rows, cost: &mut f64) {
        let outcomes = self.evaluate(state, frame, std::slice::from_ref(&candidate), base);
        let total = cost::total(&outcomes[0].costs);
        if total < *cost {
            (*current, *cost) = (candidate, total);
        }
    }

    /// Outcomes, with the cost of changes added to each finger's; a hand's arm's is shared by its fingers.
    fn evaluate(&mut self, state: &Snapshot, frame: usize, candidates: &[Rows], base: &Rows) -> Vec<Outcome> {
        let mut outcomes = self.rollouts.evaluate(state, frame, candidates);
        for (outcome, rows) in outcomes.iter_mut().zip(candidates) {
            self.add_changes(rows, base, &mut outcome.costs);
        }
        outcomes
    }

    fn add_changes(&self, rows: &Rows, base: &Rows, costs: &mut FingerCosts) {
        let weight = self.settings.cost.change / (rows.len().max(1) * self.controls) as f64;
        for (column, (part, size)) in self.noise.parts.iter().zip(&self.noise.sizes).enumerate() {
            let squares = rows
                .iter()
                .zip(base)
                .map(|(row, base)| ((row[column] - base[column]) / size).powi(2));
            let cost = weight * squares.sum::<f64>();
            match *part {
                Part::Finger(hand, finger) => costs[hand][finger] += cost,
                Part::Arm(hand) => costs[hand].iter_mut().for_each(|own| *own += cost / FINGERS as f64),
            }
        }
    }

    /// What goes on as before, the prior alone, and changes of whole hands.
    fn arm_candidates(&self, current: &Rows, base: &Rows, count: usize, strength: f64, seed: u64) -> Vec<Rows> {
        let mut candidates = vec![current.clone(), base.clone()];
        for sample in 0..count {
            let mut rng = generator(seed, sample as u64);
            let mut rows = current.clone();
            let fingers_too = rng.random_bool(self.settings.fingers_with_arm);
            self.noise.add(&mut rows, strength, &mut rng, |part, rng| match part {
                Part::Arm(_) => true,
                Part::Finger(..) => fingers_too && rng.random_bool(self.settings.fingers_changed),
            });
            clamp(&mut rows, &self.ranges());
            candidates.push(rows);
        }
        candidates
    }

    fn finger_candidates(&self, current: &Rows, count: usize, strength: f64, seed: u64) -> Vec<Rows> {
        let mut candidates = vec![current.clone()];
        for sample in 0..count {
            let mut rng = generator(seed, sample as u64);
            let mut rows = current.clone();
            self.noise.add(&mut rows, strength, &mut rng, |part, rng| match part {
                Part::Arm(_) => false,
                Part::Finger(..) => rng.random_bool(self.settings.fingers_changed),
            });
            clamp(&mut rows, &self.ranges());
            candidates.push(rows);
        }
        candidates
    }

    /// Each hand from the candidate that is best for it.
    fn best_hands(&self, candidates: &[Rows], outcomes: &[Outcome]) -> Rows {
        let best = [0, 1].map(|hand| least(outcomes, |outcome| outcome.costs[hand].iter().sum()));
        self.compose(candidates, |part| match part {
            Part::Arm(hand) | Part::Finger(hand, _) => best[hand],
        })
    }

    /// Each finger from the candidate that is best for it.
    fn best_fingers(&self, candidates: &[Rows], outcomes: &[Outcome]) -> Rows {
        let best = [0, 1].map(|hand: usize| [0, 1, 2, 3, 4].map(|finger: usize| least(outcomes, |outcome| outcome.costs[hand][finger])));
        self.compose(candidates, |part| match part {
            Part::Arm(_) => 0,
            Part::Finger(hand, finger) => best[hand][finger],
        })
    }

    fn compose(&self, candidates: &[Rows], chosen: impl Fn(Part) -> usize) -> Rows {
        let mut rows = candidates[0].clone();
        for (column, part) in self.noise.parts.iter().enumerate() {
            let from = &candidates[chosen(*part)];
            for (row, from) in rows.iter_mut().zip(from) {
                row[column] = from[column];
            }
        }
        rows
    }

    fn progress(&self, plan: &Plan) -> Progress {
        let pairs = plan.played.keys.iter().zip(self.score.frames());
        Progress {
            frames: plan.actions.len(),
            frames_total: self.score.frames().len(),
            control_steps: self.rollouts.steps,
            frames_right: pairs.filter(|(keys, due)| crate::playback::frame_f1(keys, due) == 1.0).count(),
        }
    }
}

/// The first of the cheapest.
fn least(outcomes: &[Outcome], cost: impl Fn(&Outcome) -> f64) -> usize {
    let costs = outcomes.iter().map(cost).enumerate();
    costs
        .min_by(|(_, one), (_, other)| one.total_cmp(other))
        .map_or(0, |(index, _)| index)
}

fn sum(base: &Rows, changes: &Rows, ranges: &[[f64; 2]]) -> Rows {
    let add = |(base, change): (&Vec<f64>, &Vec<f64>)| base.iter().zip(change).map(|(base, change)| base + change).collect();
    let mut rows: Rows = base.iter().zip(changes).map(add).collect();
    clamp(&mut rows, ranges);
    rows
}

fn clamp(rows: &mut Rows, ranges: &[[f64; 2]]) {
    for row in rows {
        for (control, [min, max]) in row.iter_mut().zip(ranges) {
            *control = control.clamp(*min, *max);
        }
    }
}
