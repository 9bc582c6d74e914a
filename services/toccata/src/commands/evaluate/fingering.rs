//! `toccata evaluate fingering`.

use super::read_notes;
use crate::failure::{Failure, fault};
use ::fingering::evaluation::{Claim, DEFAULT_TOLERANCE_SECS, FingeringReport, WrongNote, evaluate};
use clap::Args;
use piano::Finger;
use std::path::PathBuf;

/// Wrong notes listed for people; `--json` has them all.
const WRONG_NOTES_SHOWN: usize = 12;

/// Compare fingerings with the true ones
#[derive(Args)]
pub struct Fingering {
    /// The fingering to judge: a folder or performance.json written by `toccata label`, or any format of --truth.
    #[arg(long, value_name = "DIR|FILE")]
    predicted: PathBuf,
    /// The true fingering: PIG, a performance.json, or notes read by eye (JSON).
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// How far apart the onsets of one note may lie.
    #[arg(long, value_name = "SECS", default_value_t = DEFAULT_TOLERANCE_SECS)]
    tolerance_secs: f64,
    /// Predicted time = truth time + this.
    #[arg(long, value_name = "SECS", default_value_t = 0.0, allow_negative_numbers = true)]
    truth_offset_secs: f64,
    /// Count notes that the truth marks as unsure, too.
    #[arg(long)]
    with_unsure: bool,
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Fingering {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        if !(self.tolerance_secs >= 0.0 && self.truth_offset_secs.is_finite()) {
            return Err(Failure::Usage(
                "--tolerance-secs must be 0 or more and --truth-offset-secs a number".into(),
            ));
        }
        let truth: Vec<Claim> = read_notes(&self.truth)?
            .into_iter()
            .filter(|note| self.with_unsure || !note.unsure)
            .map(|note| Claim {
                onset_secs: note.onset_secs + self.truth_offset_secs,
                ..note.claim()
            })
            .collect();
        let predicted: Vec<Claim> = read_notes(&self.predicted)?.iter().map(|note| note.claim()).collect();
        let report = evaluate(&truth, &predicted, self.tolerance_secs);
        if report.truth_notes == 0 {
            return Err(Failure::Usage(format!("{} says no fingers", self.truth.display())));
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report).map_err(fault)?);
        } else {
            print!("{}", table(&report, self.tolerance_secs));
        }
        Ok(())
    }
}

fn table(report: &FingeringReport, tolerance_secs: f64) -> String {
    let mut lines = vec![format!(
        "{} notes with a known finger, matched by key and onset within {tolerance_secs} s",
        report.truth_notes
    )];
    let row = |what: &str, part: usize, whole: usize, value: f64| format!("  {what:<28}{part:>6} of {whole:<6}{:>7.1} %", 100.0 * value);
    let found_share = report.found as f64 / report.truth_notes as f64;
    lines.push(row("found", report.found, report.truth_notes, found_share));
    lines.push(row("given a finger", report.answered, report.truth_notes, report.coverage));
    lines.push(row("right finger", report.right, report.truth_notes, report.finger_accuracy));
    lines.push(row(
        "right, of those given one",
        report.right,
        report.answered,
        report.accuracy_answered,
    ));
    let hands_right = (report.hand_accuracy * report.found as f64).round() as usize;
    lines.push(row("right hand, of those found", hands_right, report.found, report.hand_accuracy));
    lines.push(format!(
        "  {:<46}{:>7.1} %",
        "right finger, surest 75 %",
        100.0 * report.accuracy_surest_75
    ));
    if let Some(error) = report.calibration_error {
        lines.push(format!("  {:<46}{error:>7.3}", "calibration error"));
        lines.extend(confidence_table(report));
    }
    lines.extend(confusion_table(report));
    lines.extend(wrong_table(&report.wrong));
    lines.join("\n") + "\n"
}

fn confidence_table(report: &FingeringReport) -> Vec<String> {
    let mut lines = vec![String::new(), "  confidence at least   notes    kept   right".to_owned()];
    lines.extend(report.confidence_cuts.iter().filter(|cut| cut.notes > 0).map(|cut| {
        let (kept, right) = (100.0 * cut.kept, 100.0 * cut.accuracy);
        format!("  {:<19}{:>8}{kept:>6.1} %{right:>6.1} %", cut.confidence_at_least, cut.notes)
    }));
    lines
}

/// `L1` is the left thumb.
fn finger_name(finger: Finger) -> String {
    format!(
        "{}{}",
        if finger.hand == piano::Hand::Left { 'L' } else { 'R' },
        finger.finger.get()
    )
}

fn confusion_table(report: &FingeringReport) -> Vec<String> {
    // As on the keyboard, from the left little finger to the right one.
    let mut fingers: Vec<Finger> = Finger::all().collect();
    fingers[..5].reverse();
    let heads: String = fingers.iter().map(|finger| format!("{:>6}", finger_name(*finger))).collect();
    let mut lines = vec![String::new(), format!("  true \\ said{heads}  none")];
    for truth in &fingers {
        let counts = &report.confusion[truth.index()];
        if counts.iter().sum::<usize>() == 0 {
            continue;
        }
        let columns = fingers.iter().map(|finger| finger.index()).chain([10]);
        let cells: String = columns
            .map(|column| match counts[column] {
                0 => format!("{:>6}", "."),
                count => format!("{count:>6}"),
            })
            .collect();
        lines.push(format!("  {:<11}{cells}", finger_name(*truth)));
    }
    lines
}

fn wrong_table(wrong: &[WrongNote]) -> Vec<String> {
    let mut lines = Vec::new();
    if !wrong.is_empty() {
        lines = vec![String::new(), "  not right:   secs  key   true  said  confidence".to_owned()];
    }
    lines.extend(wrong.iter().take(WRONG_NOTES_SHOWN).map(|note| {
        let said = note.predicted.map_or("none".to_owned(), finger_name);
        let (key, truth) = (note.pitch.name(), finger_name(note.truth));
        format!("{:>19.2}  {key:<5}{truth:>5}{said:>6}{:>12.2}", note.onset_secs, note.confidence)
    }));
    if wrong.len() > WRONG_NOTES_SHOWN {
        lines.push(format!("  and {} more (--json lists all)", wrong.len() - WRONG_NOTES_SHOWN));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    fn claim(pitch: u8, finger: i8, confidence: f64) -> Claim {
        let finger = Finger::from_pig_number(finger).unwrap();
        Claim {
            pitch: Pitch::new(pitch).unwrap(),
            onset_secs: f64::from(pitch),
            hand: Some(finger.hand),
            finger: Some(finger.finger),
            confidence: Some(confidence),
        }
    }

    #[test]
    fn the_table_fits_a_terminal_of_80_columns() {
        let truth: Vec<Claim> = (21..=108)
            .map(|pitch| claim(pitch, [1, 2, 3, 4, 5, -1, -2, -3, -4, -5][usize::from(pitch % 10)], 1.0))
            .collect();
        let predicted: Vec<Claim> = (21..=108)
            .map(|pitch| claim(pitch, 1 + (pitch % 5) as i8, f64::from(pitch) / 108.0))
            .collect();
        let text = table(&evaluate(&truth, &predicted, DEFAULT_TOLERANCE_SECS), DEFAULT_TOLERANCE_SECS);
        let widest = text.lines().map(str::len).max().unwrap();
        assert!(widest <= 80, "{widest} columns:\n{text}");
        assert!(text.contains("found                           88 of 88      100.0 %"), "{text}");
        assert!(text.contains("more (--json lists all)"), "{text}");
    }
}
