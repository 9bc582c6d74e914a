//! Which keys the keys in the picture are, and how far sound and picture lie apart in time: both told by fingertips being over
//! the keys that sound.
//!
//! A reading of the keyboard (its octave, its direction) and a time offset are right together when at every onset some
//! fingertip is over the key. The mean distance from the key to the nearest fingertip, cut at three white keys, is some 0.15
//! where both are right and beyond 1.3 where the octave or the direction is wrong (measured on a real clip). The same distance
//! at offsets that cannot be right, seconds away, says what chance gives: sound that does not belong to the picture fits
//! nowhere better than that.

use crate::evidence::HandsAt;
use crate::fingertips::Fingertips;
use piano::keyboard::center_x;
use piano::{Hand, Note};

/// Sound and picture of one recording are seldom further apart.
pub const LARGEST_USUAL_OFFSET_SECS: f64 = 0.5;
/// Two thirds of a frame of a 30 fps video.
const OFFSET_STEP_SECS: f64 = 0.02;
/// Most recordings are in time to about a frame. Fingers rest on held keys, so slow pieces leave the offset open by more.
const IN_TIME_SHARE: f64 = 0.8;
const IN_TIME_SPREAD_SECS: f64 = 0.03;
/// The others are off by this share of the search.
const OFF_SHARE_OF_SEARCH: f64 = 0.4;
/// Distances beyond this, in white-key widths, are all equally far.
const FAR_KEY_WIDTHS: f64 = 3.0;
/// Typical distance of the nearest tip from a key that is struck, white-key widths: tracker, camera and place on the key.
const NEAR_SPREAD: f64 = 0.25;
/// Notes whose finger was not seen, or that nobody played: share, and over how many key widths their distances spread.
const STRAY_SHARE: f64 = 0.15;
const STRAY_KEY_WIDTHS: f64 = 4.0;
/// Neighbouring notes say much the same: this many count as one.
const NOTES_PER_WITNESS: f64 = 3.0;
/// Notes looked at, spread over the clip; more do not change the verdict.
const MOST_NOTES: usize = 400;
/// With fewer notes under visible hands nothing is decided.
const FEWEST_NOTES: usize = 12;
/// Offsets that cannot be right if the best one is, for comparison: this many, this far from each other and from the best.
const CONTROLS: usize = 24;
const CONTROL_STEP_SECS: f64 = 1.3;
/// A mean distance up to this fits, whatever chance would give: a piece may stay on few keys.
const FITS_KEY_WIDTHS: f64 = 0.5;
/// A larger one fits if it lies so many standard deviations below what chance gives, and at most this share of it.
const BEYOND_CHANCE: f64 = 3.5;
const SHARE_OF_CHANCE: f64 = 0.75;
/// Where a clip is too short to say what chance gives, up to this is taken to fit.
const MAY_FIT_KEY_WIDTHS: f64 = 1.0;
/// Readings less likely than this are not decided.
const SURE: f64 = 0.95;

/// One way to read the keys in the picture: place on the 88 keys = `sign` times the place found, plus `shift`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// 1, or -1 where bass and treble change places.
    pub sign: f64,
    /// White-key widths; an octave is 7.
    pub shift: f64,
    /// How likely the picture alone makes this reading, 0 to 1.
    pub prior: f64,
}

impl Reading {
    /// The keys as found.
    pub const AS_FOUND: Reading = Reading {
        sign: 1.0,
        shift: 0.0,
        prior: 1.0,
    };
}

/// What notes and hands say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// They fit.
    Aligned(Alignment),
    /// They fit, but several readings of the keys fit alike.
    Ambiguous(Alignment),
    /// Nothing fits better than chance: the sound does not belong to the picture.
    Unrelated(Alignment),
    /// Too few notes were struck under visible hands to tell.
    TooFewNotes {
        /// How many there were.
        notes: usize,
    },
}

/// The best fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alignment {
    /// Index of the best reading.
    pub reading: usize,
    /// How likely that reading is among those given, 0 to 1.
    pub confidence: f64,
    /// Picture time of an onset = note time + this.
    pub offset_secs: f64,
    /// How well the offset is known: standard deviation.
    pub offset_spread_secs: f64,
    /// Mean distance from key to nearest fingertip, cut at three, white-key widths.
    pub distance_key_widths: f64,
    /// The same for the best other reading; none if there is no other.
    pub next_distance_key_widths: Option<f64>,
    /// The same, mean over offsets that cannot be right; none where the clip is too short for any.
    pub chance_key_widths: Option<f64>,
    /// Standard deviations the distance lies below chance.
    pub beyond_chance: Option<f64>,
    /// Notes struck under visible hands.
    pub notes: usize,
}

/// Finds reading and offset. `hands` in the coordinates of the keys as found; the clocks of notes and hands at most
/// `largest_offset_secs` apart ([`LARGEST_USUAL_OFFSET_SECS`] for the sound of the video itself). `readings` must not be empty:
/// give [`Reading::AS_FOUND`] where the picture leaves no choice.
pub fn align(notes: &[Note], hands: &[HandsAt], readings: &[Reading], largest_offset_secs: f64) -> Verdict {
    let fingertips = Fingertips::new(hands);
    let notes = spread_over_the_clip(notes);
    let fit = |reading: &Reading, offset_secs: f64| Fit::of(&notes, &fingertips, reading, offset_secs);
    let offsets = offsets(largest_offset_secs);
    let fits_of = |reading| offsets.iter().map(|offset| fit(reading, *offset)).collect();
    let fits: Vec<Vec<Fit>> = readings.iter().map(fits_of).collect();
    let seen = fits.iter().flatten().map(|fit| fit.notes).max().unwrap_or(0);
    if seen < FEWEST_NOTES {
        return Verdict::TooFewNotes { notes: seen };
    }
    let alignment = best_fit(&fits, readings, &offsets);
    let controls: Vec<Fit> = control_offsets(alignment.offset_secs)
        .map(|offset| fit(&readings[alignment.reading], offset))
        .collect();
    let alignment = against_chance(alignment, &controls);
    judge(alignment)
}

fn judge(alignment: Alignment) -> Verdict {
    let distance = alignment.distance_key_widths;
    let fits = match (alignment.chance_key_widths, alignment.beyond_chance) {
        _ if distance <= FITS_KEY_WIDTHS => true,
        (Some(chance), Some(beyond_chance)) => beyond_chance >= BEYOND_CHANCE && distance <= SHARE_OF_CHANCE * chance,
        _ => distance <= MAY_FIT_KEY_WIDTHS,
    };
    if !fits {
        Verdict::Unrelated(alignment)
    } else if alignment.confidence < SURE {
        Verdict::Ambiguous(alignment)
    } else {
        Verdict::Aligned(alignment)
    }
}

/// Every offset searched; at least no offset at all.
fn offsets(largest_secs: f64) -> Vec<f64> {
    let steps = (largest_secs.abs() / OFFSET_STEP_SECS).round() as i32;
    (-steps..=steps).map(|step| f64::from(step) * OFFSET_STEP_SECS).collect()
}

fn control_offsets(best_secs: f64) -> impl Iterator<Item = f64> {
    let one_side = move |side: f64| (1..=CONTROLS / 2).map(move |index| best_secs + side * index as f64 * CONTROL_STEP_SECS);
    one_side(1.0).chain(one_side(-1.0))
}

fn spread_over_the_clip(notes: &[Note]) -> Vec<Note> {
    let every = notes.len().div_ceil(MOST_NOTES).max(1);
    let mut sorted = notes.to_vec();
    piano::note::sort_notes(&mut sorted);
    sorted.into_iter().step_by(every).collect()
}

/// How notes and hands fit under one reading and offset.
#[derive(Clone, Copy, Debug)]
struct Fit {
    /// Notes at whose onset a hand was seen.
    notes: usize,
    /// Mean distance, white-key widths; the farthest where no hand was seen.
    distance: f64,
    log_likelihood: f64,
}

impl Fit {
    fn of(notes: &[Note], fingertips: &Fingertips, reading: &Reading, offset_secs: f64) -> Fit {
        let distances: Vec<f64> = notes
            .iter()
            .filter_map(|note| nearest_tip(note, fingertips, reading, offset_secs))
            .collect();
        let mean = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
        Fit {
            notes: distances.len(),
            distance: if distances.is_empty() { FAR_KEY_WIDTHS } else { mean },
            // Unseen notes count as strays, or an offset that loses the hands would look better.
            log_likelihood: distances.iter().map(|distance| log_likelihood(*distance)).sum::<f64>()
                + (notes.len() - distances.len()) as f64 * log_likelihood(FAR_KEY_WIDTHS),
        }
    }
}

fn log_likelihood(distance: f64) -> f64 {
    let near = (1.0 - STRAY_SHARE) * (-distance / NEAR_SPREAD).exp() / NEAR_SPREAD;
    (near + STRAY_SHARE / STRAY_KEY_WIDTHS).ln()
}

/// Distance along the keyboard from the note's key to the nearest fingertip at its onset, cut; none where no hand is seen.
fn nearest_tip(note: &Note, fingertips: &Fingertips, reading: &Reading, offset_secs: f64) -> Option<f64> {
    let key_x = center_x(note.pitch);
    let hands = Hand::BOTH
        .into_iter()
        .filter_map(|hand| fingertips.at(hand, note.onset_secs + offset_secs));
    let distances = hands.flat_map(|hand| hand.tips.map(|[x, ..]| (reading.sign * x + reading.shift - key_x).abs()));
    distances.reduce(f64::min).map(|distance| distance.min(FAR_KEY_WIDTHS))
}

fn best_fit(fits: &[Vec<Fit>], readings: &[Reading], offsets: &[f64]) -> Alignment {
    let weights = posterior(fits, readings, offsets);
    let of_reading: Vec<f64> = weights.iter().map(|row| row.iter().sum()).collect();
    let best = (0..readings.len())
        .max_by(|a, b| of_reading[*a].total_cmp(&of_reading[*b]))
        .unwrap_or(0);

    let mean = |value: &dyn Fn(f64) -> f64| {
        let sum: f64 = offsets
            .iter()
            .zip(&weights[best])
            .map(|(offset, weight)| value(*offset) * weight)
            .sum();
        sum / of_reading[best]
    };
    let offset_secs = mean(&|offset| offset);
    let variance = mean(&|offset| (offset - offset_secs).powi(2));
    let nearest = (0..offsets.len()).min_by(|a, b| (offsets[*a] - offset_secs).abs().total_cmp(&(offsets[*b] - offset_secs).abs()));
    let fit = fits[best][nearest.unwrap_or(0)];
    let others = fits.iter().enumerate().filter(|(reading, _)| *reading != best);
    Alignment {
        reading: best,
        confidence: of_reading[best],
        offset_secs,
        // The step of the search is an uncertainty of its own.
        offset_spread_secs: (variance + OFFSET_STEP_SECS.powi(2) / 12.0).sqrt(),
        distance_key_widths: fit.distance,
        next_distance_key_widths: others.flat_map(|(_, fits)| fits.iter().map(|fit| fit.distance)).reduce(f64::min),
        chance_key_widths: None,
        beyond_chance: None,
        notes: fit.notes,
    }
}

/// How likely each reading and offset is; sums to 1.
fn posterior(fits: &[Vec<Fit>], readings: &[Reading], offsets: &[f64]) -> Vec<Vec<f64>> {
    let largest_secs = offsets.last().copied().unwrap_or(0.0).max(OFFSET_STEP_SECS);
    let normal = |offset: f64, spread: f64| (-0.5 * (offset / spread).powi(2)).exp() / spread;
    let usual = |offset: f64| {
        let in_time = IN_TIME_SHARE * normal(offset, IN_TIME_SPREAD_SECS);
        (in_time + (1.0 - IN_TIME_SHARE) * normal(offset, OFF_SHARE_OF_SEARCH * largest_secs)).ln()
    };
    let mut logs: Vec<Vec<f64>> = Vec::with_capacity(readings.len());
    for (fits, reading) in fits.iter().zip(readings) {
        let prior = reading.prior.max(1e-9).ln();
        let log = |(fit, offset): (&Fit, &f64)| prior + usual(*offset) + fit.log_likelihood / NOTES_PER_WITNESS;
        logs.push(fits.iter().zip(offsets).map(log).collect());
    }
    let largest = logs.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logs.iter().flatten().map(|log| (log - largest).exp()).sum();
    logs.iter()
        .map(|row| row.iter().map(|log| (log - largest).exp() / total).collect())
        .collect()
}

fn against_chance(alignment: Alignment, controls: &[Fit]) -> Alignment {
    // An offset at which most notes fall outside the clip says little.
    let usable: Vec<f64> = controls
        .iter()
        .filter(|fit| 2 * fit.notes >= alignment.notes)
        .map(|fit| fit.distance)
        .collect();
    if usable.len() < 4 {
        return alignment;
    }
    let mean = usable.iter().sum::<f64>() / usable.len() as f64;
    let variance = usable.iter().map(|distance| (distance - mean).powi(2)).sum::<f64>() / (usable.len() - 1) as f64;
    Alignment {
        chance_key_widths: Some(mean),
        beyond_chance: Some((mean - alignment.distance_key_widths) / variance.sqrt().max(1e-3)),
        ..alignment
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::{Camera, exercise, play};

    /// All octaves both ways round, counted from D4, the pattern's mirror line.
    fn all_readings() -> Vec<Reading> {
        let octave = |octave: i32, sign: f64| Reading {
            sign,
            shift: 7.0 * f64::from(octave) + if sign < 0.0 { 49.0 } else { 0.0 },
            prior: 0.1,
        };
        (-2..=2).flat_map(|shift| [octave(shift, 1.0), octave(shift, -1.0)]).collect()
    }

    fn moved(notes: &[Note], secs: f64, semitones: i32) -> Vec<Note> {
        let note = |note: &Note| Note {
            pitch: note.pitch.transposed(semitones).unwrap(),
            onset_secs: note.onset_secs + secs,
            offset_secs: note.offset_secs + secs,
            ..*note
        };
        notes.iter().map(note).collect()
    }

    #[test]
    fn octave_and_offset_are_found() {
        let score = exercise(1, 60);
        let hands = play(&score, &Camera::default(), 1);
        let notes: Vec<Note> = score.iter().map(|played| played.note).collect();
        for (secs, semitones) in [(0.0, 0), (-0.2, 0), (0.3, 12), (0.0, -12)] {
            let Verdict::Aligned(found) = align(&moved(&notes, secs, semitones), &hands, &all_readings(), LARGEST_USUAL_OFFSET_SECS) else {
                panic!("not aligned at {secs} s, {semitones} semitones");
            };
            let reading = all_readings()[found.reading];
            assert_eq!((reading.sign, reading.shift), (1.0, f64::from(semitones) * 7.0 / 12.0));
            // Fingers rest on held keys, so an offset late by part of the shortest note (0.13 s) fits as well.
            assert!((found.offset_secs + secs).abs() < 0.1, "{found:?}");
        }
    }

    #[test]
    fn sound_of_another_piece_or_another_moment_is_unrelated() {
        let hands = play(&exercise(1, 80), &Camera::default(), 1);
        let other: Vec<Note> = exercise(2, 80).iter().map(|played| played.note).collect();
        assert!(matches!(
            align(&other, &hands, &[Reading::AS_FOUND], LARGEST_USUAL_OFFSET_SECS),
            Verdict::Unrelated(_)
        ));
        let same: Vec<Note> = exercise(1, 80).iter().map(|played| played.note).collect();
        assert!(matches!(
            align(&moved(&same, 3.0, 0), &hands, &[Reading::AS_FOUND], LARGEST_USUAL_OFFSET_SECS),
            Verdict::Unrelated(_)
        ));
    }

    #[test]
    fn nothing_is_decided_without_notes_hands_or_a_choice() {
        let score = exercise(1, 30);
        let hands = play(&score, &Camera::default(), 1);
        let notes: Vec<Note> = score.iter().map(|played| played.note).collect();
        assert_eq!(
            align(&notes[..3], &hands, &all_readings(), LARGEST_USUAL_OFFSET_SECS),
            Verdict::TooFewNotes { notes: 3 }
        );
        assert_eq!(
            align(&notes, &[], &all_readings(), LARGEST_USUAL_OFFSET_SECS),
            Verdict::TooFewNotes { notes: 0 }
        );
        let twice = [Reading {
            prior: 0.5,
            ..Reading::AS_FOUND
        }; 2];
        assert!(
            matches!(align(&notes, &hands, &twice, LARGEST_USUAL_OFFSET_SECS), Verdict::Ambiguous(found) if (found.confidence - 0.5).abs() < 1e-6)
        );
    }
}
