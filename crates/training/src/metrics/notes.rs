//! Notes by their onsets, as `mir_eval` counts them with offsets left aside.

use super::Scores;
use crate::rollout::Rollout;
use piano::Pitch;
use serde::{Deserialize, Serialize};
use simulation::model::KEYS;
use simulation::score::{CONTROL_TIMESTEP_SECS, Score};
use std::collections::BTreeMap;

/// Windows in which an onset counts as right, seconds to either side.
const NARROW_SECS: f64 = 0.05;
const WIDE_SECS: f64 = 0.1;
/// Differences of times are compared to this, so that the last bit does not decide at a window's edge.
const RESOLUTION_SECS: f64 = 1e-4;

/// Figures over notes rather than frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteScores {
    /// Notes that are due: distinct pairs of pitch and onset.
    pub due: usize,
    /// A note is heard from the first frame at whose end its key is down.
    pub from_frames: OnsetScores,
    /// A note is heard when the piano says so, to 5 ms. Stricter: a key that trembles strikes again and again.
    pub from_events: OnsetScores,
    /// What playing the frames of the score perfectly would get by the first rule: what 50 ms frames cost.
    pub ceiling_of_frames: OnsetScores,
    /// Mean distance of a note's velocity from the score's, of 127, over the notes heard within 100 ms; none if there are none.
    pub velocity_error: Option<f64>,
}

/// Onsets within a window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnsetScores {
    /// Notes heard.
    pub notes: usize,
    /// Within 50 ms.
    pub onset_50_ms: Scores,
    /// Within 100 ms.
    pub onset_100_ms: Scores,
    /// How late the notes within 100 ms are in the middle, ms; none if there are none.
    pub median_onset_error_ms: Option<f64>,
}

/// A pitch, when it begins, and with what velocity.
#[derive(Clone, Copy, Debug)]
struct Onset {
    pitch: Pitch,
    secs: f64,
    velocity: u8,
}

/// Counts notes.
pub fn note_scores(score: &Score, rollout: &Rollout) -> NoteScores {
    let due = due_notes(score);
    let strokes = rollout.key_events.iter().filter(|event| event.on);
    let heard: Vec<Onset> = strokes
        .map(|event| Onset {
            pitch: event.pitch,
            secs: event.at_secs,
            velocity: event.midi_velocity(),
        })
        .collect();
    let frames_due: Vec<[bool; KEYS]> = score.frames().iter().map(|frame| frame.keys_due()).collect();
    let pairs = matched(&due, &heard, WIDE_SECS);
    let errors = pairs.iter().map(|(due, heard)| f64::from(due.velocity.abs_diff(heard.velocity)));
    NoteScores {
        due: due.len(),
        from_frames: scores(&due, &rising_edges(&rollout.played.keys)),
        ceiling_of_frames: scores(&due, &rising_edges(&frames_due)),
        velocity_error: (!pairs.is_empty()).then(|| errors.sum::<f64>() / pairs.len() as f64),
        from_events: scores(&due, &heard),
    }
}

/// Of two notes with the same pitch and onset (two voices on one key) the later listed counts.
fn due_notes(score: &Score) -> Vec<Onset> {
    let notes = score.notes().iter().map(|note| note.note);
    let distinct: BTreeMap<(Pitch, u64), Onset> = notes
        .map(|note| {
            let onset = Onset {
                pitch: note.pitch,
                secs: note.onset_secs,
                velocity: note.velocity,
            };
            // Times are not negative, so their bits are in their order.
            ((note.pitch, note.onset_secs.to_bits()), onset)
        })
        .collect();
    distinct.into_values().collect()
}

/// A key that is down in a frame and was not in the one before; its onset is the frame's start.
fn rising_edges(frames: &[[bool; KEYS]]) -> Vec<Onset> {
    let mut before = [false; KEYS];
    let mut onsets = Vec::new();
    for (index, keys) in frames.iter().enumerate() {
        let edges = Pitch::all().filter(|pitch| keys[pitch.key_index()] && !before[pitch.key_index()]);
        onsets.extend(edges.map(|pitch| Onset {
            pitch,
            secs: index as f64 * CONTROL_TIMESTEP_SECS,
            velocity: 0,
        }));
        before = *keys;
    }
    onsets
}

fn scores(due: &[Onset], heard: &[Onset]) -> OnsetScores {
    let within = |window_secs: f64| {
        let hits = matched(due, heard, window_secs).len() as f64;
        let share = |of: usize| if of == 0 { 0.0 } else { hits / of as f64 };
        let (precision, recall) = (share(heard.len()), share(due.len()));
        let f1 = if hits == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        };
        Scores { precision, recall, f1 }
    };
    let mut errors: Vec<f64> = matched(due, heard, WIDE_SECS)
        .iter()
        .map(|(due, heard)| 1000.0 * (heard.secs - due.secs))
        .collect();
    OnsetScores {
        notes: heard.len(),
        onset_50_ms: within(NARROW_SECS),
        onset_100_ms: within(WIDE_SECS),
        median_onset_error_ms: median(&mut errors),
    }
}

/// Pairs of due and heard notes. Each pitch in the order of time: with windows of one width that is a largest matching.
fn matched(due: &[Onset], heard: &[Onset], window_secs: f64) -> Vec<(Onset, Onset)> {
    let by_pitch = |onsets: &[Onset]| {
        let mut sorted: Vec<Vec<Onset>> = vec![Vec::new(); KEYS];
        for onset in onsets {
            sorted[onset.pitch.key_index()].push(*onset);
        }
        for of_pitch in &mut sorted {
            of_pitch.sort_by(|a, b| a.secs.total_cmp(&b.secs));
        }
        sorted
    };
    let mut pairs = Vec::new();
    for (due, heard) in by_pitch(due).iter().zip(by_pitch(heard)) {
        let (mut i, mut j) = (0, 0);
        while let (Some(wanted), Some(got)) = (due.get(i), heard.get(j)) {
            let late_secs = got.secs - wanted.secs;
            if (late_secs.abs() / RESOLUTION_SECS).round() * RESOLUTION_SECS <= window_secs + RESOLUTION_SECS / 2.0 {
                pairs.push((*wanted, *got));
                (i, j) = (i + 1, j + 1);
            } else if late_secs < 0.0 {
                j += 1;
            } else {
                i += 1;
            }
        }
    }
    pairs
}

fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(numbers[middle]),
        _ => Some((numbers[middle - 1] + numbers[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn onset(pitch: u8, secs: f64, velocity: u8) -> Onset {
        Onset {
            pitch: Pitch::new(pitch).unwrap(),
            secs,
            velocity,
        }
    }

    #[test]
    fn a_note_in_its_window_counts_once_and_a_second_stroke_is_wrong() {
        let due = [onset(60, 1.0, 64), onset(60, 1.5, 64), onset(64, 1.0, 64)];
        let heard = [onset(60, 1.04, 64), onset(60, 1.06, 64), onset(64, 1.08, 64)];
        let counted = scores(&due, &heard);
        assert_eq!((counted.onset_50_ms.precision, counted.onset_50_ms.recall), (1.0 / 3.0, 1.0 / 3.0));
        assert_eq!(
            (counted.onset_100_ms.precision, counted.onset_100_ms.recall),
            (2.0 / 3.0, 2.0 / 3.0)
        );
        assert!((counted.median_onset_error_ms.unwrap() - 60.0).abs() < 1e-9);
        assert_eq!(scores(&due, &[]).onset_100_ms.f1, 0.0);
    }

    #[test]
    fn a_window_holds_its_edge() {
        // 0.15 - 0.1 is a little more than 0.05 in binary.
        assert_eq!(matched(&[onset(60, 0.1, 1)], &[onset(60, 0.15, 1)], NARROW_SECS).len(), 1);
        assert_eq!(matched(&[onset(60, 0.1, 1)], &[onset(60, 0.1502, 1)], NARROW_SECS).len(), 0);
    }
}
