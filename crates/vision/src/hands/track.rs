//! Both hands over a clip, and what is done to their paths once they are known: outliers out, gaps filled, jitter smoothed.

use super::{LANDMARKS, distance};
use piano::Hand;
use serde::{Deserialize, Serialize};

/// Both hands in every picture of a clip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HandTracks {
    /// One for each picture, in order of time.
    pub frames: Vec<HandsInFrame>,
}

/// Both hands in one picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandsInFrame {
    /// When it is shown, seconds of the video.
    pub secs: f64,
    /// Left and right hand, by [`Hand::index`]; as the picture shows them, so in a mirrored picture the other way round.
    pub hands: [Option<TrackedHand>; 2],
}

/// One hand in one picture, after tracking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedHand {
    /// 21 landmarks `[x, y, z]` in pixels, as in [`super::HandObservation`].
    pub landmarks: [[f32; 3]; LANDMARKS],
    /// How sure the network was that there is a hand, 0 to 1; for an interpolated hand the lower of its neighbours.
    pub presence: f32,
    /// Filled in between pictures rather than seen in this one.
    pub interpolated: bool,
}

impl HandsInFrame {
    /// One of the hands.
    pub fn hand(&self, hand: Hand) -> Option<&TrackedHand> {
        self.hands[hand.index()].as_ref()
    }
}

/// The path of one hand: what was seen at each moment, if anything.
pub type Path = [Option<TrackedHand>];

/// Longest gap that is filled: 15 missing pictures at 30 a second, between two that are 16 steps apart. Over longer ones a hand can
/// have been anywhere.
pub const GAP_SECS_MAX: f64 = 16.0 / 30.0;

/// Fills short gaps along straight lines and marks what was filled.
pub fn fill_gaps(secs: &[f64], path: &mut Path) {
    let mut last_seen: Option<usize> = None;
    for i in 0..path.len() {
        let Some(after) = path[i] else { continue };
        if let Some((first, before)) = last_seen.and_then(|first| Some((first, path[first]?))) {
            // A hair of slack, so that a gap of exactly the limit counts whatever the rounding.
            if i - first > 1 && secs[i] - secs[first] <= GAP_SECS_MAX + 1e-6 {
                for between in first + 1..i {
                    let part = (secs[between] - secs[first]) / (secs[i] - secs[first]).max(1e-9);
                    path[between] = Some(between_hands(&before, &after, part as f32));
                }
            }
        }
        last_seen = Some(i);
    }
}

fn between_hands(before: &TrackedHand, after: &TrackedHand, part: f32) -> TrackedHand {
    TrackedHand {
        landmarks: std::array::from_fn(|i| {
            std::array::from_fn(|axis| before.landmarks[i][axis] * (1.0 - part) + after.landmarks[i][axis] * part)
        }),
        presence: before.presence.min(after.presence),
        interpolated: true,
    }
}

/// Neighbours on each side that an outlier is judged by.
const OUTLIER_NEIGHBOURS: usize = 3;
/// Neighbours further away than this do not count: a fast finger may be back by then.
const OUTLIER_SECS: f64 = 0.11;
/// An outlier is this many robust standard deviations from the median of its neighbourhood,
const OUTLIER_DEVIATIONS: f32 = 3.0;
/// and at least this part of a palm.
const OUTLIER_PALMS: f32 = 0.12;
/// Standard deviation of normal noise, in medians of absolute deviations.
const DEVIATION_FROM_MEDIAN: f32 = 1.4826;

/// Puts single landmarks that leap away for one picture back to the median of their neighbourhood (Hampel, 1974). Call it on
/// pictures that were looked at, before gaps are filled.
pub fn remove_outliers(secs: &[f64], path: &mut Path) {
    let original = path.to_vec();
    for i in 0..path.len() {
        let Some(hand) = path[i].as_mut() else { continue };
        let near = |j: &usize| (secs[*j] - secs[i]).abs() <= OUTLIER_SECS && original[*j].is_some();
        let around: Vec<&TrackedHand> = (i.saturating_sub(OUTLIER_NEIGHBOURS)..(i + OUTLIER_NEIGHBOURS + 1).min(original.len()))
            .filter(near)
            .filter_map(|j| original[j].as_ref())
            .collect();
        // Fewer than two on each side say nothing about which one is wrong.
        if around.len() < 5 {
            continue;
        }
        let floor = OUTLIER_PALMS * distance(hand.landmarks[0], hand.landmarks[9]);
        for landmark in 0..LANDMARKS {
            let middle: [f32; 3] = std::array::from_fn(|axis| median(around.iter().map(|h| h.landmarks[landmark][axis]).collect()));
            let spread = median(around.iter().map(|h| distance(h.landmarks[landmark], middle)).collect());
            let limit = floor.max(OUTLIER_DEVIATIONS * DEVIATION_FROM_MEDIAN * spread);
            if distance(hand.landmarks[landmark], middle) > limit {
                hand.landmarks[landmark] = middle;
            }
        }
    }
}

fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// Pictures further away than this do not touch a moment: an onset stays as sharp as that.
pub const SMOOTHING_SECS: f64 = 0.06;

/// Takes out jitter: every landmark is moved onto the straight line that fits its neighbourhood best, near pictures counting
/// most. A steady motion keeps its place and speed.
pub fn smooth(secs: &[f64], path: &mut Path) {
    let original = path.to_vec();
    for i in 0..path.len() {
        let Some(hand) = path[i].as_mut() else { continue };
        let mut first = i;
        while first > 0 && secs[i] - secs[first - 1] < SMOOTHING_SECS && original[first - 1].is_some() {
            first -= 1;
        }
        let mut last = i;
        while last + 1 < secs.len() && secs[last + 1] - secs[i] < SMOOTHING_SECS && original[last + 1].is_some() {
            last += 1;
        }
        let weights = line_weights(secs, i, first..=last);
        for landmark in 0..LANDMARKS {
            hand.landmarks[landmark] = std::array::from_fn(|axis| {
                let values = original[first..=last].iter().flatten();
                weights
                    .iter()
                    .zip(values)
                    .map(|(weight, h)| weight * h.landmarks[landmark][axis])
                    .sum()
            });
        }
    }
}

/// What each moment counts in the value at moment `at` of the weighted least-squares line through them.
fn line_weights(secs: &[f64], at: usize, range: std::ops::RangeInclusive<usize>) -> Vec<f32> {
    let points: Vec<(f64, f64)> = range
        .map(|j| {
            let t = secs[j] - secs[at];
            (t, (1.0 - (t / SMOOTHING_SECS).powi(2)).powi(2))
        })
        .collect();
    let moment = |power: i32| points.iter().map(|(t, w)| w * t.powi(power)).sum::<f64>();
    let (s0, s1, s2) = (moment(0), moment(1), moment(2));
    let determinant = s0 * s2 - s1 * s1;
    if points.len() < 3 || determinant <= 1e-12 * s0 * s0 {
        return points.iter().map(|(t, _)| if *t == 0.0 { 1.0 } else { 0.0 }).collect();
    }
    points.iter().map(|(t, w)| (w * (s2 - s1 * t) / determinant) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand(x: f32) -> TrackedHand {
        TrackedHand {
            landmarks: std::array::from_fn(|i| [x + i as f32, 10.0 * i as f32, 0.0]),
            presence: 0.9,
            interpolated: false,
        }
    }

    fn path(xs: &[f32]) -> (Vec<f64>, Vec<Option<TrackedHand>>) {
        let secs = (0..xs.len()).map(|i| i as f64 / 30.0).collect();
        (secs, xs.iter().map(|x| x.is_finite().then(|| hand(*x))).collect())
    }

    /// Where the wrist is after `act`.
    fn check(xs: &[f32], act: fn(&[f64], &mut Path), expected: &[f32]) {
        let (secs, mut path) = path(xs);
        act(&secs, &mut path);
        let got: Vec<f32> = path.iter().map(|h| h.map_or(f32::NAN, |h| h.landmarks[0][0])).collect();
        let same = |(a, b): (&f32, &f32)| (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-3;
        assert!(
            got.len() == expected.len() && got.iter().zip(expected).all(same),
            "{got:?} is not {expected:?}"
        );
    }

    const NONE: f32 = f32::NAN;

    #[test]
    fn short_gaps_are_filled_and_marked() {
        check(&[0.0, NONE, NONE, 3.0, NONE], fill_gaps, &[0.0, 1.0, 2.0, 3.0, NONE]);
        let (secs, mut path) = path(&[0.0, NONE, 2.0]);
        fill_gaps(&secs, &mut path);
        assert!(path[1].is_some_and(|hand| hand.interpolated) && path[2].is_some_and(|hand| !hand.interpolated));
    }

    #[test]
    fn fifteen_missing_pictures_are_filled_and_sixteen_are_not() {
        let mut xs = vec![NONE; 18];
        (xs[0], xs[17]) = (0.0, 17.0);
        check(&xs, fill_gaps, &xs);
        let mut xs = vec![NONE; 17];
        (xs[0], xs[16]) = (0.0, 16.0);
        check(&xs, fill_gaps, &(0..17).map(|x| x as f32).collect::<Vec<_>>());
    }

    #[test]
    fn a_landmark_that_leaps_for_one_picture_is_put_back_and_a_moving_hand_is_left_alone() {
        check(&[5.0, 5.0, 5.0, 60.0, 5.0, 5.0, 5.0], remove_outliers, &[5.0; 7]);
        let leap = [0.0, 0.0, 0.0, 0.0, 40.0, 80.0, 120.0, 160.0, 160.0, 160.0, 160.0];
        check(&leap, remove_outliers, &leap);
    }

    #[test]
    fn smoothing_keeps_steady_motion_and_does_not_reach_far() {
        let steady: Vec<f32> = (0..9).map(|i| 3.0 * i as f32).collect();
        check(&steady, smooth, &steady);
        let (secs, mut path) = path(&[0.0, 0.0, 0.0, 10.0, 0.0, 0.0, 0.0]);
        smooth(&secs, &mut path);
        let xs: Vec<f32> = path.iter().flatten().map(|hand| hand.landmarks[0][0]).collect();
        assert!(xs[3] > 4.0 && xs[3] < 9.0 && xs[1] == 0.0 && xs[5] == 0.0, "{xs:?}");
    }
}
