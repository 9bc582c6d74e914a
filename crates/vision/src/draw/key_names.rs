//! All keys by name over the picture: whether the keyboard was found where it is.

use super::canvas::{Canvas, nearest_pixel};
use crate::{Frame, Homography};
use embedded_graphics::Drawable;
use embedded_graphics::mono_font::MonoTextStyleBuilder;
use embedded_graphics::mono_font::ascii::{FONT_4X6, FONT_5X8, FONT_6X10};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::primitives::{Line, Primitive, PrimitiveStyle};
use embedded_graphics::text::{Alignment, Baseline, Text};
use piano::{Pitch, keyboard};

const WHITE_KEY_COLOR: Rgb888 = Rgb888::new(0, 114, 178);
const C_COLOR: Rgb888 = Rgb888::new(213, 94, 0);
const BLACK_KEY_COLOR: Rgb888 = Rgb888::new(240, 228, 66);
/// White keys at least this wide can carry their names.
const KEY_PIXELS_AT_LEAST: f64 = 26.0;
/// Pictures are not enlarged beyond this.
const SIDE_AT_MOST: usize = 4096;
/// Where the names stand, y.
const WHITE_NAME_Y: f64 = 0.12;
const BLACK_NAME_Y: [f64; 2] = [0.5, 0.62];

/// Outlines the keys from `lowest` to `highest` and writes their names on them. Small pictures are enlarged so that the names can be read.
pub fn draw_key_names(picture: &Frame, keyboard_from_image: &Homography, lowest: Pitch, highest: Pitch) -> Frame {
    let (mut frame, image_from_keyboard) = match keyboard_from_image.inverse() {
        Some(inverse) => enlarged(picture, &inverse),
        None => return picture.clone(),
    };
    let unit = key_pixels(&image_from_keyboard);
    for pitch in Pitch::all().filter(|pitch| (lowest..=highest).contains(pitch)) {
        outline(&mut frame, &image_from_keyboard, pitch, color_of(pitch));
    }
    for pitch in Pitch::all().filter(|pitch| (lowest..=highest).contains(pitch)) {
        name(&mut frame, &image_from_keyboard, pitch, unit);
    }
    frame
}

/// Pixels to a white-key width in the middle of the keyboard.
fn key_pixels(image_from_keyboard: &Homography) -> f64 {
    let ([x0, y0], [x1, y1]) = (image_from_keyboard.apply([25.5, 0.2]), image_from_keyboard.apply([26.5, 0.2]));
    (x1 - x0).hypot(y1 - y0)
}

fn enlarged(picture: &Frame, image_from_keyboard: &Homography) -> (Frame, Homography) {
    let wanted = (KEY_PIXELS_AT_LEAST / key_pixels(image_from_keyboard).max(1.0)).ceil() as usize;
    let times = wanted.clamp(1, (SIDE_AT_MOST / picture.width.max(picture.height).max(1)).max(1));
    let (width, height) = (times * picture.width, times * picture.height);
    let mut rgb = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        for x in 0..width {
            rgb.extend_from_slice(&picture.pixel(x / times, y / times));
        }
    }
    let scale = times as f64;
    let offset = 0.5 * scale - 0.5;
    let larger = Homography([[scale, 0.0, offset], [0.0, scale, offset], [0.0, 0.0, 1.0]]);
    (Frame { width, height, rgb }, larger.after(image_from_keyboard))
}

/// Outlines the keys from `lowest` to `highest` in one colour, without names.
pub fn draw_key_outlines(
    frame: &mut Frame,
    keyboard_from_image: &Homography,
    lowest: Pitch,
    highest: Pitch,
    [r, g, b]: super::palette::Color,
) {
    let Some(image_from_keyboard) = keyboard_from_image.inverse() else {
        return;
    };
    for pitch in Pitch::all().filter(|pitch| (lowest..=highest).contains(pitch)) {
        outline(frame, &image_from_keyboard, pitch, Rgb888::new(r, g, b));
    }
}

fn outline(frame: &mut Frame, image_from_keyboard: &Homography, pitch: Pitch, color: Rgb888) {
    let (left, right) = keyboard::span_x(pitch);
    let (front, back) = keyboard::span_y(pitch);
    let corners = if pitch.is_black() {
        vec![[left, back], [left, front], [right, front], [right, back]]
    } else {
        // White keys only along their sides in front of the black keys, and whole where no black key lies between: B|C and E|F.
        let reach = |neighbour: i32| match pitch.transposed(neighbour) {
            Some(other) if other.is_black() => keyboard::BLACK_KEY_FRONT_Y,
            _ => back,
        };
        vec![[left, reach(-1)], [left, front], [right, front], [right, reach(1)]]
    };
    let style = PrimitiveStyle::with_stroke(color, 1);
    for pair in corners.windows(2) {
        let ends = [pair[0], pair[1]].map(|corner| nearest_pixel(image_from_keyboard.apply(corner)));
        let Ok(()) = Line::new(ends[0], ends[1]).into_styled(style).draw(&mut Canvas(frame));
    }
}

fn name(frame: &mut Frame, image_from_keyboard: &Homography, pitch: Pitch, unit: f64) {
    let y = if pitch.is_black() {
        BLACK_NAME_Y[pitch.key_index() % 2]
    } else {
        WHITE_NAME_Y
    };
    let at = nearest_pixel(image_from_keyboard.apply([keyboard::center_x(pitch), y]));
    let font = match unit {
        unit if unit >= 40.0 => &FONT_6X10,
        unit if unit >= 30.0 => &FONT_5X8,
        _ => &FONT_4X6,
    };
    // On a ground of the key's own colour a name is legible whatever lies over the key.
    let ground = if pitch.is_black() {
        Rgb888::new(0, 0, 0)
    } else {
        Rgb888::new(255, 255, 255)
    };
    let style = MonoTextStyleBuilder::new()
        .font(font)
        .text_color(color_of(pitch))
        .background_color(ground)
        .build();
    let text = pitch.name();
    let mut text = Text::with_alignment(&text, at, style, Alignment::Center);
    text.text_style.baseline = Baseline::Middle;
    let Ok(_) = text.draw(&mut Canvas(frame));
}

fn color_of(pitch: Pitch) -> Rgb888 {
    match pitch.midi() % 12 {
        0 => C_COLOR,
        _ if pitch.is_black() => BLACK_KEY_COLOR,
        _ => WHITE_KEY_COLOR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_outlined_where_they_lie_and_small_pictures_grow() {
        let picture = Frame::filled(520, 60, [9, 9, 9]);
        let keyboard_from_image = Homography([[0.1, 0.0, 0.0], [0.0, -0.02, 1.1], [0.0, 0.0, 1.0]]);
        let drawn = draw_key_names(&picture, &keyboard_from_image, Pitch::LOWEST, Pitch::HIGHEST);
        assert_eq!((drawn.width, drawn.height), (1560, 180));
        // The left side of C4, x = 23, at the front: pixel 230 of the small picture.
        assert_eq!(drawn.pixel(691, 150), [213, 94, 0]);
        assert_eq!(drawn.pixel(700, 5), [9, 9, 9]);
    }
}
