//! The keys' own motion in the picture: which keys look pressed.
//!
//! A key that goes down changes the light on its top and sides a little; a hand over it changes it a lot. Each key is
//! watched at points of its strip against what those points look like at rest.

use crate::{Frame, Homography};
use piano::{Pitch, keyboard};

/// Points watched on a key: along it and across it.
const POINTS_ALONG: usize = 6;
const POINTS_ACROSS: usize = 4;
/// A white key is watched in front of the black keys, a black key on its top, short of both ends.
const WHITE_STRIP_Y: (f64, f64) = (0.03, 0.33);
const BLACK_STRIP_Y: (f64, f64) = (0.45, 0.92);
/// Points lie within this part of the key's width around its centre line.
const STRIP_WIDTH: f64 = 0.8;
/// A point this many grey levels away from its rest is covered, not shaded.
const COVERED_LEVELS: f32 = 48.0;
/// A key is unseen when more than this part of its points is covered.
const COVERED_PART_MAX: f64 = 0.6;
/// Shading of this many grey levels counts as fully pressed.
const PRESSED_LEVELS: f32 = 18.0;
/// Rest follows the picture by at most this many grey levels a second, so that it is the light of most of the time: a note
/// does not become rest, a lamp switched on does.
const REST_LEVELS_PER_SEC: f32 = 6.0;
/// Frames farther apart than this are treated as this far apart.
const STEP_SECS_MAX: f64 = 0.2;

/// Watches the keys, one frame after another.
pub struct KeyMotionObserver {
    points: Vec<[Option<usize>; POINTS_ALONG * POINTS_ACROSS]>,
    rest: Vec<[f32; POINTS_ALONG * POINTS_ACROSS]>,
    last_secs: Option<f64>,
}

impl KeyMotionObserver {
    /// Watches keys that lie so in pictures of this size; keys outside the picture are never seen.
    pub fn new(keyboard_from_image: &Homography, width: usize, height: usize) -> KeyMotionObserver {
        let image_from_keyboard = keyboard_from_image.inverse();
        let points = Pitch::all().map(|pitch| {
            std::array::from_fn(|index| {
                let [x, y] = image_from_keyboard?.apply(watched_point(pitch, index));
                let inside = x >= 0.0 && y >= 0.0 && x.round() < width as f64 && y.round() < height as f64;
                inside.then(|| y.round() as usize * width + x.round() as usize)
            })
        });
        KeyMotionObserver {
            points: points.collect(),
            rest: vec![[f32::NAN; POINTS_ALONG * POINTS_ACROSS]; 88],
            last_secs: None,
        }
    }

    /// For each of the 88 keys how pressed it looks, 0 (at rest) to 1; NaN where it cannot be seen. Frames come in order of
    /// time and have the size the observer was made for.
    pub fn observe(&mut self, secs: f64, frame: &Frame) -> [f32; 88] {
        let step_secs = self.last_secs.map_or(0.0, |last| (secs - last).clamp(0.0, STEP_SECS_MAX));
        self.last_secs = Some(secs);
        let seen: Vec<[f32; POINTS_ALONG * POINTS_ACROSS]> = self
            .points
            .iter()
            .map(|points| points.map(|point| point.map_or(f32::NAN, |at| brightness(frame, at))))
            .collect();
        self.begin_rest(&seen);
        let light = self.change_of_light(&seen);
        let row = std::array::from_fn(|key| {
            let changes: Vec<f32> = seen[key]
                .iter()
                .zip(&self.rest[key])
                .map(|(now, rest)| now - rest - light)
                .collect();
            pressedness(&changes)
        });
        self.update_rest(&seen, REST_LEVELS_PER_SEC * step_secs as f32);
        row
    }

    /// What is seen first is taken for rest until more is known.
    fn begin_rest(&mut self, seen: &[[f32; POINTS_ALONG * POINTS_ACROSS]]) {
        for (rest, now) in self.rest.iter_mut().flatten().zip(seen.iter().flatten()) {
            if rest.is_nan() {
                *rest = *now;
            }
        }
    }

    /// How much brighter the whole keyboard is than at rest: lamps and exposure, not keys.
    fn change_of_light(&self, seen: &[[f32; POINTS_ALONG * POINTS_ACROSS]]) -> f32 {
        let changes = seen.iter().flatten().zip(self.rest.iter().flatten()).map(|(now, rest)| now - rest);
        let mut changes: Vec<f32> = changes.filter(|change| change.is_finite()).collect();
        if changes.is_empty() {
            return 0.0;
        }
        let middle = changes.len() / 2;
        *changes.select_nth_unstable_by(middle, f32::total_cmp).1
    }

    fn update_rest(&mut self, seen: &[[f32; POINTS_ALONG * POINTS_ACROSS]], step_levels: f32) {
        for (rest, now) in self.rest.iter_mut().flatten().zip(seen.iter().flatten()) {
            *rest += (now - *rest).clamp(-step_levels, step_levels);
        }
    }
}

/// Keyboard coordinates of one of a key's points.
fn watched_point(pitch: Pitch, index: usize) -> [f64; 2] {
    let (left, right) = keyboard::span_x(pitch);
    let (front, back) = if pitch.is_black() { BLACK_STRIP_Y } else { WHITE_STRIP_Y };
    let across = ((index % POINTS_ACROSS) as f64 + 0.5) / POINTS_ACROSS as f64 - 0.5;
    let along = ((index / POINTS_ACROSS) as f64 + 0.5) / POINTS_ALONG as f64;
    [
        (left + right) / 2.0 + across * STRIP_WIDTH * (right - left),
        front + along * (back - front),
    ]
}

fn brightness(frame: &Frame, at: usize) -> f32 {
    frame.rgb[3 * at..3 * at + 3].iter().map(|value| f32::from(*value)).sum::<f32>() / 3.0
}

/// The typical change of a key's uncovered points, on the scale of a pressed key.
fn pressedness(changes: &[f32]) -> f32 {
    let mut uncovered: Vec<f32> = changes
        .iter()
        .map(|change| change.abs())
        .filter(|change| *change < COVERED_LEVELS)
        .collect();
    if (uncovered.len() as f64) < (1.0 - COVERED_PART_MAX) * changes.len() as f64 {
        return f32::NAN;
    }
    let middle = uncovered.len() / 2;
    (*uncovered.select_nth_unstable_by(middle, f32::total_cmp).1 / PRESSED_LEVELS).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten pixels a white key, the far end on top.
    const KEYBOARD_FROM_IMAGE: Homography = Homography([[0.1, 0.0, 0.0], [0.0, -0.02, 1.0], [0.0, 0.0, 1.0]]);
    const C4: usize = 39;

    fn keys(brightness: u8) -> Frame {
        Frame::filled(520, 60, [brightness; 3])
    }

    fn painted(mut frame: Frame, columns: std::ops::Range<i64>, brightness: u8) -> Frame {
        for y in 0..60 {
            for x in columns.clone() {
                frame.set(x, y, [brightness; 3]);
            }
        }
        frame
    }

    fn observed(frames: &[Frame]) -> [f32; 88] {
        let mut observer = KeyMotionObserver::new(&KEYBOARD_FROM_IMAGE, 520, 60);
        let rows = frames
            .iter()
            .enumerate()
            .map(|(index, frame)| observer.observe(index as f64 / 30.0, frame));
        rows.last().unwrap()
    }

    #[test]
    fn a_shaded_key_looks_pressed_and_its_neighbour_does_not() {
        let pressed = observed(&[keys(200), keys(200), painted(keys(200), 230..240, 175)]);
        assert!(pressed[C4] > 0.9, "{}", pressed[C4]);
        assert!(pressed[C4 + 2] < 0.1 && pressed[C4 - 1] < 0.1);
    }

    #[test]
    fn a_covered_key_is_unseen() {
        assert!(observed(&[keys(200), painted(keys(200), 225..245, 90)])[C4].is_nan());
    }

    #[test]
    fn a_lamp_is_not_a_chord() {
        let all = observed(&[keys(200), keys(200), keys(220)]);
        assert!(all.iter().all(|value| *value < 0.05));
    }

    #[test]
    fn keys_outside_the_picture_are_unseen() {
        let half = Homography([[0.1, 0.0, 26.0], [0.0, -0.02, 1.0], [0.0, 0.0, 1.0]]);
        let row = KeyMotionObserver::new(&half, 260, 60).observe(0.0, &Frame::filled(260, 60, [9; 3]));
        assert!(row[0].is_nan() && !row[87].is_nan());
    }
}
