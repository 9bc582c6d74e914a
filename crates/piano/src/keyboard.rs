//! Where the keys lie on a keyboard, in keyboard coordinates.
//!
//! x counts white-key widths from the bass end of A0 (0) to the treble end of C8 (52). y is 0 at the front edge of the
//! white keys, nearest the player, and 1 where they end at the fallboard.

use crate::Pitch;

/// White keys of a piano, and so the keyboard's length in white-key widths.
pub const WHITE_KEYS: usize = 52;
/// Width of a white key with its gap, meters (full-size keyboards: 52 keys on 1.222 to 1.227 m).
pub const WHITE_KEY_WIDTH_METERS: f64 = 0.023_5;
/// Visible length of a white key, meters.
pub const WHITE_KEY_LENGTH_METERS: f64 = 0.150;
/// Length of a black key's top, meters.
pub const BLACK_KEY_LENGTH_METERS: f64 = 0.095;
/// Width of a black key at its base, meters.
pub const BLACK_KEY_WIDTH_METERS: f64 = 0.013_7;
/// Where black keys begin: y of their front end.
pub const BLACK_KEY_FRONT_Y: f64 = 1.0 - BLACK_KEY_LENGTH_METERS / WHITE_KEY_LENGTH_METERS;
/// Width of a black key in white-key widths.
pub const BLACK_KEY_WIDTH: f64 = BLACK_KEY_WIDTH_METERS / WHITE_KEY_WIDTH_METERS;

/// Centres of the black keys inside an octave from the left edge of C, in white-key widths, for pitch classes
/// C#, D#, F#, G#, A#. Measured on real keyboards (the layout whose key tails are evenly wide).
pub const BLACK_CENTERS_IN_OCTAVE: [(u8, f64); 5] = [(1, 0.900), (3, 2.100), (6, 3.857), (8, 5.000), (10, 6.143)];

/// Number of white keys below this key: 0 for A0 and A#0, 51 for C8.
pub fn white_index(pitch: Pitch) -> usize {
    let steps_above_c = [0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6][usize::from(pitch.midi() % 12)];
    7 * usize::from(pitch.midi() / 12) + steps_above_c - 12
}

/// The white key with this many white keys below it.
pub fn white_key(index: usize) -> Option<Pitch> {
    Pitch::all().filter(|pitch| !pitch.is_black()).nth(index)
}

/// x of the key's centre line, white-key widths.
pub fn center_x(pitch: Pitch) -> f64 {
    let class = pitch.midi() % 12;
    match BLACK_CENTERS_IN_OCTAVE.iter().find(|(black, _)| *black == class) {
        Some((_, center)) => 7.0 * f64::from(pitch.midi() / 12) - 12.0 + center,
        None => white_index(pitch) as f64 + 0.5,
    }
}

/// x of the key's two sides (at the front for white keys), white-key widths.
pub fn span_x(pitch: Pitch) -> (f64, f64) {
    let half = if pitch.is_black() { BLACK_KEY_WIDTH / 2.0 } else { 0.5 };
    (center_x(pitch) - half, center_x(pitch) + half)
}

/// y of the key's two ends, front first.
pub fn span_y(pitch: Pitch) -> (f64, f64) {
    (if pitch.is_black() { BLACK_KEY_FRONT_Y } else { 0.0 }, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_middle_c_lie_where_they_should() {
        assert_eq!(center_x(Pitch::LOWEST), 0.5);
        assert_eq!(center_x(Pitch::HIGHEST), 51.5);
        assert_eq!(center_x(Pitch::new(60).unwrap()), 23.5);
        assert!((center_x(Pitch::new(61).unwrap()) - 23.9).abs() < 1e-9);
        assert!((center_x(Pitch::new(22).unwrap()) - 1.143).abs() < 1e-9);
    }

    #[test]
    fn keys_run_upwards_and_white_indices_invert() {
        let centers: Vec<f64> = Pitch::all().map(center_x).collect();
        assert!(centers.windows(2).all(|pair| pair[0] < pair[1]));
        for pitch in Pitch::all().filter(|pitch| !pitch.is_black()) {
            assert_eq!(white_key(white_index(pitch)), Some(pitch));
        }
        assert_eq!(white_key(52), None);
    }
}
