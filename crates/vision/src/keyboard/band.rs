//! The black keys as a whole: from one line through them to all their lines, where they begin and end, and how they lie.

use super::bend::BentColumns;
use super::columns::{ColumnPoint, Columns};
use super::pattern::{RUN_WIDTHS, black_x, nearest_black};
use super::scan::{Rows, dark_runs};
use super::search::Seed;
use crate::Luma;
use std::collections::BTreeMap;

/// The black keys in a picture.
#[derive(Clone, Debug)]
pub(super) struct Band {
    /// Lines that run along the keyboard.
    pub rows: Rows,
    /// x of a pixel on the tops of the black keys, counted from the C below black key 0.
    pub map: BentColumns,
    /// What was seen of each black key, by number.
    pub keys: BTreeMap<i32, BlackKey>,
    /// The two lines on which the black keys end, t as a function of s: on the side of smaller t, and of larger t.
    pub ends: [Line; 2],
    /// Median distance of the runs from where the map puts them, white-key widths.
    pub residual: f64,
}

/// One black key: where on which lines it was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlackKey {
    /// Lines that crossed it.
    pub lines: usize,
    /// The middle of what was seen, (s, t).
    pub middle: [f64; 2],
    /// t of the longest unbroken stretch.
    pub t: [f64; 2],
}

/// `t = offset + slope * s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub offset: f64,
    pub slope: f64,
}

impl Band {
    /// Runs in another picture that could be this band's keys: x, and how far from its place the key is there, white-key widths.
    pub fn offsets(&self, picture: &Luma) -> Vec<(f64, f64)> {
        let t = |part: f64| self.ends[0].offset + part * (self.ends[1].offset - self.ends[0].offset);
        let unit = self.unit();
        let seen = FOLLOWED_PARTS.iter().flat_map(|part| {
            let line = t(*part);
            dark_runs(picture, &self.rows, line, (9.0 * unit) as usize)
                .into_iter()
                .map(move |run| (run, line))
        });
        seen.filter_map(|(run, line)| {
            let pixel = self.rows.pixel(run.center, line);
            if self.map.columns.depth(pixel) < 0.1 {
                return None;
            }
            let x = self.map.x(pixel);
            let (key, _) = nearest_black(x);
            let width = run.width / self.map.columns.unit(pixel, self.rows.direction);
            (self.keys.contains_key(&key) && RUN_WIDTHS.contains(&width)).then_some((black_x(key), x - black_x(key)))
        })
        .collect()
    }

    /// Length of the black keys in the picture, pixels.
    pub fn length_pixels(&self) -> f64 {
        (self.ends[1].offset - self.ends[0].offset).abs().max(1.0)
    }

    /// Length of the black keys in the picture, in white-key widths.
    pub fn length_units(&self) -> f64 {
        self.length_pixels() / self.unit()
    }

    /// Pixels to a white-key width in the middle of what was found.
    pub fn unit(&self) -> f64 {
        let x = self.keys.keys().map(|key| black_x(*key)).sum::<f64>() / self.keys.len().max(1) as f64;
        self.map.columns.unit(self.pixel(x, self.t_at(x, 0, 0.5)), self.rows.direction)
    }
}

impl Line {
    /// t at s.
    pub fn at(&self, s: f64) -> f64 {
        self.offset + self.slope * s
    }

    /// The line most points lie on within `tolerance`, refined by least squares over those. Tries every pair.
    pub fn through_most(points: &[[f64; 2]], tolerance: f64) -> Option<Line> {
        let through = |a: [f64; 2], b: [f64; 2]| {
            let slope = (b[1] - a[1]) / (b[0] - a[0]);
            Line {
                offset: a[1] - slope * a[0],
                slope,
            }
        };
        let support = |line: &Line| {
            points
                .iter()
                .map(|p| (1.0 - ((line.at(p[0]) - p[1]) / tolerance).powi(2)).max(0.0))
                .sum::<f64>()
        };
        let span =
            points.iter().map(|p| p[0]).fold(f64::NEG_INFINITY, f64::max) - points.iter().map(|p| p[0]).fold(f64::INFINITY, f64::min);
        let pairs = points
            .iter()
            .enumerate()
            .flat_map(|(i, a)| points[i + 1..].iter().map(move |b| (*a, *b)));
        let best = pairs
            .filter(|(a, b)| (b[0] - a[0]).abs() > 0.2 * span)
            .map(|(a, b)| through(a, b))
            .max_by(|a, b| support(a).total_cmp(&support(b)))?;
        let inliers: Vec<[f64; 2]> = points
            .iter()
            .copied()
            .filter(|p| (best.at(p[0]) - p[1]).abs() < tolerance)
            .collect();
        let n = inliers.len() as f64;
        let (ms, mt) = inliers.iter().fold((0.0, 0.0), |m, p| (m.0 + p[0] / n, m.1 + p[1] / n));
        let (cov, var) = inliers
            .iter()
            .fold((0.0, 0.0), |c, p| (c.0 + (p[0] - ms) * (p[1] - mt), c.1 + (p[0] - ms).powi(2)));
        let slope = if var > 1e-9 { cov / var } else { best.slope };
        Some(Line {
            offset: mt - slope * ms,
            slope,
        })
    }
}

/// A run on line t taken for a black key.
#[derive(Clone, Copy, Debug)]
struct Sighting {
    key: i32,
    s: f64,
    t: f64,
}

/// Lines lie this far apart, white-key widths.
const LINE_STEP_UNITS: f64 = 0.12;
/// Lines in a row that may fail before the band is taken to end there.
const BAD_LINES_ALLOWED: usize = 5;
/// Share of the seed's keys a line must show to belong to the band.
const SHARE_OF_KEYS: f64 = 0.4;
/// How far from its place a run may lie to be taken for a key, white-key widths.
const KEY_TOLERANCE: f64 = 0.25;
/// The same for the keys of a seed, on which no bend has been fitted yet.
const SEED_TOLERANCE: f64 = 1.0;
/// Ends of black keys lie on a line to within this, white-key widths.
const END_TOLERANCE: f64 = 0.3;
/// Lines by which a band is recognised in other pictures, parts of the black keys' length.
const FOLLOWED_PARTS: [f64; 5] = [0.25, 0.4, 0.5, 0.6, 0.75];
/// Lines a key must be seen on, and share of the lines that the other keys are seen on: hands leave more, specks beside the keyboard less.
const LINES_AT_LEAST: usize = 3;
const SHARE_OF_LINES: f64 = 0.15;
/// Keys a band must have.
const KEYS_AT_LEAST: usize = 5;

/// Follows the black keys from a seed over all lines that cross them, in `picture`, which is `scale` times as large as the one
/// the seed was found in.
pub(super) fn grow_band(picture: &Luma, seed: &Seed, scale: f64) -> Option<Band> {
    let rows = Rows::new(picture, seed.angle);
    let points: Vec<ColumnPoint> = seed
        .matched
        .keys
        .iter()
        .map(|(key, s)| point(&rows, *key, scale * s, scale * seed.t))
        .collect();
    let start = BentColumns::straight(Columns::fit(&points)?);
    let first = collect(
        picture,
        rows,
        BentColumns::fit(start, &points, SEED_TOLERANCE, 1.0)?,
        scale * seed.t,
        scale * seed.unit(),
        seed.matched.keys.len(),
    )?;
    // Once more with lines along the keyboard, so that every line crosses all keys and the ends are seen as they are.
    let tilt = (first.ends[0].slope + first.ends[1].slope) / 2.0;
    let rows = Rows::new(picture, seed.angle + tilt.atan());
    let center = rows.place(first.rows.pixel(0.0, first.ends.iter().map(|end| end.at(0.0)).sum::<f64>() / 2.0));
    let most = first.keys.len();
    collect(picture, rows, first.map, center[1], scale * seed.unit(), most)
}

fn point(rows: &Rows, key: i32, s: f64, t: f64) -> ColumnPoint {
    ColumnPoint {
        pixel: rows.pixel(s, t),
        x: black_x(key),
        weight: 1.0,
    }
}

fn collect(picture: &Luma, rows: Rows, start: BentColumns, t: f64, unit: f64, keys_expected: usize) -> Option<Band> {
    let mut map = start;
    let mut sightings: Vec<Sighting> = Vec::new();
    let step = (LINE_STEP_UNITS * unit).max(1.0);
    let enough = (SHARE_OF_KEYS * keys_expected as f64).max(4.0) as usize;
    for direction in [-1.0, 1.0] {
        let (mut line, mut bad) = (usize::from(direction > 0.0), 0);
        while bad < BAD_LINES_ALLOWED {
            let t = t + direction * step * line as f64;
            if t.abs() > rows.reach() {
                break;
            }
            let seen = sightings_on(picture, &rows, &map, t, unit);
            if seen.len() >= enough {
                sightings.extend(seen);
                bad = 0;
                if let Some(refitted) = fit(&rows, map, &sightings) {
                    map = refitted;
                }
            } else {
                bad += 1;
            }
            line += 1;
        }
    }
    let map = fit(&rows, map, &sightings)?;
    let error = |seen: &Sighting| (map.x(rows.pixel(seen.s, seen.t)) - black_x(seen.key)).abs();
    let mut errors: Vec<f64> = sightings.iter().map(error).collect();
    errors.sort_by(f64::total_cmp);
    let residual = errors[errors.len() / 2];
    let keys = keys_of(&sightings, step);
    if keys.len() < KEYS_AT_LEAST {
        return None;
    }
    let end = |side: usize| {
        let points: Vec<[f64; 2]> = keys.values().map(|key| [key.middle[0], key.t[side]]).collect();
        Line::through_most(&points, END_TOLERANCE * unit)
    };
    Some(Band {
        rows,
        map,
        ends: [end(0)?, end(1)?],
        keys,
        residual,
    })
}

fn sightings_on(picture: &Luma, rows: &Rows, map: &BentColumns, t: f64, unit: f64) -> Vec<Sighting> {
    dark_runs(picture, rows, t, (9.0 * unit) as usize)
        .into_iter()
        .filter_map(|run| {
            let pixel = rows.pixel(run.center, t);
            if map.columns.depth(pixel) < 0.1 {
                return None;
            }
            let (key, off) = nearest_black(map.x(pixel));
            let width = run.width / map.columns.unit(pixel, rows.direction);
            (off < KEY_TOLERANCE && RUN_WIDTHS.contains(&width)).then_some(Sighting { key, s: run.center, t })
        })
        .collect()
}

fn fit(rows: &Rows, start: BentColumns, sightings: &[Sighting]) -> Option<BentColumns> {
    let points: Vec<ColumnPoint> = sightings.iter().map(|seen| point(rows, seen.key, seen.s, seen.t)).collect();
    let keys: std::collections::BTreeSet<i32> = sightings.iter().map(|seen| seen.key).collect();
    BentColumns::fit(start, &points, KEY_TOLERANCE, points.len() as f64 / keys.len().max(1) as f64)
}

fn keys_of(sightings: &[Sighting], step: f64) -> BTreeMap<i32, BlackKey> {
    let mut by_key: BTreeMap<i32, Vec<Sighting>> = BTreeMap::new();
    for seen in sightings {
        by_key.entry(seen.key).or_default().push(*seen);
    }
    let mut lines: Vec<usize> = by_key.values().map(Vec::len).filter(|lines| *lines >= LINES_AT_LEAST).collect();
    lines.sort_unstable();
    let usual = lines.get(lines.len() / 2).copied().unwrap_or(0);
    let enough = LINES_AT_LEAST.max((SHARE_OF_LINES * usual as f64) as usize);
    let key = |mut seen: Vec<Sighting>| {
        seen.sort_by(|a, b| a.t.total_cmp(&b.t));
        let n = seen.len() as f64;
        BlackKey {
            lines: seen.len(),
            middle: seen.iter().fold([0.0, 0.0], |m, p| [m[0] + p.s / n, m[1] + p.t / n]),
            t: longest_stretch(&seen, 3.5 * step),
        }
    };
    let long_enough = by_key.into_iter().filter(|(_, seen)| seen.len() >= enough);
    long_enough.map(|(number, seen)| (number, key(seen))).collect()
}

/// First and last t of the longest stretch without a hole wider than `hole`. The sightings are sorted by t.
fn longest_stretch(seen: &[Sighting], hole: f64) -> [f64; 2] {
    let mut best = [seen[0].t, seen[0].t];
    let mut current = best;
    for pair in seen.windows(2) {
        current = if pair[1].t - pair[0].t > hole {
            [pair[1].t, pair[1].t]
        } else {
            [current[0], pair[1].t]
        };
        if current[1] - current[0] > best[1] - best[0] {
            best = current;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_through_the_many_and_not_the_few() {
        let mut points: Vec<[f64; 2]> = (0..30).map(|i| [f64::from(i) * 10.0, 5.0 + 0.1 * f64::from(i)]).collect();
        for point in &mut points[3..12] {
            point[1] += 7.0;
        }
        let line = Line::through_most(&points, 1.0).unwrap();
        assert!((line.at(150.0) - 6.5).abs() < 1e-6);
        assert_eq!(Line::through_most(&[[1.0, 1.0]], 1.0), None);
    }
}
