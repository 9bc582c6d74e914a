//! The keyboard's two long edges: which side the player sits on, where the white keys begin, and where they end.

use super::band::{Band, Line};
use super::columns::Columns;
use super::pattern::black_x;
use crate::Luma;
use piano::keyboard::BLACK_KEY_FRONT_Y;

/// The side of the black keys on which the player sits, in the band's (s, t).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FrontSide {
    /// 0: towards smaller t; 1: towards larger t. Index into [`Band::ends`].
    pub side: usize,
    /// How much more that side looks like white key fronts than the other; 0 says nothing, 1 is plain.
    pub evidence: f64,
}

/// The long edges in the band's (s, t).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LongEdges {
    /// Front edge of the white keys' tops, y = 0.
    pub front: Line,
    /// Where the white keys end, y = 1.
    pub back: Line,
    /// Share of the columns whose own edge lies on the front line, and on the back line.
    pub support: [f64; 2],
}

/// Brightness of the white and the black keys near one black key: the scale other brightness is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Levels {
    pub white: f64,
    pub black: f64,
}

impl Levels {
    /// 0 as dark as the black key, 1 as bright as the white keys around it.
    pub fn relative(&self, brightness: f64) -> f64 {
        ((brightness - self.black) / (self.white - self.black).max(8.0)).clamp(-0.5, 1.5)
    }
}

/// x beside a black key where a white key shows between black keys, left and right: beside B|C and E|F off the gap itself.
pub(super) fn flanks(key: i32) -> [f64; 2] {
    let beside = |other: i32| {
        let distance = black_x(other) - black_x(key);
        if distance.abs() > 1.5 {
            black_x(key) + 0.58 * distance.signum()
        } else {
            black_x(key) + distance / 2.0
        }
    };
    [beside(key - 1), beside(key + 1)]
}

impl Band {
    /// The pixel at x on line t.
    pub fn pixel(&self, x: f64, t: f64) -> [f64; 2] {
        let from = self.rows.pixel(0.0, t);
        let s = self.map.along(x, from, self.rows.direction);
        self.rows.pixel(s, t)
    }

    /// t at x, `part` of the way from the black keys' ends on `side` (0) to their other ends (1); outside when negative or above 1.
    pub fn t_at(&self, x: f64, side: usize, part: f64) -> f64 {
        let mut t = (self.ends[0].offset + self.ends[1].offset) / 2.0;
        // s depends a little on t, because columns converge.
        for _ in 0..3 {
            let s = self.map.along(x, self.rows.pixel(0.0, t), self.rows.direction);
            let (from, to) = (self.ends[side].at(s), self.ends[1 - side].at(s));
            t = from + part * (to - from);
        }
        t
    }

    /// Brightness at x and `part`, as in [`Band::t_at`]; none outside the picture.
    pub fn brightness(&self, picture: &Luma, x: f64, side: usize, part: f64) -> Option<f64> {
        let t = self.t_at(x, side, part);
        picture.sample_inside(self.pixel(x, t))
    }

    /// Brightness around one black key.
    pub fn levels(&self, picture: &Luma, key: i32) -> Option<Levels> {
        let parts = [0.35, 0.5, 0.65];
        let at = |x: f64| {
            parts
                .iter()
                .filter_map(|part| self.brightness(picture, x, 0, *part))
                .collect::<Vec<f64>>()
        };
        let white = median(flanks(key).into_iter().flat_map(at).collect())?;
        let black = median(at(black_x(key)))?;
        Some(Levels { white, black })
    }

    /// Levels of every key that stands out.
    fn all_levels(&self, picture: &Luma) -> Vec<(i32, Levels)> {
        let keys = self.keys.keys();
        let levels = keys.filter_map(|key| Some((*key, self.levels(picture, *key)?)));
        levels.filter(|(_, levels)| levels.white - levels.black > 12.0).collect()
    }
}

pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Beyond the black keys' front ends white keys go on, with a gap under every black key. Beyond their far ends there is none.
pub(super) fn front_side(picture: &Luma, band: &Band) -> FrontSide {
    let levels = band.all_levels(picture);
    let looks: [f64; 2] = std::array::from_fn(|side| {
        let bright = levels
            .iter()
            .filter_map(|(key, levels)| fronts_brightness(picture, band, *key, levels, side));
        let gaps = levels
            .iter()
            .filter_map(|(key, levels)| gap_under(picture, band, *key, levels, side));
        median(bright.collect()).unwrap_or(0.0) + GAP_WEIGHT * median(gaps.collect()).unwrap_or(0.0)
    });
    let side = usize::from(looks[1] > looks[0]);
    FrontSide {
        side,
        evidence: looks[side] - looks[1 - side],
    }
}

/// A gap's darkening is a small part of the white keys' brightness.
const GAP_WEIGHT: f64 = 4.0;
/// Parts of a black key's length beyond its front end where only white key fronts lie (they reach to 0.58).
const FRONT_PARTS: [f64; 5] = [0.14, 0.2, 0.26, 0.32, 0.38];

fn fronts_brightness(picture: &Luma, band: &Band, key: i32, levels: &Levels, side: usize) -> Option<f64> {
    let along = FRONT_PARTS
        .iter()
        .filter_map(|part| band.brightness(picture, black_x(key), side, -part));
    Some(levels.relative(median(along.collect())?))
}

/// How dark the white-key gap under a black key is against both sides of it.
fn gap_under(picture: &Luma, band: &Band, key: i32, levels: &Levels, side: usize) -> Option<f64> {
    let gap = black_x(key).round();
    let along = FRONT_PARTS.iter().filter_map(|part| {
        let at = |x: f64| band.brightness(picture, x, side, -part);
        let dark = (-3..=3).filter_map(|i| at(gap + 0.05 * f64::from(i))).fold(f64::INFINITY, f64::min);
        Some(levels.relative(at(gap - 0.32)?.min(at(gap + 0.32)?)) - levels.relative(dark))
    });
    median(along.collect())
}

/// White keys' length beyond the black keys, in black-key lengths, seen from straight above.
const FRONT_PART: f64 = BLACK_KEY_FRONT_Y / (1.0 - BLACK_KEY_FRONT_Y);
/// Spread of that over pianos and camera pitches.
const FRONT_PART_SPREAD: f64 = 0.2;
/// The white keys end where the black keys do, to within this part of their length.
const BACK_PART_SPREAD: f64 = 0.07;
/// An edge is the first likely place, going outwards, that falls off at least this much as steeply as the steepest.
const STEEP_ENOUGH: f64 = 0.4;
/// The same for the edge of a single column against the common one.
const OWN_STEEP_ENOUGH: f64 = 0.35;
/// Fall of brightness that an edge must have, grey levels over its width.
const FALL_AT_LEAST: f64 = 4.0;
/// Places less likely than this (1 for the usual place) are no edge of the keys.
const PRIOR_AT_LEAST: f64 = 0.2;
/// Own edges of single columns may lie this far from the common one, parts of a black key's length.
const COLUMN_SEARCH: f64 = 0.09;

/// Finds both edges from where brightness falls off along the white keys. Without a fall-off, from the usual proportions.
pub(super) fn long_edges(picture: &Luma, band: &Band, front: FrontSide) -> LongEdges {
    let (low, high) = match (band.keys.keys().next(), band.keys.keys().next_back()) {
        (Some(low), Some(high)) => (black_x(*low), black_x(*high)),
        _ => (0.0, 0.0),
    };
    let white_centers: Vec<f64> = (low.floor() as i32..=high.ceil() as i32).map(|i| f64::from(i) + 0.5).collect();
    let between_blacks: Vec<f64> = band.keys.keys().flat_map(|key| flanks(*key)).collect();
    let front_prior = |part: f64| gauss((-part - FRONT_PART) / FRONT_PART_SPREAD);
    let (front_line, front_support) = edge(picture, band, &white_centers, front.side, [-0.25, -1.15], front_prior);
    let front_line = front_line.unwrap_or_else(|| line_at(band, &white_centers, front.side, -FRONT_PART));
    let expected = expected_back_part(band, front.side, &front_line, (low + high) / 2.0);
    let back_prior = |part: f64| gauss((part - 1.0) / BACK_PART_SPREAD).max(gauss((part - expected) / BACK_PART_SPREAD));
    let (back_line, back_support) = edge(picture, band, &between_blacks, front.side, [0.72, 1.3], back_prior);
    let back_line = back_line.unwrap_or_else(|| line_at(band, &between_blacks, front.side, 1.0));
    LongEdges {
        front: front_line,
        back: back_line,
        support: [front_support, back_support],
    }
}

fn gauss(z: f64) -> f64 {
    (-z * z / 2.0).exp()
}

/// Where the white keys should end (part of a black key's length) if black keys begin at their usual y: y grows linearly with t over
/// the depth, and is 0 at the front line.
fn expected_back_part(band: &Band, side: usize, front: &Line, x: f64) -> f64 {
    let place = |part: f64| {
        let t = band.t_at(x, side, part);
        let pixel = band.pixel(x, t);
        let [s, _] = band.rows.place(pixel);
        (t - front.at(s)) / band.map.columns.depth(pixel)
    };
    let per_y = place(0.0) / BLACK_KEY_FRONT_Y;
    let (mut low, mut high) = (0.5, 1.5);
    for _ in 0..30 {
        let middle = (low + high) / 2.0;
        if place(middle) / per_y < 1.0 { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

fn line_at(band: &Band, xs: &[f64], side: usize, part: f64) -> Line {
    let points: Vec<[f64; 2]> = xs
        .iter()
        .map(|x| band.rows.place(band.pixel(*x, band.t_at(*x, side, part))))
        .collect();
    Line::through_most(&points, 2.0).unwrap_or(band.ends[side])
}

/// Brightness along single white keys, going outwards.
struct Profiles {
    /// Parts of a black key's length at the first and last step.
    parts: [f64; 2],
    steps: usize,
    /// x, and brightness at each step that lies in the picture.
    columns: Vec<(f64, Vec<f64>)>,
}

impl Profiles {
    fn along(picture: &Luma, band: &Band, xs: &[f64], side: usize, parts: [f64; 2]) -> Profiles {
        let steps = ((parts[1] - parts[0]).abs() * band.length_pixels()).ceil().max(8.0) as usize;
        let mut profiles = Profiles {
            parts,
            steps,
            columns: Vec::new(),
        };
        for x in xs {
            let values = (0..=steps).map_while(|step| band.brightness(picture, *x, side, profiles.part_of(step as f64)));
            profiles.columns.push((*x, values.collect()));
        }
        profiles
    }

    fn part_of(&self, step: f64) -> f64 {
        self.parts[0] + (self.parts[1] - self.parts[0]) * step / self.steps as f64
    }

    /// Where most columns fall off: the first likely step. Nearer falls go before steeper ones, because beyond the keys a polished
    /// fallboard mirrors them, and their mirror image ends too.
    fn common_fall(&self, prior: impl Fn(f64) -> f64) -> Option<(usize, f64)> {
        let enough = (self.columns.len() / 2).max(4);
        let at = |step: usize| -> Vec<f64> { self.columns.iter().filter_map(|column| column.1.get(step).copied()).collect() };
        let common: Vec<f64> = (0..=self.steps)
            .map(at)
            .take_while(|values| values.len() >= enough)
            .filter_map(median)
            .collect();
        let falls = fall_off(&common);
        let likely = |step: &usize| prior(self.part_of(*step as f64)) >= PRIOR_AT_LEAST;
        let steepest = (0..falls.len())
            .filter(likely)
            .map(|step| falls[step])
            .fold(FALL_AT_LEAST, f64::max);
        let is_edge =
            |step: &usize| falls[*step] >= STEEP_ENOUGH * steepest && falls[*step] >= falls[step - 1] && falls[*step] >= falls[step + 1];
        let first = (1..falls.len().saturating_sub(1)).filter(likely).find(is_edge)?;
        Some((first, falls[first]))
    }
}

/// The line along which brightness falls off going through `parts` from first to last, where `prior` finds it likely; and the share of columns
/// that show it.
fn edge(picture: &Luma, band: &Band, xs: &[f64], side: usize, parts: [f64; 2], prior: impl Fn(f64) -> f64) -> (Option<Line>, f64) {
    let profiles = Profiles::along(picture, band, xs, side, parts);
    let Some((first, steep)) = profiles.common_fall(prior) else {
        return (None, 0.0);
    };
    let length = band.length_pixels();
    let reach = (COLUMN_SEARCH * length).ceil().max(2.0) as usize;
    let own_edge = |(x, values): &(f64, Vec<f64>)| {
        let falls = fall_off(values);
        let range = first.saturating_sub(reach)..(first + reach + 1).min(falls.len());
        let best = range.max_by(|a, b| falls[*a].total_cmp(&falls[*b]))?;
        (falls[best] > OWN_STEEP_ENOUGH * steep).then_some(())?;
        let t = band.t_at(*x, side, profiles.part_of(peak(&falls, best)));
        Some(band.rows.place(band.pixel(*x, t)))
    };
    let points: Vec<[f64; 2]> = profiles.columns.iter().filter_map(own_edge).collect();
    let tolerance = (0.035 * length).max(1.2);
    let line = Line::through_most(&points, tolerance);
    let on_line = line.map_or(0, |line| points.iter().filter(|p| (line.at(p[0]) - p[1]).abs() < tolerance).count());
    (line.filter(|_| on_line >= 4), on_line as f64 / xs.len().max(1) as f64)
}

/// How much brightness falls per step, over a base of four.
fn fall_off(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    (0..n)
        .map(|i| {
            let at = |offset: i64| values[(i as i64 + offset).clamp(0, n as i64 - 1) as usize];
            ((at(-2) + at(-1)) - (at(1) + at(2))) / 2.0
        })
        .collect()
}

/// The top of the parabola through a maximum and its neighbours.
pub(super) fn peak(values: &[f64], at: usize) -> f64 {
    let (Some(before), Some(after)) = (at.checked_sub(1).and_then(|i| values.get(i)), values.get(at + 1)) else {
        return at as f64;
    };
    let bend = before - 2.0 * values[at] + after;
    if bend >= -1e-9 {
        return at as f64;
    }
    at as f64 + (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
}

/// The homography's second row from its other two and the two long edges.
pub(super) fn height_row(band: &Band, columns: &Columns, edges: &LongEdges, [low, high]: [f64; 2]) -> Option<[f64; 3]> {
    let mut normal = nalgebra::Matrix3::<f64>::zeros();
    let mut right = nalgebra::Vector3::<f64>::zeros();
    for step in 0..=20 {
        let x = low + (high - low) * f64::from(step) / 20.0;
        for (line, y) in [(edges.front, 0.0), (edges.back, 1.0)] {
            let s = band.map.along(x, band.rows.pixel(0.0, line.offset), band.rows.direction);
            let pixel = band.rows.pixel(s, line.at(s));
            let depth = columns.depth(pixel);
            // Centred, so that the three unknowns are of one size.
            let [s, t] = band.rows.place(pixel);
            let row = nalgebra::Vector3::new(s / 1000.0, t / 1000.0, 1.0) / depth;
            normal += row * row.transpose();
            right += row * y;
        }
    }
    let in_places = normal.try_inverse()? * right;
    let zero = band.rows.place([0.0, 0.0]);
    let along_x = band.rows.place([1.0, 0.0]);
    let along_y = band.rows.place([0.0, 1.0]);
    let at = |[s, t]: [f64; 2]| in_places[0] * s / 1000.0 + in_places[1] * t / 1000.0;
    let offset = at(zero) + in_places[2];
    Some([at(along_x) - at(zero), at(along_y) - at(zero), offset])
}
