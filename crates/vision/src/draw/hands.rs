//! Hands drawn over the picture they were found in: bones and fingertips, every finger in its colour.

use super::canvas::{Canvas, nearest_pixel};
use super::palette::FINGER_COLORS;
use crate::Frame;
use crate::hands::LANDMARKS;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{Circle, Line, PrimitiveStyle};
use piano::Hand;

/// Bones of each finger, thumb first, from the wrist to the tip.
const FINGER_BONES: [[usize; 5]; 5] = [
    [0, 1, 2, 3, 4],
    [0, 5, 6, 7, 8],
    [0, 9, 10, 11, 12],
    [0, 13, 14, 15, 16],
    [0, 17, 18, 19, 20],
];
/// Bones are this part of the palm thick.
const BONE_PALMS: f32 = 0.035;
const BONE_PIXELS: [u32; 2] = [2, 16];
/// Fingertips are this many times as wide as bones are thick.
const TIP_BONES: u32 = 3;
/// The left hand is hatched with stripes of this colour, period and width.
const HATCH_COLOR: Rgb888 = Rgb888::new(20, 20, 20);
const HATCH_PERIOD_PIXELS: i32 = 8;
const HATCH_WIDTH_PIXELS: i32 = 3;

/// Draws one hand, every finger in its colour; the left hand is hatched.
pub fn draw_hand(frame: &mut Frame, hand: Hand, landmarks: &[[f32; 3]; LANDMARKS]) {
    let point = |i: usize| nearest_pixel([landmarks[i][0].into(), landmarks[i][1].into()]);
    let palm = (landmarks[0][0] - landmarks[9][0]).hypot(landmarks[0][1] - landmarks[9][1]);
    let thickness = ((BONE_PALMS * palm).round() as u32).clamp(BONE_PIXELS[0], BONE_PIXELS[1]);
    let mut ink = Ink {
        canvas: Canvas(frame),
        hatched: hand == Hand::Left,
    };
    for (finger, [red, green, blue]) in FINGER_BONES.iter().zip(FINGER_COLORS) {
        let color = Rgb888::new(red, green, blue);
        for bone in finger.windows(2) {
            let line = Line::new(point(bone[0]), point(bone[1]));
            let Ok(()) = line.into_styled(PrimitiveStyle::with_stroke(color, thickness)).draw(&mut ink);
        }
        let tip = Circle::with_center(point(finger[4]), TIP_BONES * thickness);
        let Ok(()) = tip.into_styled(PrimitiveStyle::with_fill(color)).draw(&mut ink);
    }
}

/// Draws in colour, or in colour with stripes.
struct Ink<'a> {
    canvas: Canvas<'a>,
    hatched: bool,
}

impl OriginDimensions for Ink<'_> {
    fn size(&self) -> Size {
        self.canvas.size()
    }
}

impl DrawTarget for Ink<'_> {
    type Color = Rgb888;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        let hatched = self.hatched;
        let striped = |Pixel(at, color): Pixel<Rgb888>| {
            let in_stripe = hatched && (at.x + at.y).rem_euclid(HATCH_PERIOD_PIXELS) < HATCH_WIDTH_PIXELS;
            Pixel(at, if in_stripe { HATCH_COLOR } else { color })
        };
        self.canvas.draw_iter(pixels.into_iter().map(striped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tips_wear_their_finger_s_colour_and_nothing_is_drawn_outside() {
        let mut frame = Frame::filled(200, 200, [90, 90, 90]);
        let mut landmarks: [[f32; 3]; LANDMARKS] =
            std::array::from_fn(|i| [40.0 + 30.0 * i.div_ceil(4) as f32, 180.0 - 30.0 * ((i + 3) % 4) as f32, 0.0]);
        landmarks[20] = [f32::MAX, -1e9, 0.0];
        draw_hand(&mut frame, Hand::Right, &landmarks);
        for (finger, tip) in [4, 8, 12, 16].into_iter().enumerate() {
            let [x, y, _] = landmarks[tip];
            assert_eq!(frame.pixel(x as usize, y as usize), FINGER_COLORS[finger]);
        }
        assert_eq!(frame.pixel(0, 0), [90, 90, 90]);
        draw_hand(&mut frame, Hand::Left, &landmarks);
        let dark = frame.rgb.chunks(3).filter(|pixel| *pixel == [20, 20, 20]).count();
        assert!(dark > 100, "{dark} hatched pixels");
    }
}
