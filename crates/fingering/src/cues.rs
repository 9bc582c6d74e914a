//! How the motion of a fingertip tells a press, learned from the clip's own clear notes.
//!
//! Which motion betrays a press depends on the camera: under one the tip sinks away from the lens, under another it slides
//! towards the player. So nothing is assumed. Where the places alone leave no doubt, a logistic regression learns what set
//! the pressing finger apart from its neighbours, and the result is asked where the places are close.

use crate::linear::solve;
use crate::observation::{CUES, Observation, TipObservation};
use piano::Finger;

/// A note teaches if its finger is this certain from the places alone.
const CLEAR_BELIEF: f64 = 0.97;
/// How large weights (per standard deviation of a cue) ordinarily are: cues are weak, and a short clip must not overrate them.
const WEIGHT_SPREAD: f64 = 0.4;
/// All cues together move a finger's log likelihood by no more than this.
const LARGEST_SAY: f64 = 2.0;
/// Newton's method for four weights settles in a few steps.
const NEWTON_STEPS: usize = 6;

/// Weights of the motion cues.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cues {
    /// Log likelihood for each unit of each cue.
    weights: [f64; CUES],
}

impl Cues {
    /// Logarithm of how much likelier the tip's motion is if it pressed than if it did not.
    pub fn log_likelihood(&self, tip: &TipObservation) -> f64 {
        let say: f64 = self.weights.iter().zip(tip.cues).map(|(weight, cue)| weight * cue).sum();
        say.clamp(-LARGEST_SAY, LARGEST_SAY)
    }

    /// Learns from notes with what is believed about them: the likeliest finger and its belief.
    pub fn learn(notes: &[(&Observation, Finger, f64)]) -> Cues {
        let contrasts = contrasts(notes);
        let Some(scale) = scales(&contrasts) else { return Cues::default() };
        let scaled: Vec<[f64; CUES]> = contrasts
            .iter()
            .map(|contrast| std::array::from_fn(|cue| contrast[cue] / scale[cue]))
            .collect();
        let weights = logistic_weights(&scaled);
        Cues {
            weights: std::array::from_fn(|cue| weights[cue] / scale[cue]),
        }
    }
}

/// Cues of each clear note's finger minus those of each neighbour on its hand.
fn contrasts(notes: &[(&Observation, Finger, f64)]) -> Vec<[f64; CUES]> {
    let mut contrasts = Vec::new();
    for (observation, finger, belief) in notes {
        let Some(tips) = observation.hands[finger.hand.index()] else {
            continue;
        };
        if *belief < CLEAR_BELIEF {
            continue;
        }
        let index = finger.finger.index();
        let neighbours = [index.checked_sub(1), (index < 4).then_some(index + 1)];
        contrasts.extend(
            neighbours
                .into_iter()
                .flatten()
                .map(|neighbour| std::array::from_fn(|cue| tips[index].cues[cue] - tips[neighbour].cues[cue])),
        );
    }
    contrasts
}

/// Typical sizes: 1.48 times the median of absolute values, which blunders cannot move.
fn scales(contrasts: &[[f64; CUES]]) -> Option<[f64; CUES]> {
    const NORMAL_FROM_MEDIAN: f64 = 1.4826;
    if contrasts.is_empty() {
        return None;
    }
    Some(std::array::from_fn(|cue| {
        let mut sizes: Vec<f64> = contrasts.iter().map(|contrast| contrast[cue].abs()).collect();
        let middle = sizes.len() / 2;
        let median = *sizes.select_nth_unstable_by(middle, f64::total_cmp).1;
        (NORMAL_FROM_MEDIAN * median).max(1e-6)
    }))
}

/// Ridge-penalised logistic regression through the origin of "this one pressed" on the contrasts.
fn logistic_weights(contrasts: &[[f64; CUES]]) -> [f64; CUES] {
    let mut weights = [0.0; CUES];
    for _ in 0..NEWTON_STEPS {
        let mut gradient: [f64; CUES] = weights.map(|weight| -weight / WEIGHT_SPREAD.powi(2));
        let mut curvature = [[0.0; CUES]; CUES];
        for (cue, row) in curvature.iter_mut().enumerate() {
            row[cue] = WEIGHT_SPREAD.powi(-2);
        }
        for contrast in contrasts {
            let say: f64 = weights.iter().zip(contrast).map(|(weight, cue)| weight * cue).sum();
            let doubt = 1.0 / (1.0 + say.exp());
            for (a, row) in curvature.iter_mut().enumerate() {
                gradient[a] += doubt * contrast[a];
                for (b, cell) in row.iter_mut().enumerate() {
                    *cell += doubt * (1.0 - doubt) * contrast[a] * contrast[b];
                }
            }
        }
        let Some(step) = solve(&curvature, &gradient) else {
            return [0.0; CUES];
        };
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step;
        }
    }
    if weights.iter().all(|weight| weight.is_finite()) {
        weights
    } else {
        [0.0; CUES]
    }
}
