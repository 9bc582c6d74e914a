//! How even a keyboard looks: light in a room and a lens never treat 52 keys alike, a drawing program does.

use super::band::Band;
use super::edges::{median, Levels};
use crate::Luma;

/// Differences of brightness over the keyboard, grey levels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Texture {
    /// Between white keys: the middle half of them lie within so many levels.
    pub white_spread: f64,
    /// The same between black keys.
    pub black_spread: f64,
}

/// Measures the keys of a band.
pub(super) fn texture(picture: &Luma, band: &Band) -> Texture {
    let levels: Vec<Levels> = band.keys.keys().filter_map(|key| band.levels(picture, *key)).collect();
    Texture {
        white_spread: middle_half(levels.iter().map(|levels| levels.white).collect()),
        black_spread: middle_half(levels.iter().map(|levels| levels.black).collect()),
    }
}

fn middle_half(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let Some(center) = median(values.clone()) else { return 0.0 };
    let mut distances: Vec<f64> = values.iter().map(|value| (value - center).abs()).collect();
    distances.sort_by(f64::total_cmp);
    2.0 * distances[distances.len() / 2]
}
