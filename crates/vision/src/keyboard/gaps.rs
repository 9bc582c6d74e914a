//! The gaps between white keys: where the keys truly are.
//!
//! Black keys stand above the white ones and so lean outwards in the picture, by up to a third of a white key at the ends of the
//! keyboard. The gaps lie in the plane that the homography is about, so the last word on x is theirs.

use super::bend::{Bend, BentColumns};
use super::columns::{ColumnPoint, Columns};
use super::edges::{median, peak};
use crate::{Homography, Luma};

/// The map from the white gaps.
#[derive(Clone, Copy, Debug)]
pub(super) struct GapFit {
    pub columns: Columns,
    /// Share of the looked-at places where a gap lies as the map says.
    pub support: f64,
    /// Mean distance of those gaps from the map, white-key widths. Lens bend stays in it.
    pub residual: f64,
    /// The same with lens bend.
    pub bent: BentColumns,
}

/// A stretch of one gap.
struct Window {
    gap: i32,
    /// Where the start map and its bend put it.
    x: f64,
    y: f64,
    /// Darkening at offsets from the expected place, [`OFFSETS`] of them, grey levels.
    dips: Vec<f64>,
}

/// Stretches of a gap in front of the black keys, y from and to.
const FRONT_STRETCHES: [[f64; 2]; 2] = [[0.05, 0.16], [0.18, 0.30]];
/// Stretches of the gaps B|C and E|F, which run on between black keys.
const BACK_STRETCHES: [[f64; 2]; 2] = [[0.44, 0.62], [0.66, 0.86]];
/// Samples along a stretch.
const SAMPLES: usize = 7;
/// Offsets looked at to each side of the expected place, and the step between them, white-key widths.
const REACH: f64 = 0.46;
const STEP: f64 = 1.0 / 40.0;
const OFFSETS: usize = 2 * (REACH / STEP) as usize + 1;
/// Half the width a gap is judged against, white-key widths and at least so many pixels.
const SHOULDER: f64 = 0.11;
const SHOULDER_PIXELS: f64 = 1.6;
/// Darkening a gap must show, grey levels.
const DIP_AT_LEAST: f64 = 1.5;
/// How far from its predicted place a gap is searched, white-key widths.
const SEARCH: f64 = 0.13;
/// Share of expected gaps that must be seen for the fit to count.
const SUPPORT_AT_LEAST: f64 = 0.35;

/// Fits x to the gaps numbered `gaps` (gap i lies at x = i), starting from a map and its bend that are right to within 0.4 white-key
/// widths.
pub(super) fn fit_gaps(picture: &Luma, start: &Homography, bend: &Bend, gaps: std::ops::RangeInclusive<i32>) -> Option<GapFit> {
    let image_from_keyboard = start.inverse()?;
    let windows: Vec<Window> = gaps.flat_map(|gap| windows_of(picture, &image_from_keyboard, gap, bend)).collect();
    let strongest: Vec<f64> = windows
        .iter()
        .map(|window| window.dips.iter().copied().fold(0.0, f64::max))
        .collect();
    let usual = median(strongest)?.max(DIP_AT_LEAST);
    let [shift, stretch] = align(&windows, usual);
    let middle = middle_of(&windows);
    let linear = |window: &Window| shift + stretch * (f64::from(window.gap) - middle);
    let point = |(window, offset, weight): (&Window, f64, f64)| ColumnPoint {
        pixel: image_from_keyboard.apply([window.x + offset, window.y]),
        x: f64::from(window.gap),
        weight,
    };
    let first: Vec<ColumnPoint> = seen(&windows, usual, linear, 1.4 * SEARCH).map(point).collect();
    // The bend so far was that of the black keys; the gaps' own is followed before one homography is fitted to all of them.
    let own = BentColumns::fit(BentColumns::straight(Columns::fit(&first)?), &first, 1.0, 3.0)?;
    let own = BentColumns::fit(own, &first, 2.0 * SEARCH, 3.0)?;
    let curve = |window: &Window| {
        let pixel = image_from_keyboard.apply([window.x + linear(window), window.y]);
        linear(window) + f64::from(window.gap) - own.x(pixel)
    };
    let points: Vec<ColumnPoint> = seen(&windows, usual, curve, SEARCH).map(point).collect();
    let support = points.len() as f64 / windows.len().max(1) as f64;
    if support < SUPPORT_AT_LEAST {
        return None;
    }
    // All of them, also where the bend is largest: the mean error along the whole keyboard counts.
    let columns = Columns::fit(&points)?;
    let residual = points.iter().map(|point| (columns.x(point.pixel) - point.x).abs()).sum::<f64>() / points.len() as f64;
    let bent = BentColumns::fit(BentColumns::straight(columns), &points, 1.0, 3.0)?;
    Some(GapFit {
        columns,
        support,
        residual,
        bent,
    })
}

fn windows_of(picture: &Luma, image_from_keyboard: &Homography, gap: i32, bend: &Bend) -> Vec<Window> {
    let back: &[[f64; 2]] = if matches!(gap.rem_euclid(7), 0 | 3) { &BACK_STRETCHES } else { &[] };
    let window = |[from, to]: &[f64; 2]| {
        let x = f64::from(gap) + bend.at(f64::from(gap));
        let unit = distance(
            image_from_keyboard.apply([x - 0.5, *from]),
            image_from_keyboard.apply([x + 0.5, *from]),
        );
        let shoulder = SHOULDER.max(SHOULDER_PIXELS / unit);
        let margin = (shoulder / STEP).ceil() as usize;
        let row = |sample: usize| -> Option<Vec<f64>> {
            let y = from + (to - from) * (sample as f64 + 0.5) / SAMPLES as f64;
            let count = OFFSETS + 2 * margin;
            let first = x - REACH - margin as f64 * STEP;
            (0..count)
                .map(|i| picture.sample_inside(image_from_keyboard.apply([first + STEP * i as f64, y])))
                .collect()
        };
        let rows: Vec<Vec<f64>> = (0..SAMPLES).map(row).collect::<Option<_>>()?;
        let mean: Vec<f64> = (0..rows[0].len())
            .map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / SAMPLES as f64)
            .collect();
        // Against the darker shoulder: a step, such as the side of a black key or a shadow, is no gap.
        let dip = |i: usize| (mean[i].min(mean[i + 2 * margin]) - mean[i + margin]).max(0.0);
        Some(Window {
            gap,
            x,
            y: (from + to) / 2.0,
            dips: (0..OFFSETS).map(dip).collect(),
        })
    };
    FRONT_STRETCHES.iter().chain(back).filter_map(window).collect()
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn middle_of(windows: &[Window]) -> f64 {
    windows.iter().map(|window| f64::from(window.gap)).sum::<f64>() / windows.len().max(1) as f64
}

fn index_of(offset: f64) -> f64 {
    (offset + REACH) / STEP
}

/// The common shift and stretch that put most gaps on dips: what the height of the black keys does to a map made from them.
fn align(windows: &[Window], usual: f64) -> [f64; 2] {
    let middle = middle_of(windows);
    let half = windows
        .iter()
        .map(|window| (f64::from(window.gap) - middle).abs())
        .fold(1.0, f64::max);
    let score = |shift: f64, stretch: f64| {
        let found = windows.iter().map(|window| {
            let at = index_of(shift + stretch * (f64::from(window.gap) - middle)).round();
            let dip = if at >= 0.0 {
                window.dips.get(at as usize).copied().unwrap_or(0.0)
            } else {
                0.0
            };
            dip.min(1.5 * usual)
        });
        let far = shift.powi(2) + (stretch * half).powi(2);
        found.sum::<f64>() * (-far / (2.0 * LIKELY_LEAN.powi(2))).exp()
    };
    let shifts = || (-16..=16).map(|i| 0.025 * f64::from(i));
    let stretches = || (-16..=16).map(|i| 0.025 * f64::from(i) / half);
    shifts()
        .flat_map(|shift| stretches().map(move |stretch| [shift, stretch]))
        .max_by(|a, b| score(a[0], a[1]).total_cmp(&score(b[0], b[1])))
        .unwrap_or([0.0, 0.0])
}

/// Black keys 12 mm high, seen from about a meter, lean by about this much at the keyboard's ends, white-key widths.
const LIKELY_LEAN: f64 = 0.3;

/// Windows that show a gap near where `expected` puts it: the window, the gap's offset, and a weight.
fn seen<'a>(
    windows: &'a [Window],
    usual: f64,
    expected: impl Fn(&Window) -> f64 + 'a,
    search: f64,
) -> impl Iterator<Item = (&'a Window, f64, f64)> {
    windows.iter().filter_map(move |window| {
        let center = index_of(expected(window));
        let (from, to) = (
            (center - search / STEP).max(0.0) as usize,
            ((center + search / STEP).max(0.0) as usize).min(OFFSETS - 1),
        );
        let at = (from..=to).max_by(|a, b| window.dips[*a].total_cmp(&window.dips[*b]))?;
        let dip = window.dips[at];
        (dip >= (0.3 * usual).max(DIP_AT_LEAST)).then(|| (window, peak(&window.dips, at) * STEP - REACH, (dip / usual).min(1.0)))
    })
}
