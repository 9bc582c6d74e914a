//! Which keys these are: octave and direction, from where the keyboard stops.

use super::band::Band;
use super::edges::{FrontSide, Levels, flanks, median};
use super::pattern::black_x;
use crate::{Homography, Luma};

/// One reading of the numbered keys as pitches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    /// x of the 88 keys = `sign` * x counted in the picture + `offset`.
    pub sign: f64,
    pub offset: f64,
    /// First and last white key of this keyboard, counted from A0; 0 and 51 on a full one.
    pub white_keys: [i32; 2],
    /// How likely this reading is among all, 0 to 1.
    pub probability: f64,
}

impl Reading {
    /// The map to keyboard coordinates, from one whose x is counted in the picture.
    pub fn apply(&self, numbered_from_image: &Homography) -> Homography {
        let renumber = Homography([[self.sign, 0.0, self.offset], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        renumber.after(numbered_from_image)
    }

    /// Whether bass stands on the side from which keys were counted.
    pub fn forwards(&self) -> bool {
        self.sign > 0.0
    }
}

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
    /// White keys: the one between x = i and i + 1.
    pub white: Vec<(i32, Presence)>,
}

/// Keyboards in use: first and last white key counted from A0, and how many in a hundred. Filmed pianos nearly always have 88 keys.
const KEYBOARDS: [([i32; 2], f64); 5] = [
    ([0, 51], 0.93),
    ([4, 48], 0.02), // 76 keys, E1 to G7
    ([4, 46], 0.01), // 73 keys, E1 to E7
    ([9, 44], 0.03), // 61 keys, C2 to C7
    ([9, 37], 0.01), // 49 keys, C2 to C6
];
/// Mirrored videos are rare: selfie cameras, and channels that dodge copyright checks.
const MIRRORED: f64 = 0.01;
/// A black key that exists looks absent (hidden, in shadow, at the frame's edge) this often.
const BLACK_MISSED: f64 = 0.04;
/// Something else looks like a black key between white ones, in just the right place, this often.
const BLACK_INVENTED: f64 = 0.004;
/// The same for white keys, which look like many other things.
const WHITE_MISSED: f64 = 0.15;
const WHITE_INVENTED: f64 = 0.3;

/// All readings that the evidence allows, likeliest first. `front_is_right_of_counting`: the player sits on the right hand of somebody
/// who walks along the keys as they were counted, as he does on an unmirrored keyboard when counting goes from bass to treble.
pub(super) fn readings(evidence: &Evidence, front_is_right_of_counting: bool) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (white_keys, share) in KEYBOARDS {
        for forwards in [true, false] {
            for octave in -9..=9 {
                let (sign, offset) = if forwards {
                    (1.0, 2.0 + 7.0 * f64::from(octave))
                } else {
                    (-1.0, 12.0 + 7.0 * f64::from(octave))
                };
                let reading = Reading {
                    sign,
                    offset,
                    white_keys,
                    probability: 0.0,
                };
                let mirrored = forwards != front_is_right_of_counting;
                let prior = share * if mirrored { MIRRORED } else { 1.0 - MIRRORED };
                let log = prior.ln() + log_likelihood(evidence, &reading);
                readings.push((log, reading));
            }
        }
    }
    let best = readings.iter().map(|reading| reading.0).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = readings.iter().map(|reading| (reading.0 - best).exp()).sum();
    let mut readings: Vec<Reading> = readings
        .into_iter()
        .map(|(log, reading)| Reading {
            probability: (log - best).exp() / total,
            ..reading
        })
        .collect();
    readings.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    merge_sizes(readings)
}

/// Readings that place the keys alike differ only in how large the keyboard is: they count together, under the likelier size.
fn merge_sizes(readings: Vec<Reading>) -> Vec<Reading> {
    let mut merged: Vec<Reading> = Vec::new();
    for reading in readings {
        match merged
            .iter_mut()
            .find(|other| other.sign == reading.sign && other.offset == reading.offset)
        {
            Some(other) => other.probability += reading.probability,
            None => merged.push(reading),
        }
    }
    merged.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    merged
}

fn log_likelihood(evidence: &Evidence, reading: &Reading) -> f64 {
    let [first, last] = reading.white_keys;
    let (low, high) = (f64::from(first), f64::from(last + 1));
    let exists = |x: f64| {
        let x = reading.sign * x + reading.offset;
        x > low + 0.05 && x < high - 0.05
    };
    let black: Vec<(bool, Presence)> = evidence
        .black
        .iter()
        .map(|(key, presence)| (exists(black_x(*key)), *presence))
        .collect();
    let white: Vec<(bool, Presence)> = evidence
        .white
        .iter()
        .map(|(key, presence)| (exists(f64::from(*key) + 0.5), *presence))
        .collect();
    log_of(&black, BLACK_MISSED, BLACK_INVENTED) + log_of(&white, WHITE_MISSED, WHITE_INVENTED)
}

/// Keys that exist and look absent do so in groups, because a hand hides neighbours: only the first of a group is a surprise.
fn log_of(keys: &[(bool, Presence)], missed: f64, invented: f64) -> f64 {
    let mut log = 0.0;
    let mut hidden_before = false;
    for (exists, presence) in keys {
        let hidden = *exists && *presence != Presence::Seen;
        log += match (exists, presence) {
            (_, Presence::Unclear) => 0.0,
            (true, Presence::Seen) => (1.0 - missed).ln(),
            (true, Presence::Absent) if hidden_before => HIDDEN_NEXT.ln(),
            (true, Presence::Absent) => missed.ln(),
            (false, Presence::Seen) => invented.ln(),
            (false, Presence::Absent) => (1.0 - invented).ln(),
        };
        hidden_before = hidden;
    }
    log
}

/// The key next to a hidden one is hidden this often.
const HIDDEN_NEXT: f64 = 0.6;

impl Reading {
    /// Keys seen where this reading has none: a second keyboard in the picture, or no keyboard at all.
    pub fn contradictions(&self, evidence: &Evidence) -> usize {
        let [first, last] = self.white_keys;
        let beyond = |key: &&(i32, Presence)| {
            let x = self.sign * black_x(key.0) + self.offset;
            key.1 == Presence::Seen && !(f64::from(first)..f64::from(last + 1)).contains(&x)
        };
        evidence.black.iter().filter(beyond).count()
    }
}

/// Keys beyond the outermost ones found that are looked for.
const BEYOND: i32 = 6;
/// Parts of a black key, from its front end, where it is looked for: away from the front, where hands are, and from the far end, where
/// shadow and overlays are.
const BLACK_PARTS: [f64; 6] = [0.2, 0.32, 0.44, 0.56, 0.68, 0.8];
/// Heights of a white key at which it is looked for.
const WHITE_HEIGHTS: [f64; 4] = [0.12, 0.2, 0.28, 0.34];

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
    let (low, high) = (black_x(*low), black_x(*high));
    let white = (low.floor() as i32 - 4..=low.floor() as i32)
        .chain(high.ceil() as i32 - 1..=high.ceil() as i32 + 3)
        .filter_map(|key| {
            Some((
                key,
                white_presence(picture, &image, key, &nearest(super::pattern::nearest_black(f64::from(key)).0)?)?,
            ))
        })
        .collect();
    Evidence { black, white }
}

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

fn white_presence(picture: &Luma, image: &Homography, key: i32, levels: &Levels) -> Option<Presence> {
    let (mut seen, mut absent, mut looked) = (0, 0, 0);
    for y in WHITE_HEIGHTS {
        for x in [0.25, 0.5, 0.75] {
            let Some(brightness) = picture.sample_inside(image.apply([f64::from(key) + x, y])) else {
                continue;
            };
            looked += 1;
            let relative = levels.relative(brightness);
            seen += usize::from(relative > 0.6);
            absent += usize::from(relative < 0.4);
        }
    }
    presence(seen, absent, looked, 3 * WHITE_HEIGHTS.len())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// All 36 black keys from this one on, and nothing beyond.
    fn full_keyboard(first_black: i32) -> Evidence {
        let presence = |key| {
            if (first_black..first_black + 36).contains(&key) {
                Presence::Seen
            } else {
                Presence::Absent
            }
        };
        Evidence {
            black: (first_black - 3..first_black + 39).map(|key| (key, presence(key))).collect(),
            white: Vec::new(),
        }
    }

    fn best(evidence: &Evidence, front_is_right: bool) -> (f64, f64, f64) {
        let best = readings(evidence, front_is_right)[0];
        (best.sign, best.offset, best.probability)
    }

    #[test]
    fn all_black_keys_settle_octave_and_direction() {
        // A#0 is black key -1 when C#1 is 0.
        let (sign, offset, probability) = best(&full_keyboard(-1), true);
        assert_eq!((sign, offset), (1.0, 2.0));
        assert!(probability > 0.99);
        // Counted from the treble, A#7 comes first and looks like an F#.
        let (sign, offset, probability) = best(&full_keyboard(2), false);
        assert_eq!((sign, offset), (-1.0, 54.0));
        assert!((sign * black_x(2) + offset - 50.143).abs() < 1e-9);
        assert!(probability > 0.99);
    }

    #[test]
    fn a_mirrored_keyboard_is_told_by_its_ends_in_spite_of_its_rarity() {
        let (sign, offset, probability) = best(&full_keyboard(2), true);
        assert_eq!((sign, offset), (-1.0, 54.0));
        assert!(probability > 0.9, "{probability}");
    }

    #[test]
    fn thirty_five_black_keys_cut_by_the_frame_fit_one_octave_only() {
        let evidence = Evidence {
            black: (0..35).map(|key| (key, Presence::Seen)).collect(),
            white: Vec::new(),
        };
        let (sign, offset, probability) = best(&evidence, true);
        assert_eq!((sign, offset), (1.0, 2.0));
        assert!(probability > 0.95);
    }

    #[test]
    fn two_octaves_cut_by_the_frame_could_be_anywhere() {
        let evidence = Evidence {
            black: (0..10).map(|key| (key, Presence::Seen)).collect(),
            white: Vec::new(),
        };
        let all = readings(&evidence, true);
        assert!(all[0].probability < 0.3);
        let probable = all.iter().filter(|reading| reading.probability > 0.1).count();
        assert!(probable >= 4, "{probable}");
        assert!(all[..4].iter().all(Reading::forwards));
    }

    #[test]
    fn a_keyboard_of_61_keys_with_both_ends_in_sight_is_not_taken_for_88() {
        let black = (-3..30)
            .map(|key| (key, if (0..25).contains(&key) { Presence::Seen } else { Presence::Absent }))
            .collect();
        let all = readings(&Evidence { black, white: Vec::new() }, true);
        assert_eq!(all[0].white_keys, [9, 44]);
        assert_eq!(all[0].offset % 7.0, 2.0);
    }
}
