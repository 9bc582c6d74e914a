//! One picture: search, follow, fit, name.

use super::band::{Band, grow_band};
use super::drawn::texture;
use super::edges::{FrontSide, LongEdges, front_side, height_row, long_edges};
use super::extent::{Evidence, Presence, look};
use super::gaps::{GapFit, fit_gaps};
use super::octave::{Reading, readings};
use super::pattern::black_x;
use super::picture::WorkingPicture;
use super::search::{Seed, find_seeds};
use super::{FoundKeyboard, KeyboardReading};
use crate::{Homography, Luma};
use piano::{Pitch, keyboard};

/// Finds the keyboard in a still picture, or in the background of a clip. None where nothing looks like one.
pub fn register_picture(picture: &Luma) -> Option<FoundKeyboard> {
    find(&WorkingPicture::new(picture)).map(|placed| placed.keyboard)
}

/// A keyboard and the band of black keys it was found by, which can be followed through a clip.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub keyboard: FoundKeyboard,
    pub band: Band,
}

/// The surest of the places that look like a keyboard.
pub(super) fn find(picture: &WorkingPicture) -> Option<Placed> {
    let (coarse, scale) = picture.coarse();
    place_best(picture, &find_seeds(&coarse), scale)
}

fn place_best(picture: &WorkingPicture, seeds: &[Seed], scale: f64) -> Option<Placed> {
    let mut best: Option<Placed> = None;
    for seed in seeds {
        let placed = grow_band(&picture.luma, seed, scale).and_then(|band| place(picture, band));
        if let Some(placed) = placed
            && best.as_ref().is_none_or(|best| placed.keyboard.placement > best.keyboard.placement)
        {
            best = Some(placed);
        }
        // Seeds come best first, and a second keyboard is rarely wanted.
        if best.as_ref().is_some_and(|best| best.keyboard.placement > PLACED_WELL) {
            break;
        }
    }
    best
}

/// Placement above which no other seed is tried.
const PLACED_WELL: f64 = 0.8;
/// Readings less likely than this are not handed on.
const PROBABILITY_AT_LEAST: f64 = 0.002;

fn place(picture: &WorkingPicture, band: Band) -> Option<Placed> {
    let front = front_side(&picture.luma, &band);
    let edges = long_edges(&picture.luma, &band, front);
    let ends = [black_x(*band.keys.keys().next()?), black_x(*band.keys.keys().next_back()?)];
    let from_blacks = homography(&band, &band.map.columns, &edges, ends)?;
    let gaps = refine(picture, &band, &edges, from_blacks, ends);
    let numbered = match &gaps {
        Some(fit) => homography(&band, &fit.columns, &edges, ends)?,
        None => from_blacks,
    };
    let evidence = look(&picture.luma, &band, front, &numbered);
    // The player sits to the right of one who walks along growing s exactly if he sits towards growing t.
    let named = readings(&evidence, front.side == 1);
    let placement = placement(&band, front, gaps.as_ref(), &evidence, &named[0]);
    let working = picture.working_from_image();
    let readings: Vec<KeyboardReading> = named
        .iter()
        .filter(|reading| reading.probability >= PROBABILITY_AT_LEAST)
        .filter_map(|reading| keyboard_reading(picture, reading, &named[0], &numbered, &working, front))
        .collect();
    let texture = texture(&picture.luma, &band);
    let gap_residual = gaps.map(|fit| fit.residual);
    (!readings.is_empty()).then_some(Placed {
        keyboard: FoundKeyboard {
            readings,
            placement,
            gap_residual,
            texture,
        },
        band,
    })
}

/// Twice: the first fit undoes the lean of the black keys, the second sees the gaps where they are.
fn refine(picture: &WorkingPicture, band: &Band, edges: &LongEdges, start: Homography, ends: [f64; 2]) -> Option<GapFit> {
    let gaps = ends[0].floor() as i32 - 1..=ends[1].ceil() as i32 + 1;
    let first = fit_gaps(&picture.luma, &start, &band.map.bend, gaps.clone())?;
    let nearer = homography(band, &first.bent.columns, edges, ends)?;
    fit_gaps(&picture.luma, &nearer, &first.bent.bend, gaps).or(Some(first))
}

fn homography(band: &Band, columns: &super::columns::Columns, edges: &LongEdges, ends: [f64; 2]) -> Option<Homography> {
    Some(Homography([columns.across, height_row(band, columns, edges, ends)?, columns.depth]))
}

fn keyboard_reading(
    picture: &WorkingPicture,
    reading: &Reading,
    best: &Reading,
    numbered: &Homography,
    working: &Homography,
    front: FrontSide,
) -> Option<KeyboardReading> {
    let keyboard_from_working = reading.apply(numbered);
    let working_from_keyboard = keyboard_from_working.inverse()?;
    let visible = |pitch: &Pitch| {
        let x = keyboard::center_x(*pitch);
        let y = if pitch.is_black() {
            (keyboard::BLACK_KEY_FRONT_Y + 1.0) / 2.0
        } else {
            keyboard::BLACK_KEY_FRONT_Y / 2.0
        };
        let half = VISIBLE_SHARE * (keyboard::span_x(*pitch).1 - x);
        let inside = |x: f64| picture.luma.sample_inside(working_from_keyboard.apply([x, y])).is_some();
        (reading.white_keys[0]..=reading.white_keys[1]).contains(&(x as i32)) && inside(x - half) && inside(x + half)
    };
    Some(KeyboardReading {
        keyboard_from_image: keyboard_from_working.after(working),
        lowest_pitch: Pitch::all().find(visible)?,
        highest_pitch: Pitch::all().rev().find(visible)?,
        mirrored: reading.forwards() != (front.side == 1),
        probability: reading.probability,
        sign: reading.sign * best.sign,
        shift: reading.offset - reading.sign * best.sign * best.offset,
    })
}

/// A key counts as visible if the frame cuts off no more than this leaves, on either side of its middle.
const VISIBLE_SHARE: f64 = 0.6;

/// Black keys on a full keyboard.
const BLACK_KEYS: usize = 36;

/// How sure it is that these are keys and lie where the map says: each doubt takes its part away.
fn placement(band: &Band, front: FrontSide, gaps: Option<&GapFit>, evidence: &Evidence, best: &Reading) -> f64 {
    // Specks beside the keyboard that pass for keys are no doubt about the keys themselves.
    let numbers: Vec<i32> = band.keys.keys().copied().filter(|key| best.has(black_x(*key))).collect();
    let keys = numbers.len() as f64;
    let span = numbers.last().zip(numbers.first()).map_or(1, |(last, first)| last - first + 1);
    let seen = evidence.black.iter().filter(|key| key.1 == Presence::Seen).count();
    let doubts = [
        // Five runs fall into the pattern by chance now and then, eight hardly ever.
        rising(keys, 4.0, 8.0),
        // A hand hides some keys, but most of those between the ends must be there.
        rising(keys / f64::from(span), 0.5, 0.75),
        rising(seen as f64 / keys.max(1.0), 0.3, 0.6),
        // Black keys are at least as long as they are far apart; lines of text are not.
        rising(band.length_units(), 0.7, 1.6),
        rising(0.2 - band.residual, 0.05, 0.12),
        rising(front.evidence, 0.05, 0.35),
        gap_doubt(gaps).max(if band.unit() < NARROW_KEY_PIXELS { NARROW_KEY_DOUBT } else { 0.0 }),
        rising(-(best.contradictions(evidence) as f64), -3.0, -0.5),
        rising(-((seen.saturating_sub(BLACK_KEYS)) as f64), -4.0, -1.0),
    ];
    doubts.iter().product()
}

fn gap_doubt(gaps: Option<&GapFit>) -> f64 {
    gaps.map_or(0.4, |fit| rising(fit.support, 0.3, 0.55) * rising(0.2 - fit.residual, 0.04, 0.08))
}

/// White keys narrower than this, pixels, hardly show the gaps between them, so that missing gaps say little.
const NARROW_KEY_PIXELS: f64 = 9.0;
const NARROW_KEY_DOUBT: f64 = 0.75;

/// 0 up to `none`, 1 from `full`, straight between.
fn rising(value: f64, none: f64, full: f64) -> f64 {
    ((value - none) / (full - none)).clamp(0.0, 1.0)
}
