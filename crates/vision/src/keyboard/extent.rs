//! What can be seen of the keys: which black ones are there, and where the white ones stop.

use super::band::Band;
use super::edges::{FrontSide, Levels, flanks, median};
use super::pattern::black_x;
use crate::{Homography, Luma};

/// Whether a key is where it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Seen,
    Absent,
    Unclear,
}

/// What can be seen of where the keyboard stops.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Black keys by their number in the picture; those outside the picture are not listed.
    pub black: Vec<(i32, Presence)>,
    /// The two ends, towards smaller x and larger x.
    pub ends: [End; 2],
}

/// One end of what can be seen of the white keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// White keys stop at this x, inside the picture.
    Stops(f64),
    /// They do not visibly stop up to this x, where the picture ends.
    GoesOn(f64),
}

impl Default for End {
    fn default() -> End {
        End::GoesOn(0.0)
    }
}

/// Keys beyond the outermost ones found that are looked for.
const BEYOND: i32 = 6;
/// Parts of a black key, from its front end, where it is looked for: away from the front, where hands are, and from the far end, where
/// shadow and overlays are.
const BLACK_PARTS: [f64; 6] = [0.2, 0.32, 0.44, 0.56, 0.68, 0.8];
/// Heights at which white keys are followed.
const WHITE_HEIGHTS: [f64; 4] = [0.1, 0.17, 0.24, 0.31];

/// Looks for every key that the picture could show, and a few beyond.
pub(super) fn look(picture: &Luma, band: &Band, front: FrontSide, numbered_from_image: &Homography) -> Evidence {
    let levels: Vec<(i32, Levels)> = band
        .keys
        .keys()
        .filter_map(|key| Some((*key, band.levels(picture, *key)?)))
        .collect();
    let (Some(low), Some(high), Some(image)) = (band.keys.keys().next(), band.keys.keys().next_back(), numbered_from_image.inverse())
    else {
        return Evidence::default();
    };
    let nearest = |key: i32| levels.iter().min_by_key(|other| (other.0 - key).abs()).map(|other| other.1);
    let usual_lines = median(band.keys.values().map(|key| key.lines as f64).collect()).unwrap_or(0.0);
    let followed = |key: i32| band.keys.get(&key).is_some_and(|found| 2.0 * found.lines as f64 > usual_lines);
    let black = (low - BEYOND..=high + BEYOND)
        .filter_map(|key| {
            let looks = black_presence(picture, band, front, key, &nearest(key)?)?;
            // A key that half the lines crossed is no longer absent because light or a hand falls on it.
            Some((
                key,
                if looks == Presence::Absent && followed(key) {
                    Presence::Unclear
                } else {
                    looks
                },
            ))
        })
        .collect();
    let ends = [(*low, -1.0), (*high, 1.0)].map(|(key, direction)| {
        let levels = nearest(key).unwrap_or(Levels { white: 255.0, black: 0.0 });
        end(picture, &image, black_x(key), direction, &levels)
    });
    Evidence { black, ends }
}

/// Follows the white fronts outwards from the outermost black key found until they are dark for a stretch that no gap between keys is
/// wide enough for, or until the picture ends.
fn end(picture: &Luma, image: &Homography, from: f64, direction: f64, levels: &Levels) -> End {
    let mut dark_from: Option<f64> = None;
    let mut x = from;
    while (x - from).abs() < FOLLOWED {
        let rows: Vec<f64> = WHITE_HEIGHTS
            .iter()
            .filter_map(|y| picture.sample_inside(image.apply([x, *y])))
            .collect();
        if rows.len() < WHITE_HEIGHTS.len() - 1 {
            break;
        }
        let dark = rows.iter().filter(|brightness| levels.relative(**brightness) < DARK_BELOW).count();
        dark_from = if dark + 1 >= rows.len() { dark_from.or(Some(x)) } else { None };
        if let Some(start) = dark_from.filter(|start| (x - start).abs() >= DARK_FOR) {
            return End::Stops(start - direction * END_STEP / 2.0);
        }
        x += direction * END_STEP;
    }
    End::GoesOn(x)
}

/// White-key widths: steps when following the white fronts, how far they are followed, and how long it must be dark.
const END_STEP: f64 = 0.05;
const FOLLOWED: f64 = 12.0;
const DARK_FOR: f64 = 0.5;
/// Brightness under which it is no longer a white key, between that of the black keys (0) and the white keys (1) nearby.
const DARK_BELOW: f64 = 0.45;

/// None where the picture does not show the place.
fn black_presence(picture: &Luma, band: &Band, front: FrontSide, key: i32, levels: &Levels) -> Option<Presence> {
    if levels.white - levels.black < 12.0 {
        return None;
    }
    let x = black_x(key);
    if band.map.columns.depth(band.pixel(x, band.t_at(x, front.side, 0.5))) < 0.1 {
        return None;
    }
    let (mut seen, mut absent, mut looked) = (0, 0, 0);
    for part in BLACK_PARTS {
        let at = |x: f64| Some(levels.relative(band.brightness(picture, x, front.side, part)?));
        let Some(center) = at(x) else { continue };
        let core = [at(x - 0.13), at(x + 0.13)].into_iter().flatten().fold(center, f64::max);
        let sides: Vec<f64> = flanks(key).into_iter().filter_map(at).collect();
        looked += 1;
        let dim = sides.iter().filter(|side| **side < 0.45).count();
        if core < 0.5 && !sides.is_empty() && sides.iter().all(|side| *side > 0.55) {
            seen += 1;
        } else if center > 0.6 || dim == sides.len() {
            absent += 1;
        }
    }
    presence(seen, absent, looked, BLACK_PARTS.len())
}

fn presence(seen: usize, absent: usize, looked: usize, of: usize) -> Option<Presence> {
    if 3 * looked < 2 * of {
        return None;
    }
    Some(match () {
        () if 3 * seen >= 2 * looked => Presence::Seen,
        () if 3 * absent >= 2 * looked => Presence::Absent,
        () => Presence::Unclear,
    })
}
