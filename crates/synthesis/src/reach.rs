//! Inverse kinematics: the posture that brings fingertips where they are wanted, as relaxed as it can be.

use crate::hand_mesh::{HandMesh, tip_joint};
use crate::posture::{PARAMETERS, Posture, place_joints};
use nalgebra::{Point3, SMatrix, SVector};
use piano::FingerNumber;

/// Where a fingertip joint should be, and how much that matters: 1 / (the deviation that costs as much as a joint's usual
/// play), per meter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wish {
    /// The place, the keyboard's axes.
    pub place: Point3<f64>,
    /// The weight.
    pub per_meter: f64,
}

/// How far each of a posture's numbers usually strays from the relaxed posture (meters, radians).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Play(pub [f64; PARAMETERS]);

impl Play {
    /// For a hand that may move by so many meters and turn by so many radians. Fingers bend more freely than they spread.
    pub fn new(hand_meters: [f64; 3], hand_rad: [f64; 3]) -> Play {
        const FINGER: [f64; 4] = [0.13, 0.30, 0.30, 0.15];
        const THUMB: [f64; 4] = [0.30, 0.30, 0.25, 0.25];
        let mut play = [0.0; PARAMETERS];
        play[..3].copy_from_slice(&hand_meters);
        play[3..6].copy_from_slice(&hand_rad);
        for (finger, four) in play[6..].chunks_exact_mut(4).enumerate() {
            four.copy_from_slice(if finger == 0 { &THUMB } else { &FINGER });
        }
        Play(play)
    }
}

/// Sideways turns and bends that joints allow, relative to the flat hand, radians.
const FINGER_LIMITS: [(f64, f64); 4] = [(-0.42, 0.42), (-0.35, 1.35), (0.0, 1.6), (-0.05, 1.0)];
const THUMB_LIMITS: [(f64, f64); 4] = [(-0.9, 0.9), (-0.8, 0.9), (-0.3, 0.9), (-0.25, 1.1)];
/// Turned further than this, a hand would leave its arm.
const HAND_TURN_LIMIT: f64 = 0.6;
/// Steps until nothing changes visibly; the problem is smooth and starts near its solution.
const STEPS: usize = 10;
/// Width of the finite differences, meters or radians.
const DIFFERENCE: f64 = 1e-5;

/// Gauss-Newton on the tips' deviations and the posture's distance from the relaxed one, within the joints' limits.
pub fn reach(mesh: &HandMesh, relaxed: &Posture, play: &Play, wishes: &[Wish; 5]) -> Posture {
    let mut posture = *relaxed;
    for _ in 0..STEPS {
        let tips = tips_of(mesh, &posture);
        let mut normal = SMatrix::<f64, PARAMETERS, PARAMETERS>::zeros();
        let mut gradient = SVector::<f64, PARAMETERS>::zeros();
        for k in 0..PARAMETERS {
            let stiffness = play.0[k].powi(-2);
            normal[(k, k)] += stiffness;
            gradient[k] += stiffness * (posture.0[k] - relaxed.0[k]);
        }
        let moved: Vec<[Point3<f64>; 5]> = (0..PARAMETERS).map(|k| tips_of(mesh, &nudged(&posture, k))).collect();
        for (finger, wish) in wishes.iter().enumerate() {
            let weight = wish.per_meter.powi(2);
            let miss = tips[finger] - wish.place;
            let slope = |k: usize| (moved[k][finger] - tips[finger]) / DIFFERENCE;
            // A tip moves with the hand and its own finger only.
            let numbers: Vec<usize> = (0..6).chain(6 + 4 * finger..10 + 4 * finger).collect();
            for a in &numbers {
                gradient[*a] += weight * slope(*a).dot(&miss);
                for b in &numbers {
                    normal[(*a, *b)] += weight * slope(*a).dot(&slope(*b));
                }
            }
        }
        let Some(step) = step_within_limits(&posture, normal, gradient) else {
            break;
        };
        for k in 0..PARAMETERS {
            let (low, high) = limits(k);
            posture.0[k] = (posture.0[k] - step[k]).clamp(low, high);
        }
    }
    posture
}

/// The Gauss-Newton step with joints that would leave their limits held fast, so that the others make up for them.
fn step_within_limits(
    posture: &Posture,
    mut normal: SMatrix<f64, PARAMETERS, PARAMETERS>,
    mut gradient: SVector<f64, PARAMETERS>,
) -> Option<SVector<f64, PARAMETERS>> {
    /// Few joints reach their limits at once.
    const ROUNDS: usize = 4;
    let mut step = normal.cholesky()?.solve(&gradient);
    for _ in 0..ROUNDS {
        let leaving: Vec<(usize, f64)> = (0..PARAMETERS)
            .filter_map(|k| {
                let (low, high) = limits(k);
                let wanted = posture.0[k] - step[k];
                (wanted < low - 1e-9 || wanted > high + 1e-9).then(|| (k, posture.0[k] - wanted.clamp(low, high)))
            })
            .collect();
        if leaving.is_empty() {
            break;
        }
        for (k, allowed) in leaving {
            gradient -= normal.column(k) * allowed;
            normal.row_mut(k).fill(0.0);
            normal.column_mut(k).fill(0.0);
            normal[(k, k)] = 1.0;
            gradient[k] = allowed;
        }
        step = normal.cholesky()?.solve(&gradient);
    }
    Some(step)
}

fn nudged(posture: &Posture, parameter: usize) -> Posture {
    let mut nudged = *posture;
    nudged.0[parameter] += DIFFERENCE;
    nudged
}

fn limits(parameter: usize) -> (f64, f64) {
    match parameter {
        0..3 => (f64::NEG_INFINITY, f64::INFINITY),
        3..6 => (-HAND_TURN_LIMIT, HAND_TURN_LIMIT),
        6..10 => THUMB_LIMITS[parameter - 6],
        _ => FINGER_LIMITS[(parameter - 6) % 4],
    }
}

/// Where the fingertips of a hand held like this are, thumb to little finger.
pub fn tips_of(mesh: &HandMesh, posture: &Posture) -> [Point3<f64>; 5] {
    let joints = place_joints(mesh, posture);
    FingerNumber::ALL.map(|finger| Point3::from(joints[tip_joint(finger)].translation.vector))
}
