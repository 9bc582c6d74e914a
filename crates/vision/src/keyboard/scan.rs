//! Lines across the picture and the dark runs on them.

use crate::Luma;

/// A family of parallel lines: where along them (s) and which of them (t), both in pixels from the middle of the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    center: [f64; 2],
    /// Unit vector along the lines, the direction of growing s.
    pub direction: [f64; 2],
}

impl Rows {
    /// Lines at an angle (radians, clockwise in the picture because y points down) through a picture.
    pub fn new(picture: &Luma, angle: f64) -> Rows {
        Rows {
            center: [(picture.width as f64 - 1.0) / 2.0, (picture.height as f64 - 1.0) / 2.0],
            direction: [angle.cos(), angle.sin()],
        }
    }

    /// The pixel at (s, t).
    pub fn pixel(&self, s: f64, t: f64) -> [f64; 2] {
        let [dx, dy] = self.direction;
        [self.center[0] + s * dx - t * dy, self.center[1] + s * dy + t * dx]
    }

    /// (s, t) of a pixel.
    pub fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [dx, dy] = self.direction;
        let (x, y) = (x - self.center[0], y - self.center[1]);
        [x * dx + y * dy, y * dx - x * dy]
    }

    /// t of the outermost lines that touch the picture.
    pub fn reach(&self) -> f64 {
        self.center[0] * self.direction[1].abs() + self.center[1] * self.direction[0].abs()
    }

    /// The part of line t that lies inside the picture, as a range of s.
    fn inside(&self, t: f64) -> Option<(f64, f64)> {
        let [dx, dy] = self.direction;
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (slope, offset, half) in [(dx, -t * dy, self.center[0]), (dy, t * dx, self.center[1])] {
            if slope.abs() < 1e-9 {
                if offset.abs() > half {
                    return None;
                }
                continue;
            }
            let (a, b) = ((-half - offset) / slope, (half - offset) / slope);
            low = low.max(a.min(b));
            high = high.min(a.max(b));
        }
        (high - low > 1.0).then_some((low, high))
    }
}

/// A dark stretch of a line, pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    /// s of its middle.
    pub center: f64,
    /// Its length.
    pub width: f64,
}

/// Where between the local darkest and brightest a pixel counts as dark. Below one half because black keys often shine.
const DARK_BELOW: f64 = 0.45;
/// Difference of brightness under which a stretch shows nothing, grey levels: noise and compression stay below.
const CONTRAST_AT_LEAST: f32 = 16.0;

/// The dark runs of line t, in order. Light and dark are judged within `window` pixels, which must span a few keys.
pub(super) fn dark_runs(picture: &Luma, rows: &Rows, t: f64, window: usize) -> Vec<Run> {
    let Some((start, end)) = rows.inside(t) else {
        return Vec::new();
    };
    let values: Vec<f32> = (0..(end - start) as usize)
        .map(|i| {
            let [x, y] = rows.pixel(start + i as f64, t);
            picture.sample(x, y) as f32
        })
        .collect();
    let smooth = smoothed(&values);
    let bright = sliding(&smooth, window, |a, b| if a > b { a } else { b });
    let dark = sliding(&smooth, window, |a, b| if a < b { a } else { b });
    let below = |i: usize| -> f64 {
        let contrast = bright[i] - dark[i];
        if contrast < CONTRAST_AT_LEAST {
            return 1.0;
        }
        f64::from(values[i] - dark[i]) - DARK_BELOW * f64::from(contrast)
    };
    let mut runs = Vec::new();
    let mut entered: Option<f64> = None;
    let mut before = 1.0;
    for i in 0..values.len() {
        let now = below(i);
        let crossing = || i as f64 - now / (now - before);
        if now < 0.0 && before >= 0.0 {
            entered = Some(if i == 0 { 0.0 } else { crossing() });
        } else if now >= 0.0
            && before < 0.0
            && let Some(from) = entered.take()
        {
            let to = crossing();
            runs.push(Run {
                center: start + (from + to) / 2.0,
                width: to - from,
            });
        }
        before = now;
    }
    runs
}

/// Mean of five, so that a glint or a speck does not set the local brightest or darkest.
fn smoothed(values: &[f32]) -> Vec<f32> {
    (0..values.len())
        .map(|i| {
            let around = &values[i.saturating_sub(1)..(i + 2).min(values.len())];
            around.iter().sum::<f32>() / around.len() as f32
        })
        .collect()
}

/// The extreme of each window of `2 * (window / 2) + 1` values (van Herk: two passes whatever the window).
fn sliding(values: &[f32], window: usize, pick: impl Fn(f32, f32) -> f32 + Copy) -> Vec<f32> {
    let half = (window / 2).max(1);
    let length = 2 * half + 1;
    let n = values.len();
    let mut forward = values.to_vec();
    let mut backward = values.to_vec();
    for i in 1..n {
        if i % length != 0 {
            forward[i] = pick(forward[i], forward[i - 1]);
        }
    }
    for i in (0..n.saturating_sub(1)).rev() {
        if (i + 1) % length != 0 {
            backward[i] = pick(backward[i], backward[i + 1]);
        }
    }
    (0..n)
        .map(|i| {
            let (low, high) = (i.saturating_sub(half), (i + half).min(n - 1));
            // Near the line's ends the window is shorter and the block passes do not cover it.
            if high - low < length - 1 {
                values[low..=high].iter().copied().reduce(pick).expect("the window holds i itself")
            } else {
                pick(backward[low], forward[high])
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Frame;

    #[test]
    fn runs_are_found_to_parts_of_a_pixel_on_a_turned_line() {
        let mut picture = Frame::filled(400, 300, [200; 3]);
        let rows = Rows::new(&picture.luma(), 0.2);
        for y in 0..300 {
            for x in 0..400 {
                let [s, _] = rows.place([f64::from(x), f64::from(y)]);
                if (s.rem_euclid(40.0) - 20.0).abs() < 6.0 {
                    picture.set(x.into(), y.into(), [10; 3]);
                }
            }
        }
        let runs = dark_runs(&picture.luma(), &rows, 15.0, 100);
        assert!(runs.len() >= 8);
        for run in &runs[1..runs.len() - 1] {
            assert!((run.center.rem_euclid(40.0) - 20.0).abs() < 0.5, "{run:?}");
            assert!((run.width - 12.0).abs() < 1.5, "{run:?}");
        }
    }

    #[test]
    fn a_flat_line_has_no_runs() {
        let picture = Frame::filled(100, 10, [90; 3]).luma();
        assert_eq!(dark_runs(&picture, &Rows::new(&picture, 0.0), 0.0, 20), []);
    }

    #[test]
    fn sliding_extremes_agree_with_the_plain_definition() {
        let values: Vec<f32> = (0..50).map(|i| ((i * 37) % 23) as f32).collect();
        for window in [3, 8, 21, 200] {
            let half = (window / 2).max(1);
            for (i, value) in sliding(&values, window, f32::max).into_iter().enumerate() {
                let plain = values[i.saturating_sub(half)..(i + half + 1).min(50)]
                    .iter()
                    .copied()
                    .fold(0.0, f32::max);
                assert_eq!(value, plain);
            }
        }
    }
}
