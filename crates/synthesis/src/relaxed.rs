//! The five-finger position: how a hand lies over the keys when it has nothing to do.

use crate::hand_mesh::{HandMesh, hand_direction};
use crate::posture::Posture;
use crate::reach::{Play, Wish, reach, tips_of};
use nalgebra::{Point3, Vector3};
use piano::Hand;
use piano::keyboard::WHITE_KEY_WIDTH_METERS;

/// A hand at ease, its middle knuckle at the origin.
#[derive(Clone, Debug)]
pub struct RelaxedHand {
    /// Whose.
    pub hand: Hand,
    /// The posture, its place zero.
    pub posture: Posture,
    /// The fingertips from the middle knuckle, meters, thumb to little finger.
    pub tips: [Vector3<f64>; 5],
}

/// Where the tips lie from the middle fingertip in the five-finger position: sideways in white keys towards the little finger, and
/// meters towards the player. Fingers lie on neighbouring white keys, the thumb and the little finger nearer to the edge.
const TIPS: [(f64, f64); 5] = [(-2.1, 0.034), (-1.0, 0.004), (0.0, 0.0), (0.98, 0.004), (1.95, 0.017)];
/// The knuckles stand so high over the tips and so far behind the middle tip, meters.
const KNUCKLE_HEIGHT: f64 = 0.046;
const KNUCKLE_BEHIND: f64 = 0.056;
/// Bends of a finger and the thumb that playing feels natural with, radians.
const FINGER: [f64; 4] = [0.0, 0.35, 0.55, 0.30];
const THUMB: [f64; 4] = [0.0, 0.35, 0.05, 0.1];
/// The hand falls slightly from the knuckles to the wrist, radians.
const PITCH: f64 = -0.06;
/// A tip may miss its place by about this much, meters.
const SLACK_METERS: f64 = 0.001_5;

/// Finds the five-finger position of a hand.
pub fn relaxed(mesh: &HandMesh, hand: Hand) -> RelaxedHand {
    let direction = hand_direction(hand);
    let mut rough = Posture([0.0; crate::posture::PARAMETERS]);
    rough.0[4] = PITCH;
    for (finger, four) in rough.0[6..].chunks_exact_mut(4).enumerate() {
        four.copy_from_slice(if finger == 0 { &THUMB } else { &FINGER });
    }
    let wishes = TIPS.map(|(keys, behind)| Wish {
        place: Point3::new(direction * keys * WHITE_KEY_WIDTH_METERS, -KNUCKLE_HEIGHT, behind - KNUCKLE_BEHIND),
        per_meter: 1.0 / SLACK_METERS,
    });
    let posture = reach(mesh, &rough, &Play::new([1e-6; 3], [1e-6, 0.05, 0.05]), &wishes);
    RelaxedHand {
        hand,
        posture,
        tips: tips_of(mesh, &posture).map(|tip| tip.coords),
    }
}
