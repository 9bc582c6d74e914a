//! How well heard notes agree with the true ones, by the field's measures: those of mir_eval 0.8 (`transcription` and
//! `transcription_velocity`; MIREX note tracking), with their tolerances.

use piano::Note;
use std::collections::{HashMap, VecDeque};

/// Onsets this close are the same onset, seconds.
pub const ONSET_TOLERANCE_SECS: f64 = 0.05;
/// An offset may be off by this part of the true note's length,
const OFFSET_TOLERANCE_OF_LENGTH: f64 = 0.2;
/// or by this, whichever is more, seconds.
const OFFSET_TOLERANCE_SECS_MIN: f64 = 0.05;
/// A velocity may be off by this part of the true velocities' range, once the heard ones are brought to its scale.
const VELOCITY_TOLERANCE: f64 = 0.1;

/// What a heard note must share with a true one besides pitch and onset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// The offset.
    pub offset: bool,
    /// The velocity.
    pub velocity: bool,
}

/// How many notes agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct NoteScore {
    /// Notes that agree, one to one.
    pub matched: usize,
    /// Part of the heard notes that agree.
    pub precision: f64,
    /// Part of the true notes that agree.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

/// Compares heard notes with true ones. Each note counts once: as many pairs are formed as can be.
pub fn score(truth: &[Note], heard: &[Note], criteria: Criteria) -> NoteScore {
    let mut pairs = pairs(truth, heard, criteria.offset);
    if criteria.velocity {
        keep_equally_loud(truth, heard, &mut pairs);
    }
    let part = |whole: usize| if whole == 0 { 0.0 } else { pairs.len() as f64 / whole as f64 };
    let (precision, recall) = (part(heard.len()), part(truth.len()));
    let sum = precision + recall;
    NoteScore {
        matched: pairs.len(),
        precision,
        recall,
        f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 },
    }
}

/// Indices of (true, heard) notes that belong together: a largest matching in the graph of possible pairs.
fn pairs(truth: &[Note], heard: &[Note], with_offset: bool) -> Vec<(usize, usize)> {
    let heard_by_onset = by_key_and_onset(heard);
    let mut matching = Matching {
        heard_of_truth: vec![None; truth.len()],
        truth_of_heard: vec![None; heard.len()],
    };
    for newcomer in 0..truth.len() {
        matching.augment(newcomer, |index| candidates(&truth[index], heard, &heard_by_onset, with_offset));
    }
    let pairs = matching.heard_of_truth.iter().enumerate();
    pairs.filter_map(|(truth, heard)| heard.map(|heard| (truth, heard))).collect()
}

/// Partners, one to one.
struct Matching {
    heard_of_truth: Vec<Option<usize>>,
    truth_of_heard: Vec<Option<usize>>,
}

impl Matching {
    /// Finds a partner for one more true note, moving others to new partners where that helps: the shortest augmenting path.
    fn augment(&mut self, newcomer: usize, candidates: impl Fn(usize) -> Vec<usize>) {
        let mut reached_from: HashMap<usize, usize> = HashMap::new();
        let mut queue = VecDeque::from([newcomer]);
        while let Some(truth) = queue.pop_front() {
            for heard in candidates(truth) {
                if reached_from.contains_key(&heard) {
                    continue;
                }
                reached_from.insert(heard, truth);
                match self.truth_of_heard[heard] {
                    Some(partner) => queue.push_back(partner),
                    None => return self.shift(heard, &reached_from),
                }
            }
        }
    }

    /// Walks the path back from its free end: every true note on it takes the heard note it reached.
    fn shift(&mut self, free: usize, reached_from: &HashMap<usize, usize>) {
        let mut taken = Some(free);
        while let Some(heard) = taken {
            let truth = reached_from[&heard];
            self.truth_of_heard[heard] = Some(truth);
            taken = self.heard_of_truth[truth].replace(heard);
        }
    }
}

/// Indices of the notes by key, then onset.
fn by_key_and_onset(notes: &[Note]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..notes.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&notes[*a], &notes[*b]);
        a.pitch.cmp(&b.pitch).then(a.onset_secs.total_cmp(&b.onset_secs))
    });
    order
}

/// Heard notes that may be this true note.
fn candidates(truth: &Note, heard: &[Note], heard_by_onset: &[usize], with_offset: bool) -> Vec<usize> {
    // Wider than the tolerance, so that rounding decides below.
    let earliest = truth.onset_secs - 2.0 * ONSET_TOLERANCE_SECS;
    let first = heard_by_onset.partition_point(|index| {
        let note = &heard[*index];
        note.pitch < truth.pitch || (note.pitch == truth.pitch && note.onset_secs < earliest)
    });
    let near = heard_by_onset[first..].iter().copied().take_while(|index| {
        let note = &heard[*index];
        note.pitch == truth.pitch && note.onset_secs <= truth.onset_secs + 2.0 * ONSET_TOLERANCE_SECS
    });
    let offset_tolerance_secs = (OFFSET_TOLERANCE_OF_LENGTH * (truth.offset_secs - truth.onset_secs)).max(OFFSET_TOLERANCE_SECS_MIN);
    near.filter(|index| {
        let note = &heard[*index];
        distance(note.onset_secs, truth.onset_secs) <= ONSET_TOLERANCE_SECS
            && (!with_offset || distance(note.offset_secs, truth.offset_secs) <= offset_tolerance_secs)
    })
    .collect()
}

/// mir_eval rounds distances to a tenth of a millisecond before it compares.
fn distance(a: f64, b: f64) -> f64 {
    ((a - b).abs() * 1e4).round_ties_even() / 1e4
}

/// Keeps the pairs whose velocities agree, after the straight line that fits the heard velocities best to the true ones.
fn keep_equally_loud(truth: &[Note], heard: &[Note], pairs: &mut Vec<(usize, usize)>) {
    let velocities = || truth.iter().map(|note| f64::from(note.velocity));
    let quietest = velocities().fold(f64::INFINITY, f64::min);
    let range = (velocities().fold(0.0, f64::max) - quietest).max(1.0);
    let points: Vec<(f64, f64)> = pairs
        .iter()
        .map(|(t, h)| (f64::from(heard[*h].velocity), (f64::from(truth[*t].velocity) - quietest) / range))
        .collect();
    let line = fitted_line(&points);
    let mut points = points.into_iter();
    pairs.retain(|_| points.next().is_some_and(|(x, y)| (line(x) - y).abs() < VELOCITY_TOLERANCE));
}

/// The line with the smallest sum of squared distances in y; level where x does not vary.
fn fitted_line(points: &[(f64, f64)]) -> impl Fn(f64) -> f64 + use<> {
    let count = points.len().max(1) as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let common: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = if spread > 0.0 { common / spread } else { 0.0 };
    move |x| mean_y + slope * (x - mean_x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    fn notes(notes: &[(u8, f64, f64, u8)]) -> Vec<Note> {
        let note = |(midi, onset_secs, offset_secs, velocity): &(u8, f64, f64, u8)| Note {
            pitch: Pitch::new(*midi).unwrap(),
            onset_secs: *onset_secs,
            offset_secs: *offset_secs,
            velocity: *velocity,
        };
        notes.iter().map(note).collect()
    }

    const ONSET: Criteria = Criteria {
        offset: false,
        velocity: false,
    };

    #[test]
    fn partners_are_moved_so_that_more_notes_find_one() {
        let truth = notes(&[(60, 1.04, 2.0, 64), (60, 1.0, 2.0, 64), (60, 1.08, 2.0, 64)]);
        let heard = notes(&[(60, 1.0, 2.0, 64), (60, 1.05, 2.0, 64), (60, 1.09, 2.0, 64)]);
        assert_eq!(score(&truth, &heard, ONSET).matched, 3);
        let heard = notes(&[(60, 1.05, 2.0, 64), (60, 1.05, 2.0, 64), (60, 1.0, 2.0, 64)]);
        assert_eq!(score(&truth, &heard, ONSET).matched, 3);
    }

    #[test]
    fn another_key_or_a_late_onset_is_another_note() {
        let truth = notes(&[(60, 1.0, 2.0, 64)]);
        let check = |heard: (u8, f64, f64, u8), expected: usize| assert_eq!(score(&truth, &notes(&[heard]), ONSET).matched, expected);
        check((60, 1.05, 2.0, 64), 1);
        check((60, 1.050_1, 2.0, 64), 0);
        check((61, 1.0, 2.0, 64), 0);
    }

    #[test]
    fn nothing_agrees_with_nothing() {
        assert_eq!(score(&[], &[], ONSET), NoteScore::default());
    }
}
