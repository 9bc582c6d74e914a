//! The prior's numbers tuned to a piece or several: random changes to a few at a time, kept where the prior then plays better.

use crate::PlanError;
use crate::models::Models;
use crate::noise::generator;
use crate::playback::play_prior;
use crate::prior::Prior;
use crate::settings::PriorSettings;
use rand::RngExt;
use simulation::score::Score;

/// A number that may be tuned.
#[derive(Clone, Copy)]
pub struct Tunable {
    /// Its path in [`PriorSettings`].
    pub name: &'static str,
    /// Where it may lie.
    pub range: [f64; 2],
    get: fn(&mut PriorSettings) -> &mut f64,
}

impl Tunable {
    /// Its place in some settings.
    pub fn of<'a>(&self, settings: &'a mut PriorSettings) -> &'a mut f64 {
        (self.get)(settings)
    }
}

macro_rules! tunables {
    ($($first:ident . $second:ident $([$index:literal])? in $low:literal .. $high:literal,)*) => {
        &[$(Tunable {
            name: concat!(stringify!($first), ".", stringify!($second) $(, "[", $index, "]")?),
            range: [$low, $high],
            get: |settings| &mut settings.$first.$second $([$index])?,
        },)*]
    };
}

/// All of them, with ranges in which hands still move sensibly.
pub const TUNABLES: &[Tunable] = tunables! {
    arm.speed_max_meters_per_moment in 0.04..0.11,
    arm.acceleration_max_meters_per_moment2 in 0.02..0.08,
    arm.reach_meters in 0.015..0.05,
    arm.gate_meters in 0.03..0.2,
    arm.pull in 0.003..0.1,
    arm.effort in 0.03..0.6,
    arm.before in 0.1..1.5,
    pose.press_depth_meters in 0.005..0.016,
    pose.hover_meters in 0.002..0.016,
    pose.clear_meters in 0.044..0.07,
    pose.approach_weight in 0.1..1.0,
    pose.clear_weight in 0.05..1.0,
    pose.along_weight in 0.05..1.0,
    pose.rest_weight in 5e-7..2e-5,
    pose.course_weight in 0.003..3.0,
    pose.smooth_finger in 1e-7..2e-5,
    pose.smooth_wrist in 3e-6..2e-4,
    pose.smooth_arm in 1e-5..5e-3,
    pose.white_zone_meters[0] in 0.022..0.05,
    pose.white_zone_meters[1] in 0.055..0.068,
    pose.black_zone_meters[1] in -0.02..0.008,
    pose.idle_zone_meters[0] in -0.03..0.05,
    pose.idle_along_weight in 0.003..1.0,
    pose.gate_meters in 0.004..0.009,
    pose.separation_meters in 0.14..0.2,
    pose.travel_meters_per_moment in 0.004..0.04,
    pose.doubt_meters[0] in 0.02..0.3,
    pose.doubt_meters[1] in 0.006..0.3,
    controller.press_force in 0.5..4.0,
    controller.strike_force in 0.5..8.0,
    controller.press_more in 0.01..6.0,
    controller.control_cost in 0.001..0.3,
    controller.control_cost_arm in 0.0003..0.1,
    controller.speed_cost_secs in 0.0005..0.05,
    controller.coupling in 0.2..1.3,
    controller.lift_beyond_meters in 0.005..0.013,
    controller.lift_height_meters in 0.042..0.066,
    controller.wrist_lift_radians in 0.01..0.6,
};

/// A piece to tune to.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    /// Its scene.
    pub models: &'a Models,
    /// Its score.
    pub score: &'a Score,
}

/// Most numbers that one trial changes.
const CHANGED_MAX: usize = 5;
/// Spread of a small change, in the number's logarithm.
const SMALL_CHANGE: f64 = 0.25;
/// How often a change is small rather than anywhere in the range.
const SMALL_SHARE: f64 = 0.7;

/// Tries `trials` changes to `start`; returns the best settings and the mean frame F1 with them. Each piece is played by a thread of
/// its own. `report` hears of every trial's mean and whether it is the best, and says whether to go on.
pub fn tune(
    pieces: &[Piece<'_>],
    start: &PriorSettings,
    trials: usize,
    seed: u64,
    threads: usize,
    report: &mut dyn FnMut(f64, Option<&PriorSettings>) -> bool,
) -> Result<(PriorSettings, f64), PlanError> {
    let mut best = (start.clone(), mean_f1(pieces, start, threads)?);
    report(best.1, Some(&best.0));
    for trial in 0..trials {
        let mut rng = generator(seed, trial as u64);
        let mut settings = best.0.clone();
        for _ in 0..rng.random_range(1..=CHANGED_MAX) {
            let tunable = TUNABLES[rng.random_range(0..TUNABLES.len())];
            let [low, high] = tunable.range;
            let number = tunable.of(&mut settings);
            let spread = SMALL_CHANGE * crate::noise::normal(&mut rng);
            *number = if rng.random_bool(SMALL_SHARE) {
                // Numbers that may be negative move by a part of their range.
                if low > 0.0 {
                    *number * spread.exp()
                } else {
                    *number + spread * (high - low)
                }
            } else {
                rng.random_range(low..high)
            }
            .clamp(low, high);
        }
        let f1 = mean_f1(pieces, &settings, threads)?;
        let better = f1 > best.1;
        if better {
            best = (settings, f1);
        }
        if !report(f1, better.then_some(&best.0)) {
            return Err(PlanError::Stopped);
        }
    }
    Ok(best)
}

fn mean_f1(pieces: &[Piece<'_>], settings: &PriorSettings, threads: usize) -> Result<f64, PlanError> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let sums: Vec<Result<f64, PlanError>> = std::thread::scope(|scope| {
        let work = || {
            let mut sum = 0.0;
            while let Some(piece) = pieces.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                let prior = Prior::new(piece.models, piece.score, settings, 1, &mut |_| true)?;
                let plan = play_prior(&piece.models.exact, piece.score, &prior, &mut |_| true)?;
                sum += plan.scores(piece.score).f1;
            }
            Ok(sum)
        };
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        threads.into_iter().map(join).collect()
    });
    let mut sum = 0.0;
    for part in sums {
        sum += part?;
    }
    Ok(sum / pieces.len().max(1) as f64)
}
