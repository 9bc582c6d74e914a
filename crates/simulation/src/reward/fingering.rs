//! The fingers are at the keys they are to play.

use super::tolerance::tolerance;
use crate::model::Key;

/// A fingertip this close to its place on the key is there, meters.
const CLOSE_METERS: f64 = 0.01;
/// The place on a key: this part of half its height above its centre, and this part of half its length towards the player.
const ABOVE: f64 = 0.5;
const TOWARDS_PLAYER: f64 = 0.35;

/// Mean closeness of fingertips to the places they are wanted at; 0 where nothing is due.
pub(crate) fn fingering(pairs: impl IntoIterator<Item = (/* fingertip */ [f64; 3], /* place */ [f64; 3])>) -> f64 {
    let mut sum = 0.0;
    let mut count = 0_u32;
    for (tip, place) in pairs {
        let distance = (0..3).map(|axis| (place[axis] - tip[axis]).powi(2)).sum::<f64>().sqrt();
        sum += tolerance(distance, CLOSE_METERS, CLOSE_METERS * 10.0);
        count += 1;
    }
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

/// Where on a key a fingertip is wanted, meters: `center` is where the key's centre is now.
pub(crate) fn place_on_key(key: &Key, center: [f64; 3]) -> [f64; 3] {
    [
        center[0] + TOWARDS_PLAYER * key.half_size[0],
        center[1],
        center[2] + ABOVE * key.half_size[2],
    ]
}
