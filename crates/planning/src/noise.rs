//! Random changes to controls: how large they are for each part of a hand, and how they go over time.

use crate::poses::Poses;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use simulation::controls::Moves;
use simulation::scene::forearm::ForearmDof;

/// Which part of a hand a control belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Forearm or wrist, which move all fingers: of this hand.
    Arm(usize),
    /// A finger: hand and finger.
    Finger(usize, usize),
}

/// Every control's part and size of change, meters or radians.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    pub parts: Vec<Part>,
    pub sizes: Vec<f64>,
}

/// Changes go straight from knot to knot over the horizon.
const KNOTS: usize = 3;
/// A change is one of these times its usual size, so that both fine and coarse ones are tried.
const SCALES: [f64; 3] = [0.4, 1.0, 1.8];

/// Usual sizes of changes, from the prototype.
fn size(moves: Moves) -> f64 {
    match moves {
        Moves::Forearm(ForearmDof::Tx) => 0.012,
        Moves::Forearm(ForearmDof::Ty | ForearmDof::Tz) => 0.008,
        Moves::Forearm(_) | Moves::Wrist(_) => 0.06,
        Moves::Finger(_, 0) => 0.35,
        Moves::Finger(finger, joint) if finger.index() == 0 || joint == 4 => 0.12,
        Moves::Finger(..) => 0.22,
    }
}

impl Noise {
    pub fn new(poses: &Poses) -> Noise {
        let hands = poses.hands.iter().enumerate();
        let controls = hands.flat_map(|(hand, playing)| playing.controls.iter().map(move |control| (hand, control.moves)));
        let (parts, sizes) = controls
            .map(|(hand, moves)| {
                let part = match moves {
                    Moves::Finger(finger, _) => Part::Finger(hand, finger.index()),
                    _ => Part::Arm(hand),
                };
                (part, size(moves))
            })
            .unzip();
        Noise { parts, sizes }
    }

    /// Adds changes to the controls of some parts over a horizon, a row a step.
    pub fn add(&self, rows: &mut [Vec<f64>], strength: f64, rng: &mut ChaCha8Rng, mut changes: impl FnMut(Part, &mut ChaCha8Rng) -> bool) {
        let mut last: Option<(Part, bool, f64)> = None;
        for (column, (part, size)) in self.parts.iter().zip(&self.sizes).enumerate() {
            // One draw a part decides for all of its controls; they need not stand together.
            let (changed, scale) = match last {
                Some((same, changed, scale)) if same == *part => (changed, scale),
                _ => (changes(*part, rng), SCALES[rng.random_range(0..SCALES.len())]),
            };
            last = Some((*part, changed, scale));
            if changed {
                let knots: [f64; KNOTS] = std::array::from_fn(|_| normal(rng) * size * scale * strength);
                let steps = rows.len().max(2) - 1;
                for (step, row) in rows.iter_mut().enumerate() {
                    let at = (step * (KNOTS - 1)) as f64 / steps as f64;
                    let knot = (at as usize).min(KNOTS - 2);
                    let share = at - knot as f64;
                    row[column] += knots[knot] * (1.0 - share) + knots[knot + 1] * share;
                }
            }
        }
    }
}

/// A generator of its own for every sample, so that results do not depend on the order they are computed in.
pub(crate) fn generator(seed: u64, sample: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(sample);
    rng
}

/// A normally distributed number (Box and Muller).
pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}
