//! The forearms keep off each other.

use crate::model::HandJoints;

/// Two shapes this far apart or less touch, meters.
const TOUCHING_METERS: f64 = 1e-8;
const REWARD: f64 = 0.5;

/// 0.5 unless a shape of one forearm touches one of the other. A contact is a distance and two shapes.
pub(crate) fn forearm(hands: &[HandJoints; 2], contacts: impl IntoIterator<Item = (f64, usize, usize)>) -> f64 {
    let of = |hand: &HandJoints, geom: usize| hand.forearm_geoms.contains(&geom);
    let between = |first: usize, second: usize| of(&hands[0], first) && of(&hands[1], second);
    let touching = contacts
        .into_iter()
        .any(|(distance, first, second)| distance <= TOUCHING_METERS && (between(first, second) || between(second, first)));
    if touching { 0.0 } else { REWARD }
}
