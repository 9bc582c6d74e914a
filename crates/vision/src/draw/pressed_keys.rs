//! Pressed keys, coloured by the finger that plays them.

use super::palette::{Color, UNKNOWN_COLOR, finger_color};
use crate::{Frame, Homography};
use piano::{Finger, Hand, Pitch, keyboard};

/// A key that is down and the finger that plays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PressedKey {
    /// The key.
    pub pitch: Pitch,
    /// The finger, if known.
    pub finger: Option<Finger>,
}

/// How much of the picture shows through the colour.
const OPACITY: f64 = 0.62;
/// Hatching of the left hand: stripes of this period and width, pixels.
const HATCH_PERIOD_PIXELS: usize = 8;
const HATCH_WIDTH_PIXELS: usize = 4;

/// Colours pressed keys; the left hand's keys are hatched. White keys are coloured where nothing lies over them, in front of
/// the black keys.
pub fn draw_pressed_keys(frame: &mut Frame, keyboard_from_image: &Homography, pressed: &[PressedKey]) {
    let Some(image_from_keyboard) = keyboard_from_image.inverse() else {
        return;
    };
    for key in pressed {
        let (x, y) = (keyboard::span_x(key.pitch), keyboard::span_y(key.pitch));
        let y = if key.pitch.is_black() {
            y
        } else {
            (y.0, keyboard::BLACK_KEY_FRONT_Y)
        };
        let corners = [[x.0, y.0], [x.1, y.0], [x.1, y.1], [x.0, y.1]].map(|corner| image_from_keyboard.apply(corner));
        let color = key.finger.map_or(UNKNOWN_COLOR, |finger| finger_color(finger.finger));
        let hatched = key.finger.is_some_and(|finger| finger.hand == Hand::Left);
        for (column, row) in pixels_around(frame, &corners) {
            let [at_x, at_y] = keyboard_from_image.apply([column as f64, row as f64]);
            let inside = (x.0..x.1).contains(&at_x) && (y.0..y.1).contains(&at_y);
            if inside && (!hatched || (column + row) % HATCH_PERIOD_PIXELS < HATCH_WIDTH_PIXELS) {
                blend(frame, column, row, color);
            }
        }
    }
}

/// The pixels of the picture inside the corners' bounding box.
fn pixels_around(frame: &Frame, corners: &[[f64; 2]; 4]) -> impl Iterator<Item = (usize, usize)> + use<> {
    let range = |axis: usize, end: usize| {
        let values = corners.map(|corner| corner[axis]);
        let finite = values.iter().all(|value| value.is_finite());
        let least = values.iter().copied().fold(f64::INFINITY, f64::min).clamp(0.0, end as f64);
        let most = (values.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 1.0).clamp(0.0, end as f64);
        if finite { least as usize..most as usize } else { 0..0 }
    };
    let (columns, rows) = (range(0, frame.width), range(1, frame.height));
    rows.flat_map(move |row| columns.clone().map(move |column| (column, row)))
}

fn blend(frame: &mut Frame, column: usize, row: usize, color: Color) {
    let below = frame.pixel(column, row);
    let mixed = std::array::from_fn(|i| (f64::from(below[i]) * (1.0 - OPACITY) + f64::from(color[i]) * OPACITY) as u8);
    frame.set(column as i64, row as i64, mixed);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten pixels a white key, the far end on top.
    const KEYBOARD_FROM_IMAGE: Homography = Homography([[0.1, 0.0, 0.0], [0.0, -0.02, 1.0], [0.0, 0.0, 1.0]]);

    fn drawn(pitch: u8, finger: Option<i8>) -> Frame {
        let mut frame = Frame::filled(520, 60, [0, 0, 0]);
        let finger = finger.and_then(Finger::from_pig_number);
        draw_pressed_keys(
            &mut frame,
            &KEYBOARD_FROM_IMAGE,
            &[PressedKey {
                pitch: Pitch::new(pitch).unwrap(),
                finger,
            }],
        );
        frame
    }

    #[test]
    fn a_white_key_is_coloured_in_front_of_the_black_keys_only() {
        let frame = drawn(60, Some(1));
        assert!(
            frame.pixel(235, 45)[0] > 100 && frame.pixel(235, 45)[2] == 0,
            "vermilion at the front of C4"
        );
        assert_eq!(frame.pixel(235, 10), [0, 0, 0]);
        assert_eq!(frame.pixel(245, 45), [0, 0, 0]);
    }

    #[test]
    fn the_left_hand_is_hatched_and_the_unknown_finger_grey() {
        let lit = |frame: &Frame| frame.rgb.chunks(3).filter(|pixel| pixel.iter().any(|value| *value > 0)).count() as f64;
        let share = lit(&drawn(60, Some(-2))) / lit(&drawn(60, Some(2)));
        assert!((0.4..0.6).contains(&share), "{share}");
        let grey = drawn(61, None).pixel(239, 20);
        assert!(grey[0] == grey[1] && grey[1] == grey[2] && grey[0] > 0);
    }
}
