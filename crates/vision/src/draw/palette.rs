//! The five finger colours, the same everywhere in Toccata.

use piano::FingerNumber;

/// RGB.
pub type Color = [u8; 3];

/// Colours of thumb to little finger: vermilion, orange, bluish green, blue, reddish purple, told apart by people who see
/// colours differently (Okabe and Ito, "Color Universal Design", 2008).
pub const FINGER_COLORS: [Color; 5] = [[213, 94, 0], [230, 159, 0], [0, 158, 115], [0, 114, 178], [204, 121, 167]];

/// A note whose finger is not known.
pub const UNKNOWN_COLOR: Color = [150, 150, 150];

/// The colour of a finger.
pub fn finger_color(finger: FingerNumber) -> Color {
    FINGER_COLORS[finger.index()]
}
