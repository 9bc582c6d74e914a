//! `toccata evaluate notes`.

use super::read_notes;
use crate::failure::{Failure, fault};
use clap::Args;
use hearing::note_scores::{Criteria, NoteScore, ONSET_TOLERANCE_SECS, score};
use labeling::truth::TruthNote;
use piano::Note;
use serde::Serialize;
use std::path::PathBuf;

/// Compare transcribed notes with the true ones
#[derive(Args)]
pub struct Notes {
    /// The notes to judge: a folder or performance.json written by `toccata label`, or any format of --truth.
    #[arg(long, value_name = "DIR|FILE")]
    predicted: PathBuf,
    /// The true notes: MIDI, MAPS tsv, PIG, or a performance.json.
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// Predicted time = truth time + this.
    #[arg(long, value_name = "SECS", default_value_t = 0.0, allow_negative_numbers = true)]
    truth_offset_secs: f64,
    /// Compare only notes that begin before this second of the predicted time.
    #[arg(long, value_name = "SECS")]
    until_secs: Option<f64>,
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

/// Agreement by each of the field's measures; none where one side says no offsets or no velocities.
#[derive(Serialize)]
struct Report {
    truth_notes: usize,
    predicted_notes: usize,
    onset_tolerance_secs: f64,
    onset: NoteScore,
    onset_offset: Option<NoteScore>,
    onset_velocity: Option<NoteScore>,
    onset_offset_velocity: Option<NoteScore>,
}

impl Notes {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        if !self.truth_offset_secs.is_finite() {
            return Err(Failure::Usage("--truth-offset-secs must be a number".into()));
        }
        let until_secs = self.until_secs.unwrap_or(f64::INFINITY);
        let moved = |offset_secs: f64, mut notes: Vec<TruthNote>| {
            for note in &mut notes {
                note.onset_secs += offset_secs;
                note.offset_secs = note.offset_secs.map(|end_secs| end_secs + offset_secs);
            }
            notes.retain(|note| note.onset_secs < until_secs);
            notes
        };
        let truth = moved(self.truth_offset_secs, read_notes(&self.truth)?);
        let predicted = moved(0.0, read_notes(&self.predicted)?);
        if truth.is_empty() {
            return Err(Failure::Usage(format!("{} has no notes to compare with", self.truth.display())));
        }
        let report = compare(&truth, &predicted);
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report).map_err(fault)?);
        } else {
            print!("{}", table(&report));
        }
        Ok(())
    }
}

fn compare(truth: &[TruthNote], predicted: &[TruthNote]) -> Report {
    let all = |has: fn(&TruthNote) -> bool| truth.iter().chain(predicted).all(has);
    let (offsets, velocities) = (all(|note| note.offset_secs.is_some()), all(|note| note.velocity.is_some()));
    let (truth, predicted) = (as_notes(truth), as_notes(predicted));
    let score = |offset: bool, velocity: bool| {
        let known = (offsets || !offset) && (velocities || !velocity);
        known.then(|| score(&truth, &predicted, Criteria { offset, velocity }))
    };
    Report {
        truth_notes: truth.len(),
        predicted_notes: predicted.len(),
        onset_tolerance_secs: ONSET_TOLERANCE_SECS,
        onset: score(false, false).unwrap_or_default(),
        onset_offset: score(true, false),
        onset_velocity: score(false, true),
        onset_offset_velocity: score(true, true),
    }
}

/// What a file does not say is filled in and then not asked for.
fn as_notes(notes: &[TruthNote]) -> Vec<Note> {
    let note = |note: &TruthNote| Note {
        pitch: note.pitch,
        onset_secs: note.onset_secs,
        offset_secs: note.offset_secs.unwrap_or(note.onset_secs),
        velocity: note.velocity.unwrap_or_default(),
    };
    notes.iter().map(note).collect()
}

fn table(report: &Report) -> String {
    let mut lines = vec![
        format!(
            "{} notes against {} true ones, onsets within {} s",
            report.predicted_notes, report.truth_notes, report.onset_tolerance_secs
        ),
        format!(
            "  {:<28}{:>9}{:>11}{:>9}{:>9}",
            "agreement in", "notes", "precision", "recall", "F1"
        ),
    ];
    for (what, score) in [
        ("onset", Some(&report.onset)),
        ("onset and offset", report.onset_offset.as_ref()),
        ("onset and velocity", report.onset_velocity.as_ref()),
        ("onset, offset and velocity", report.onset_offset_velocity.as_ref()),
    ] {
        lines.push(match score {
            Some(score) => format!(
                "  {what:<28}{:>9}{:>11.3}{:>9.3}{:>9.3}",
                score.matched, score.precision, score.recall, score.f1
            ),
            None => format!("  {what:<28}{:>9}", "not told"),
        });
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    fn note(midi: u8, offset_secs: Option<f64>) -> TruthNote {
        TruthNote {
            pitch: Pitch::new(midi).unwrap(),
            onset_secs: 1.0,
            offset_secs,
            velocity: Some(64),
            hand: None,
            finger: None,
            confidence: None,
            unsure: false,
        }
    }

    #[test]
    fn what_a_side_does_not_say_is_not_judged() {
        let report = compare(&[note(60, None)], &[note(60, Some(2.0))]);
        assert_eq!((report.onset.f1, report.onset_offset), (1.0, None));
        assert_eq!(report.onset_velocity.map(|score| score.matched), Some(1));
        assert!(
            table(&report).contains("onset and offset             not told"),
            "{}",
            table(&report)
        );
    }

    #[test]
    fn the_table_fits_a_terminal_of_80_columns() {
        let report = compare(&[note(60, Some(2.0)), note(61, Some(2.0))], &[note(60, Some(3.0))]);
        let text = table(&report);
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert!(
            text.contains("onset                               1      1.000    0.500    0.667"),
            "{text}"
        );
    }
}
