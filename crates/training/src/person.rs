//! How the person of the video moved, on the simulated keyboard.

use crate::rollout::FINGERS;
use simulation::scene::piano::KEYBOARD_LENGTH_METERS;

/// White keys of a keyboard.
const WHITE_KEYS: f64 = 52.0;
/// Of a white key, from its front edge to the far end.
const KEY_LENGTH_METERS: f64 = 0.15;

/// Fingertips seen from above at the end of each frame: world x and y in meters, in the order of [`piano::Finger::all`]; nothing where a
/// finger was not seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FingertipPaths {
    /// A row for each frame of the score.
    pub frames: Vec<[Option<[f64; 2]>; FINGERS]>,
}

/// World x and y (meters; x towards the player, y from bass to treble) of a place on the keyboard: white-key widths from the bass end of A0,
/// and 0 at the front edge to 1 at the far end, as in `hands.parquet`.
pub fn world_from_keyboard(along_key_widths: f64, across: f64) -> [f64; 2] {
    let x = KEY_LENGTH_METERS * (0.5 - across);
    let y = KEYBOARD_LENGTH_METERS * (along_key_widths / WHITE_KEYS - 0.5);
    [x, y]
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;
    use simulation::scene::piano::key_center;

    #[test]
    fn keys_lie_where_the_simulated_piano_has_them() {
        for (pitch, along) in [(21, 0.5), (60, 23.5), (108, 51.5)] {
            let center = key_center(Pitch::new(pitch).unwrap());
            let seen = world_from_keyboard(along, 0.5);
            assert!((center[1] - seen[1]).abs() < 1e-3, "{pitch}: {center:?} {seen:?}");
            assert_eq!(seen[0], 0.0);
        }
        assert!(world_from_keyboard(0.0, 0.0)[0] > 0.0, "the front edge is the player's");
    }
}
