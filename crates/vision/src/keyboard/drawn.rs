//! How even a keyboard looks: light in a room and a lens never treat 52 keys alike, a drawing program does.

use super::FoundKeyboard;
use super::band::Band;
use super::edges::{Levels, median};
use crate::Luma;
use serde::{Deserialize, Serialize};

/// Differences of brightness over the keyboard, grey levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Texture {
    /// Between white keys: the middle half of them lie within so many levels.
    pub white_spread: f64,
    /// The same between black keys.
    pub black_spread: f64,
}

/// White keys of filmed pianos differed by 2.8 levels and more, of drawn ones by 0.0.
const DRAWN_WHITE_SPREAD: f64 = 1.0;
const DRAWN_BLACK_SPREAD: f64 = 4.0;
/// Drawn keys lie on their places to within a pixel's part; lenses bend filmed ones by more.
const DRAWN_GAP_RESIDUAL: f64 = 0.015;
/// Drawn keyboards are level and all keys equally wide, to rounding: radians, and part of the width.
const DRAWN_TILT: f64 = 0.002;
const DRAWN_TAPER: f64 = 0.004;
/// White keys by which evenness can be judged.
const WHITE_KEYS_AT_LEAST: f64 = 20.0;

impl FoundKeyboard {
    /// Whether this is a drawing rather than a piano before a camera: perfectly even light, perfectly even keys, no perspective at
    /// all. A drawing with shading or tilt is not told from a piano.
    pub fn looks_drawn(&self) -> bool {
        let even_light = self.texture.white_spread < DRAWN_WHITE_SPREAD && self.texture.black_spread < DRAWN_BLACK_SPREAD;
        let even_keys = self.gap_residual.is_some_and(|residual| residual < DRAWN_GAP_RESIDUAL);
        even_light && even_keys && self.is_seen_head_on()
    }

    fn is_seen_head_on(&self) -> bool {
        let best = self.best();
        let Some(image) = best.keyboard_from_image.inverse() else {
            return false;
        };
        let ends = [best.lowest_pitch, best.highest_pitch].map(piano::keyboard::center_x);
        let key_at = |x: f64| {
            let ([x0, y0], [x1, y1]) = (image.apply([x - 0.5, 0.2]), image.apply([x + 0.5, 0.2]));
            [x1 - x0, y1 - y0]
        };
        let [first, last] = ends.map(key_at);
        let width = |[x, y]: [f64; 2]| x.hypot(y);
        let tilt = |[x, y]: [f64; 2]| (y / x).atan().abs();
        ends[1] - ends[0] >= WHITE_KEYS_AT_LEAST
            && (width(first) / width(last) - 1.0).abs() < DRAWN_TAPER
            && tilt(first).max(tilt(last)) < DRAWN_TILT
    }
}

/// Measures the keys of a band.
pub(super) fn texture(picture: &Luma, band: &Band) -> Texture {
    let levels: Vec<Levels> = band.keys.keys().filter_map(|key| band.levels(picture, *key)).collect();
    Texture {
        white_spread: middle_half(levels.iter().map(|levels| levels.white).collect()),
        black_spread: middle_half(levels.iter().map(|levels| levels.black).collect()),
    }
}

fn middle_half(values: Vec<f64>) -> f64 {
    let Some(center) = median(values.clone()) else { return 0.0 };
    let distances: Vec<f64> = values.iter().map(|value| (value - center).abs()).collect();
    2.0 * median(distances).unwrap_or(0.0)
}
