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
const WEIGHT_SPREAD: f64 = 0.2;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::Dice;

    /// Notes in which the pressing finger differs from its neighbours by `effect` in the first cue, beside noise of size 1.
    fn notes(effect: f64, count: usize) -> Vec<(Observation, Finger)> {
        let mut dice = Dice(7);
        (0..count)
            .map(|_| {
                let finger = Finger::all().nth(dice.below(10) as usize).unwrap();
                let mut tips = [TipObservation::default(); 5];
                for (index, tip) in tips.iter_mut().enumerate() {
                    tip.cues = std::array::from_fn(|_| dice.normal());
                    tip.cues[0] += if index == finger.finger.index() { effect } else { 0.0 };
                }
                let mut observation = Observation::default();
                observation.hands[finger.hand.index()] = Some(tips);
                (observation, finger)
            })
            .collect()
    }

    fn learned(effect: f64, count: usize, belief: f64) -> Cues {
        let notes = notes(effect, count);
        Cues::learn(
            &notes
                .iter()
                .map(|(observation, finger)| (observation, *finger, belief))
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn the_cue_that_tells_a_press_is_found_and_the_others_are_not_believed() {
        let [telling, others @ ..] = learned(1.0, 200, 1.0).weights;
        assert!(telling > 0.3, "{telling}");
        assert!(others.iter().all(|weight| weight.abs() < 0.2), "{others:?}");
        assert!(learned(0.0, 200, 1.0).weights[0].abs() < 0.2);
    }

    #[test]
    fn doubtful_or_few_notes_teach_little() {
        assert_eq!(learned(1.0, 200, 0.9), Cues::default());
        assert_eq!(Cues::learn(&[]), Cues::default());
        assert!(learned(1.0, 3, 1.0).weights[0] < 0.15);
    }
}
