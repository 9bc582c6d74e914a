//! Which keys these are: octave and direction, from where the keyboard stops.

use super::extent::{End, Evidence, Presence};
use super::pattern::black_x;
use crate::Homography;

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
/// Keys that would stand on the very edge of the keyboard do not exist, white-key widths.
const EDGE: f64 = 0.05;
/// A black key that exists looks absent (hidden, in shadow, at the frame's edge) this often.
const BLACK_MISSED: f64 = 0.04;
/// Something else looks like a black key between white ones, in just the right place, this often.
const BLACK_INVENTED: f64 = 0.004;

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
    let black: Vec<(bool, Presence)> = evidence
        .black
        .iter()
        .map(|(key, presence)| (reading.has(black_x(*key)), *presence))
        .collect();
    let ends: f64 = [0, 1].iter().map(|side| log_of_end(evidence.ends[*side], reading, *side)).sum();
    log_of(&black, BLACK_MISSED, BLACK_INVENTED) + ends
}

/// How well what is seen at one end fits where this keyboard ends. Crops, bars and shadows stop anywhere on a key, keyboards only between
/// keys.
fn log_of_end(end: End, reading: &Reading, side: usize) -> f64 {
    let [first, last] = reading.white_keys;
    let bass_here = (side == 0) == reading.forwards();
    let end_of_keys = f64::from(if bass_here { first } else { last + 1 });
    let expected = (end_of_keys - reading.offset) / reading.sign;
    let outwards = if side == 0 { -1.0 } else { 1.0 };
    match end {
        End::Stops(x) if (x - expected).abs() < END_TOLERANCE => 0.0,
        End::Stops(_) => STOPS_ELSEWHERE.ln(),
        // The picture shows what lies beyond the last key, and it is as bright as keys are.
        End::GoesOn(x) if outwards * (x - expected) > END_TOLERANCE => BRIGHT_BEYOND.ln(),
        End::GoesOn(_) => 0.0,
    }
}

/// The map is right to within this at the ends of the keyboard, white-key widths: lens bend is at its largest there.
const END_TOLERANCE: f64 = 0.3;
/// White keys that seem to stop where none ends: a sleeve, a shadow, a bar at the side of the picture.
const STOPS_ELSEWHERE: f64 = 0.06;
/// A table, a key block or a wall as bright as the keys beside them.
const BRIGHT_BEYOND: f64 = 0.25;

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
    /// Whether this keyboard has a key at x, counted in the picture.
    pub fn has(&self, x: f64) -> bool {
        let [first, last] = self.white_keys;
        let x = self.sign * x + self.offset;
        x > f64::from(first) + EDGE && x < f64::from(last + 1) - EDGE
    }

    /// Keys seen where this reading has none: a second keyboard in the picture, or no keyboard at all.
    pub fn contradictions(&self, evidence: &Evidence) -> usize {
        let beyond = |key: &&(i32, Presence)| key.1 == Presence::Seen && !self.has(black_x(key.0));
        evidence.black.iter().filter(beyond).count()
    }
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
            ends: Default::default(),
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
            ends: Default::default(),
        };
        let (sign, offset, probability) = best(&evidence, true);
        assert_eq!((sign, offset), (1.0, 2.0));
        assert!(probability > 0.95);
    }

    #[test]
    fn two_octaves_cut_by_the_frame_could_be_anywhere() {
        let evidence = Evidence {
            black: (0..10).map(|key| (key, Presence::Seen)).collect(),
            ends: Default::default(),
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
        let all = readings(
            &Evidence {
                black,
                ends: Default::default(),
            },
            true,
        );
        assert_eq!(all[0].white_keys, [9, 44]);
        assert_eq!(all[0].offset % 7.0, 2.0);
    }
}
