//! How good a fingering is, against a truth.

use piano::{Finger, FingerNumber, Hand, Pitch};
use serde::Serialize;
use std::collections::HashMap;

/// How far apart, in seconds, the onsets of one note may lie in two files: people and transcribers disagree by less, and a
/// repeated key seldom comes sooner.
pub const DEFAULT_TOLERANCE_SECS: f64 = 0.15;
/// The confidences at which accuracy is reported.
const CONFIDENCE_CUTS: [f64; 6] = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99];
/// The share of notes called the surest.
const SUREST_SHARE: f64 = 0.75;
/// Bins of the calibration error (Naeini, Cooper and Hauskrecht 2015 use ten).
const CALIBRATION_BINS: usize = 10;

/// What one side says about one note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim {
    /// The key.
    pub pitch: Pitch,
    /// When it goes down, seconds.
    pub onset_secs: f64,
    /// The hand, none where unknown.
    pub hand: Option<Hand>,
    /// The finger of that hand, none where unknown.
    pub finger: Option<FingerNumber>,
    /// How sure the side is, 0 to 1; none where it does not say.
    pub confidence: Option<f64>,
}

impl Claim {
    fn whole_finger(&self) -> Option<Finger> {
        let (hand, finger) = (self.hand?, self.finger?);
        Some(Finger { hand, finger })
    }
}

/// How good a fingering is. Shares are 0 to 1, and 0 where there is nothing to share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FingeringReport {
    /// Truth notes whose hand and finger are known; everything below counts only these.
    pub truth_notes: usize,
    /// Notes predicted, whether or not the truth has them.
    pub predicted_notes: usize,
    /// Truth notes that were predicted at all.
    pub found: usize,
    /// Truth notes that were predicted with a finger.
    pub answered: usize,
    /// Truth notes with the right hand and finger.
    pub right: usize,
    /// `right` of `truth_notes`: missing notes and unknown fingers count as wrong.
    pub finger_accuracy: f64,
    /// Right hand, of the notes found.
    pub hand_accuracy: f64,
    /// `answered` of `truth_notes`.
    pub coverage: f64,
    /// `right` of `answered`.
    pub accuracy_answered: f64,
    /// Accuracy over the surest three quarters of the truth notes.
    pub accuracy_surest_75: f64,
    /// Expected calibration error over the answered notes: mean distance of confidence from accuracy, ten bins. None where
    /// the prediction gives no confidences.
    pub calibration_error: Option<f64>,
    /// The bins of that error that hold notes.
    pub calibration: Vec<CalibrationBin>,
    /// What is left and how good it is when notes below a confidence are dropped.
    pub confidence_cuts: Vec<ConfidenceCut>,
    /// `confusion[true finger][predicted finger]` by [`Finger::index`]; the last column counts missing and unknown.
    pub confusion: [[usize; 11]; 10],
    /// The notes that are not right, by onset.
    pub wrong: Vec<WrongNote>,
}

/// One bin of the calibration error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// Confidences from here (up to a tenth more).
    pub from: f64,
    /// Notes in the bin.
    pub notes: usize,
    /// Their mean confidence.
    pub mean_confidence: f64,
    /// The share of them that is right.
    pub accuracy: f64,
}

/// What is left above a confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ConfidenceCut {
    /// Notes at least this sure are kept.
    pub confidence_at_least: f64,
    /// How many answered notes that are.
    pub notes: usize,
    /// Their share of the truth notes.
    pub kept: f64,
    /// The share of them that is right.
    pub accuracy: f64,
}

/// A note that is not right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WrongNote {
    /// The key.
    pub pitch: Pitch,
    /// When, in the truth's time.
    pub onset_secs: f64,
    /// Who played it.
    pub truth: Finger,
    /// What was predicted; none where missing or unknown.
    pub predicted: Option<Finger>,
    /// How sure the prediction was.
    pub confidence: f64,
}

/// Compares a prediction with a truth. Truth notes without hand or finger are left out.
pub fn evaluate(truth: &[Claim], predicted: &[Claim], tolerance_secs: f64) -> FingeringReport {
    let known: Vec<(Claim, Finger)> = truth.iter().filter_map(|claim| Some((*claim, claim.whole_finger()?))).collect();
    let claims: Vec<Claim> = known.iter().map(|(claim, _)| *claim).collect();
    let mut partner = vec![None; known.len()];
    for (i, j) in matching(&claims, predicted, tolerance_secs) {
        partner[i] = Some(predicted[j]);
    }
    let outcomes: Vec<Outcome> = known
        .iter()
        .zip(partner)
        .map(|((claim, finger), predicted)| Outcome::of(claim, *finger, predicted))
        .collect();
    report(&outcomes, predicted)
}

/// Pairs notes of equal pitch one to one, the nearest onsets first: indices into both lists.
pub fn matching(truth: &[Claim], predicted: &[Claim], tolerance_secs: f64) -> Vec<(usize, usize)> {
    let mut predicted_at: HashMap<Pitch, Vec<usize>> = HashMap::new();
    for (j, claim) in predicted.iter().enumerate() {
        predicted_at.entry(claim.pitch).or_default().push(j);
    }
    let mut candidates: Vec<(f64, usize, usize)> = Vec::new();
    for (i, claim) in truth.iter().enumerate() {
        for &j in predicted_at.get(&claim.pitch).into_iter().flatten() {
            let distance_secs = (claim.onset_secs - predicted[j].onset_secs).abs();
            if distance_secs <= tolerance_secs {
                candidates.push((distance_secs, i, j));
            }
        }
    }
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut truth_taken, mut predicted_taken) = (vec![false; truth.len()], vec![false; predicted.len()]);
    candidates.retain(|&(_, i, j)| {
        let free = !truth_taken[i] && !predicted_taken[j];
        if free {
            (truth_taken[i], predicted_taken[j]) = (true, true);
        }
        free
    });
    candidates.into_iter().map(|(_, i, j)| (i, j)).collect()
}

/// One truth note beside its prediction.
struct Outcome {
    pitch: Pitch,
    onset_secs: f64,
    truth: Finger,
    predicted: Option<Finger>,
    confidence: f64,
    found: bool,
    hand_right: bool,
}

impl Outcome {
    fn of(claim: &Claim, truth: Finger, predicted: Option<Claim>) -> Outcome {
        Outcome {
            pitch: claim.pitch,
            onset_secs: claim.onset_secs,
            truth,
            predicted: predicted.and_then(|claim| claim.whole_finger()),
            confidence: predicted.and_then(|claim| claim.confidence).unwrap_or(0.0),
            found: predicted.is_some(),
            hand_right: predicted.is_some_and(|claim| claim.hand == Some(truth.hand)),
        }
    }

    fn right(&self) -> bool {
        self.predicted == Some(self.truth)
    }
}

fn report(outcomes: &[Outcome], predicted: &[Claim]) -> FingeringReport {
    let answered: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.predicted.is_some()).collect();
    let found: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.found).collect();
    let right = outcomes.iter().filter(|outcome| outcome.right()).count();
    let says_confidence = predicted.iter().any(|claim| claim.confidence.is_some());
    let calibration = if says_confidence { calibration_bins(&answered) } else { Vec::new() };
    let calibration_error = calibration
        .iter()
        .map(|bin| bin.notes as f64 * (bin.accuracy - bin.mean_confidence).abs())
        .sum::<f64>()
        / answered.len().max(1) as f64;
    FingeringReport {
        truth_notes: outcomes.len(),
        predicted_notes: predicted.len(),
        found: found.len(),
        answered: answered.len(),
        right,
        finger_accuracy: share(right, outcomes.len()),
        hand_accuracy: share(found.iter().filter(|outcome| outcome.hand_right).count(), found.len()),
        coverage: share(answered.len(), outcomes.len()),
        accuracy_answered: share(right, answered.len()),
        accuracy_surest_75: accuracy_of_surest(outcomes),
        calibration_error: says_confidence.then_some(calibration_error),
        calibration,
        confidence_cuts: if says_confidence {
            confidence_cuts(&answered, outcomes.len())
        } else {
            Vec::new()
        },
        confusion: confusion(outcomes),
        wrong: wrong_notes(outcomes),
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn accuracy(outcomes: &[&Outcome]) -> f64 {
    share(outcomes.iter().filter(|outcome| outcome.right()).count(), outcomes.len())
}

fn accuracy_of_surest(outcomes: &[Outcome]) -> f64 {
    let mut surest: Vec<&Outcome> = outcomes.iter().collect();
    surest.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    surest.truncate((SUREST_SHARE * outcomes.len() as f64).ceil() as usize);
    accuracy(&surest)
}

fn calibration_bins(answered: &[&Outcome]) -> Vec<CalibrationBin> {
    (0..CALIBRATION_BINS)
        .filter_map(|index| {
            // Confidence 1 belongs to the last bin.
            let bin_of = |confidence: f64| ((confidence * CALIBRATION_BINS as f64) as usize).min(CALIBRATION_BINS - 1);
            let inside: Vec<&Outcome> = answered
                .iter()
                .copied()
                .filter(|outcome| bin_of(outcome.confidence) == index)
                .collect();
            (!inside.is_empty()).then(|| CalibrationBin {
                from: index as f64 / CALIBRATION_BINS as f64,
                notes: inside.len(),
                mean_confidence: inside.iter().map(|outcome| outcome.confidence).sum::<f64>() / inside.len() as f64,
                accuracy: accuracy(&inside),
            })
        })
        .collect()
}

fn confidence_cuts(answered: &[&Outcome], truth_notes: usize) -> Vec<ConfidenceCut> {
    CONFIDENCE_CUTS
        .iter()
        .map(|&cut| {
            let kept: Vec<&Outcome> = answered.iter().copied().filter(|outcome| outcome.confidence >= cut).collect();
            ConfidenceCut {
                confidence_at_least: cut,
                notes: kept.len(),
                kept: share(kept.len(), truth_notes),
                accuracy: accuracy(&kept),
            }
        })
        .collect()
}

fn confusion(outcomes: &[Outcome]) -> [[usize; 11]; 10] {
    let mut counts = [[0; 11]; 10];
    for outcome in outcomes {
        counts[outcome.truth.index()][outcome.predicted.map_or(10, Finger::index)] += 1;
    }
    counts
}

fn wrong_notes(outcomes: &[Outcome]) -> Vec<WrongNote> {
    let mut wrong: Vec<WrongNote> = outcomes
        .iter()
        .filter(|outcome| !outcome.right())
        .map(|outcome| WrongNote {
            pitch: outcome.pitch,
            onset_secs: outcome.onset_secs,
            truth: outcome.truth,
            predicted: outcome.predicted,
            confidence: outcome.confidence,
        })
        .collect();
    wrong.sort_by(|a, b| a.onset_secs.total_cmp(&b.onset_secs).then(a.pitch.cmp(&b.pitch)));
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A claim from a PIG finger number, 0 for unknown.
    fn claim(pitch: u8, onset_secs: f64, finger: i8, confidence: f64) -> Claim {
        let finger = Finger::from_pig_number(finger);
        Claim {
            pitch: Pitch::new(pitch).unwrap(),
            onset_secs,
            hand: finger.map(|finger| finger.hand),
            finger: finger.map(|finger| finger.finger),
            confidence: Some(confidence),
        }
    }

    #[test]
    fn repeated_notes_are_paired_with_their_nearest_and_only_once() {
        let truth = [claim(60, 1.0, 1, 1.0), claim(60, 1.1, 2, 1.0), claim(62, 1.0, 3, 1.0)];
        let predicted = [claim(60, 1.08, 2, 1.0), claim(60, 1.12, 2, 1.0), claim(64, 1.0, 3, 1.0)];
        let mut pairs = matching(&truth, &predicted, 0.15);
        pairs.sort();
        // 1.08 and 1.12 are both 0.02 from 1.1; the first of equals wins, and 1.0 takes what is left.
        assert_eq!(pairs, [(0, 1), (1, 0)]);
    }

    #[test]
    fn right_wrong_missing_and_unknown_are_told_apart() {
        let truth = [
            claim(60, 0.0, 1, 1.0),
            claim(62, 1.0, 2, 1.0),
            claim(64, 2.0, -3, 1.0),
            claim(65, 3.0, 4, 1.0),
            claim(67, 4.0, 0, 1.0),
        ];
        let predicted = [
            claim(60, 0.05, 1, 0.9),
            claim(62, 1.0, 3, 0.6),
            claim(64, 2.0, 0, 0.1),
            claim(90, 2.0, 1, 0.9),
        ];
        let report = evaluate(&truth, &predicted, DEFAULT_TOLERANCE_SECS);
        assert_eq!((report.truth_notes, report.found, report.answered, report.right), (4, 3, 2, 1));
        assert_eq!(
            (report.finger_accuracy, report.coverage, report.accuracy_answered),
            (0.25, 0.5, 0.5)
        );
        assert_eq!(report.hand_accuracy, 2.0 / 3.0);
        let index = |number| Finger::from_pig_number(number).unwrap().index();
        assert_eq!(report.confusion[index(2)][index(3)], 1);
        assert_eq!(report.confusion[index(4)][10], 1);
        assert_eq!(report.wrong.len(), 3);
        // (|0.9 - 1| + |0.6 - 0|) / 2
        assert!((report.calibration_error.unwrap() - 0.35).abs() < 1e-12);
        assert_eq!(report.confidence_cuts[3].notes, 1);
        assert_eq!(report.confidence_cuts[3].accuracy, 1.0);
    }

    #[test]
    fn nothing_to_compare_is_no_division_by_zero() {
        let report = evaluate(&[], &[], DEFAULT_TOLERANCE_SECS);
        assert_eq!(
            (report.finger_accuracy, report.hand_accuracy, report.accuracy_surest_75),
            (0.0, 0.0, 0.0)
        );
        assert_eq!(report.calibration_error, None);
    }

    #[test]
    fn the_surest_three_quarters_leave_the_unsure_mistakes_out() {
        let truth: Vec<Claim> = (0..8).map(|i| claim(60 + i, 0.0, 1, 1.0)).collect();
        let predicted: Vec<Claim> = (0..8)
            .map(|i| claim(60 + i, 0.0, if i < 2 { 2 } else { 1 }, 0.1 * f64::from(i)))
            .collect();
        let report = evaluate(&truth, &predicted, DEFAULT_TOLERANCE_SECS);
        assert_eq!((report.finger_accuracy, report.accuracy_surest_75), (0.75, 1.0));
    }
}
