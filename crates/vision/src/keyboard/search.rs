//! Where in the picture black keys might be, at which tilt: the coarse search over the whole picture.

use super::pattern::{PatternMatch, black_x, match_pattern};
use super::scan::{Rows, dark_runs};
use crate::Luma;

/// A line that crosses what looks like black keys.
#[derive(Clone, Debug)]
pub(super) struct Seed {
    /// The lines' angle, radians.
    pub angle: f64,
    /// Which line.
    pub t: f64,
    /// Black keys on it.
    pub matched: PatternMatch,
    /// Matches to a line, on average over the lines around it that black keys should cover; lines that disagree count as none.
    pub quality: f64,
}

impl Seed {
    /// Pixels to a white-key width, on average along the line.
    pub fn unit(&self) -> f64 {
        unit(&self.matched)
    }

    /// Whether it makes other directions unnecessary.
    fn is_certain(&self, picture: &Luma) -> bool {
        let black_keys_across = 5.0 / 7.0 * picture.width.max(picture.height) as f64 / self.unit();
        self.quality >= CERTAIN_QUALITY.min(CERTAIN_SHARE * black_keys_across)
    }

    /// What seeds are ordered by: the keys on the line itself and around it.
    fn worth(&self) -> f64 {
        self.quality * self.matched.score
    }
}

fn unit(matched: &PatternMatch) -> f64 {
    let (first, last) = (matched.keys[0], matched.keys[matched.keys.len() - 1]);
    (last.1 - first.1) / (black_x(last.0) - black_x(first.0))
}

/// Angle between searched tilts. Half of it drifts 1.4 white-key widths over a whole keyboard; black keys are 4 long.
const ANGLE_STEP_DEGREES: i32 = 3;
/// Tilts searched around level and upright.
const TILT_AT_MOST_DEGREES: i32 = 27;
/// White-key widths searched, as parts of the picture's longer side: from a keyboard half as wide as the picture to ten white keys filling it.
const UNITS_PER_SIDE: std::ops::Range<f64> = 1.0 / 115.0..1.0 / 8.0;
/// Lines this far apart, pixels of the coarse picture.
const ROW_STEP: f64 = 4.0;
/// Height of the black keys that agree with each other, white-key widths.
const BAND_UNITS: f64 = 4.0;
/// Quality of a find that makes other directions unnecessary: a full band of twelve keys.
const CERTAIN_QUALITY: f64 = 12.0;
/// The same for close views: a full band of so many of the keys that fit across the picture.
const CERTAIN_SHARE: f64 = 0.6;
/// Fewer matches to a line, on average, are not worth following.
const QUALITY_AT_LEAST: f64 = 2.0;
/// Seeds handed on.
const SEEDS_AT_MOST: usize = 4;

/// The best places, best first. Goes from level outwards and stops once a keyboard is certain; upright ones come last.
pub(super) fn find_seeds(picture: &Luma) -> Vec<Seed> {
    let mut seeds: Vec<Seed> = Vec::new();
    for turn in [0, 90] {
        for tilt in (0..=TILT_AT_MOST_DEGREES).step_by(ANGLE_STEP_DEGREES as usize) {
            // The tilt beside the best one is always searched too, because it may be better still.
            let certain =
                |seed: &Seed| seed.is_certain(picture) && seed.angle.to_degrees().abs() < f64::from(turn + tilt - ANGLE_STEP_DEGREES) + 0.5;
            if seeds.iter().any(certain) {
                break;
            }
            let both = [tilt, -tilt];
            for tilt in &both[..if tilt == 0 { 1 } else { 2 }] {
                seeds.extend(seeds_at(picture, f64::from(turn + tilt).to_radians()));
            }
        }
        if seeds.iter().any(|seed| seed.is_certain(picture)) {
            break;
        }
    }
    seeds.retain(|seed| seed.quality >= QUALITY_AT_LEAST);
    seeds.sort_by(|a, b| b.worth().total_cmp(&a.worth()));
    spread_out(picture, seeds)
}

/// The lines at one angle whose neighbourhood agrees best.
fn seeds_at(picture: &Luma, angle: f64) -> Vec<Seed> {
    let rows = Rows::new(picture, angle);
    let side = picture.width.max(picture.height) as f64;
    let units = side * UNITS_PER_SIDE.start..side * UNITS_PER_SIDE.end;
    let reach = rows.reach();
    let count = (2.0 * reach / ROW_STEP) as usize;
    let lines: Vec<(f64, PatternMatch)> = (0..=count)
        .map(|i| -reach + ROW_STEP * i as f64)
        .filter_map(|t| {
            Some((
                t,
                match_pattern(&dark_runs(picture, &rows, t, (side / 6.0) as usize), units.clone())?,
            ))
        })
        .collect();
    let seeds = lines.iter().map(|(t, matched)| {
        let width = unit(matched);
        let agreeing =
            |other: &&(f64, PatternMatch)| (other.0 - t).abs() < BAND_UNITS / 2.0 * width && (unit(&other.1) / width - 1.0).abs() < 0.1;
        let total: f64 = lines.iter().filter(agreeing).map(|line| line.1.score).sum();
        (*t, matched, total / (BAND_UNITS * width / ROW_STEP).max(3.0))
    });
    let mut seeds: Vec<Seed> = seeds
        .map(|(t, matched, quality): (f64, &PatternMatch, f64)| Seed {
            angle,
            t,
            matched: matched.clone(),
            quality,
        })
        .collect();
    seeds.sort_by(|a, b| b.worth().total_cmp(&a.worth()));
    spread_out(picture, seeds)
}

/// Drops seeds that cross the same keys as a better one.
fn spread_out(picture: &Luma, seeds: Vec<Seed>) -> Vec<Seed> {
    let mut kept: Vec<Seed> = Vec::new();
    let middle = |seed: &Seed| {
        let keys = &seed.matched.keys;
        Rows::new(picture, seed.angle).pixel((keys[0].1 + keys[keys.len() - 1].1) / 2.0, seed.t)
    };
    for seed in seeds {
        let [x, y] = middle(&seed);
        let near = |other: &Seed| {
            let [s, t] = Rows::new(picture, other.angle).place([x, y]);
            let keys = &other.matched.keys;
            (t - other.t).abs() < 0.75 * BAND_UNITS * other.unit() && s > keys[0].1 && s < keys[keys.len() - 1].1
        };
        if !kept.iter().any(near) {
            kept.push(seed);
        }
        if kept.len() == SEEDS_AT_MOST {
            break;
        }
    }
    kept
}
