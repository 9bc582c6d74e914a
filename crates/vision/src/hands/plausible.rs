//! Which hands can be a player's.

use super::HandObservation;
use super::tiles::Band;
use crate::Homography;

/// Hands smaller than this part of the largest in the picture belong to someone further away: a cellist behind the keys. On stills
/// of piano channels, 0.45 to 0.55 drop every such hand and no player's.
const SIZE_PARTS_MIN: f32 = 0.5;

/// Drops hands much smaller than the largest one.
pub fn of_similar_size(hands: Vec<HandObservation>) -> Vec<HandObservation> {
    let largest = hands.iter().map(HandObservation::palm_size).fold(0.0, f32::max);
    hands
        .into_iter()
        .filter(|hand| hand.palm_size() >= SIZE_PARTS_MIN * largest)
        .collect()
}

/// Where the keys are in the pictures of a stretch of time, as far as hands need to know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyboardBand {
    /// From here on,
    pub start_secs: f64,
    /// up to here.
    pub end_secs: f64,
    /// Upright box around the keys: left, top, right, bottom, pixels.
    pub keys: Band,
    /// A white key's width, pixels, in the middle of the keys.
    pub key_width: f32,
}

/// A hand is about this many white keys long, from wrist to fingertips (190 mm of 23.5 mm each): so far it can reach out of the keys.
const HAND_KEYS: f32 = 8.0;
/// Palms are 70 to 110 mm long; nearer to the camera than the keys they look larger, and turned away they look shorter.
const PALM_KEYS: [f32; 2] = [1.5, 9.0];
/// Side of a tile: the palm network finds hands best that fill an eighth to a third of its input.
const TILE_KEYS: f32 = 24.0;

impl KeyboardBand {
    /// The band of keys that lie at `x_keys` (white-key widths) under a homography; none if it cannot be inverted there.
    pub fn new(keyboard_from_image: &Homography, x_keys: [f64; 2], [start_secs, end_secs]: [f64; 2]) -> Option<KeyboardBand> {
        let image_from_keyboard = keyboard_from_image.inverse()?;
        let corners = x_keys.map(|x| [0.0, 1.0].map(|y| image_from_keyboard.apply([x, y])));
        let keys = corners
            .iter()
            .flatten()
            .fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, [x, y]| {
                let (x, y) = (*x as f32, *y as f32);
                [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)]
            });
        let middle = (x_keys[0] + x_keys[1]) / 2.0;
        let [a, b] = [middle - 0.5, middle + 0.5].map(|x| image_from_keyboard.apply([x, 0.5]));
        let key_width = (a[0] - b[0]).hypot(a[1] - b[1]) as f32;
        let finite = keys.iter().all(|n| n.is_finite()) && key_width.is_finite() && key_width > 0.0;
        finite.then_some(KeyboardBand {
            start_secs,
            end_secs,
            keys,
            key_width,
        })
    }

    /// The keys and as far as hands reach out of them.
    pub fn reach(&self) -> Band {
        let margin = HAND_KEYS * self.key_width;
        let [left, top, right, bottom] = self.keys;
        [left - margin, top - margin, right + margin, bottom + margin]
    }

    /// Side of the tiles in which hands on these keys are found, pixels.
    pub fn tile_side(&self) -> f32 {
        TILE_KEYS * self.key_width
    }

    /// Whether a hand is at the keys and neither too small nor too large to play them.
    pub fn can_hold(&self, hand: &HandObservation) -> bool {
        let [x, y] = hand.palm_center();
        let [left, top, right, bottom] = self.reach();
        let size = hand.palm_size() / self.key_width;
        (left..right).contains(&x) && (top..bottom).contains(&y) && (PALM_KEYS[0]..PALM_KEYS[1]).contains(&size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand(x: f32, y: f32, size: f32) -> HandObservation {
        let unit = |i: usize| [(i % 5) as f32 / 5.0, 1.0 - (i / 5) as f32 / 5.0];
        HandObservation {
            landmarks: std::array::from_fn(|i| [x + size * unit(i)[0], y + size * unit(i)[1], 0.0]),
            presence: 0.9,
            right: 0.5,
        }
    }

    #[test]
    fn hands_of_people_further_away_are_dropped() {
        let kept = of_similar_size(vec![hand(0.0, 0.0, 100.0), hand(300.0, 0.0, 80.0), hand(150.0, 0.0, 30.0)]);
        assert_eq!(kept.len(), 2);
        assert!(of_similar_size(vec![]).is_empty());
    }

    #[test]
    fn a_band_holds_hands_at_its_keys() {
        // 52 keys of 20 pixels from x = 100, far end at y = 200, front edge at y = 320.
        let keyboard_from_image = Homography([[1.0 / 20.0, 0.0, -5.0], [0.0, -1.0 / 120.0, 320.0 / 120.0], [0.0, 0.0, 1.0]]);
        let band = KeyboardBand::new(&keyboard_from_image, [0.0, 52.0], [0.0, 9.0]).unwrap();
        assert!((band.key_width - 20.0).abs() < 1e-3);
        assert!(
            band.keys
                .iter()
                .zip([100.0, 200.0, 1140.0, 320.0])
                .all(|(a, b)| (a - b).abs() < 1e-2)
        );
        assert!(band.can_hold(&hand(500.0, 250.0, 90.0)));
        assert!(!band.can_hold(&hand(500.0, 700.0, 90.0)) && !band.can_hold(&hand(500.0, 250.0, 20.0)));
    }
}
