//! Many futures from one state, in the planning model, over threads.

use crate::cost::{self, FingerCosts};
use crate::prior::Prior;
use crate::settings::CostSettings;
use simulation::model::Model;
use simulation::physics::{Physics, Snapshot};
use simulation::score::Score;

/// Controls for some frames, a row a frame.
pub(crate) type Rows = Vec<Vec<f64>>;

/// Simulations for rollouts, one a thread.
pub(crate) struct Rollouts<'a> {
    score: &'a Score,
    /// The one that is planned around.
    pub prior: &'a Prior,
    settings: &'a CostSettings,
    workers: Vec<Physics>,
    /// Control steps simulated so far.
    pub steps: u64,
}

/// What a future holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub costs: FingerCosts,
    /// Whether every frame is played as it should be.
    pub right: bool,
}

impl<'a> Rollouts<'a> {
    pub fn new(planning: &Model, score: &'a Score, prior: &'a Prior, settings: &'a CostSettings, threads: usize) -> Rollouts<'a> {
        Rollouts {
            score,
            prior,
            settings,
            workers: (0..threads.max(1)).map(|_| Physics::new(planning)).collect(),
            steps: 0,
        }
    }

    /// Lowest and highest control of every actuator.
    pub fn ranges(&self) -> &[[f64; 2]] {
        self.workers[0].model().control_ranges()
    }

    /// The prior's controls for the frames from `frame` on, `changes` added, as they would come from this state.
    pub fn with_prior(&mut self, state: &Snapshot, frame: usize, changes: &Rows) -> (Rows, Outcome) {
        let physics = &mut self.workers[0];
        physics.restore(state);
        let mut rows = Vec::with_capacity(changes.len());
        let mut outcome = Outcome::fresh();
        for (step, change) in changes.iter().enumerate() {
            let mut controls = vec![0.0; change.len()];
            self.prior.controls(frame + step, physics, &mut controls);
            let ranges = physics.model().control_ranges();
            for ((control, change), [min, max]) in controls.iter_mut().zip(change).zip(ranges) {
                *control = (*control + change).clamp(*min, *max);
            }
            physics.step(&controls);
            outcome.add(physics, frame + step, self.score, self.prior, self.settings);
            rows.push(controls);
        }
        self.steps += changes.len() as u64;
        (rows, outcome)
    }

    /// What comes of each candidate's controls.
    pub fn evaluate(&mut self, state: &Snapshot, frame: usize, candidates: &[Rows]) -> Vec<Outcome> {
        self.steps += candidates.iter().map(|rows| rows.len() as u64).sum::<u64>();
        let share = candidates.len().div_ceil(self.workers.len()).max(1);
        let (score, prior, settings) = (self.score, self.prior, self.settings);
        let work = |physics: &mut Physics, candidates: &[Rows]| -> Vec<Outcome> {
            let outcome = |rows: &Rows| {
                physics.restore(state);
                let mut outcome = Outcome::fresh();
                for (step, controls) in rows.iter().enumerate() {
                    physics.step(controls);
                    outcome.add(physics, frame + step, score, prior, settings);
                }
                outcome
            };
            candidates.iter().map(outcome).collect()
        };
        std::thread::scope(|scope| {
            let mut pairs = self.workers.iter_mut().zip(candidates.chunks(share));
            let own = pairs.next();
            let others: Vec<_> = pairs
                .map(|(physics, candidates)| scope.spawn(move || work(physics, candidates)))
                .collect();
            let mut outcomes = own.map_or(Vec::new(), |(physics, candidates)| work(physics, candidates));
            for thread in others {
                outcomes.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            outcomes
        })
    }
}

/// Cost of a future in which the physics breaks down.
const DIVERGED: f64 = 1e6;

impl Outcome {
    fn fresh() -> Outcome {
        Outcome {
            costs: FingerCosts::default(),
            right: true,
        }
    }

    fn add(&mut self, physics: &Physics, frame: usize, score: &Score, prior: &Prior, settings: &CostSettings) {
        let Some(due) = score.frames().get(frame) else { return };
        if physics.has_diverged() {
            self.costs.iter_mut().flatten().for_each(|cost| *cost += DIVERGED);
            self.right = false;
            return;
        }
        cost::add(physics, frame, due, prior.poses(), settings, &mut self.costs);
        self.right &= cost::is_right(physics, due, settings);
    }
}
