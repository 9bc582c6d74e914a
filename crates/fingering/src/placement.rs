//! How well a fingertip's place explains that it pressed a key, with what the clip teaches about camera and tracker.
//!
//! Fingertips stand above the keys, so a camera that is not straight above sees them displaced, by an amount that changes
//! slowly over the picture; the tracker has its own bias for each finger and its own noise. None of this is known
//! beforehand. It is estimated from the clip's own notes, each finger counted as far as it is believed to have played
//! (expectation maximisation), and held near ordinary values where the clip says little.

use crate::keys::playable_x;
use crate::linear::solve;
use crate::observation::TipObservation;
use piano::keyboard::WHITE_KEYS;
use piano::{Finger, Pitch};

/// How deep on the keys fingers press, from thumb to little finger: y on black and on white keys, as seen on overhead
/// videos. Long fingers reach further in.
const USUAL_DEPTH: [[f64; 5]; 2] = [[0.46, 0.52, 0.54, 0.52, 0.46], [0.14, 0.36, 0.40, 0.36, 0.20]];
/// How far single presses lie from that, on black and on white keys.
const USUAL_DEPTH_SPREAD: [f64; 2] = [0.09, 0.17];
/// Tracker and camera noise along the keyboard, white-key widths, before the clip has said its own.
const USUAL_SPREAD: f64 = 0.16;
/// The noise never counts as smaller than this, however well a few notes happen to fit.
const LEAST_SPREAD: f64 = 0.08;
/// How far fingers strike from the middle of a key, in half widths of the playable part.
const STRIKE_SPREAD: f64 = 0.5;
/// Uncertainty of the moment of a press: half a frame of a 30 fps video.
const ONSET_SPREAD_SECS: f64 = 0.015;
/// Notes' worth of evidence that the usual values above stand for.
const PRIOR_NOTES: f64 = 10.0;
/// How large displacements ordinarily are, white-key widths: everywhere, growing from the middle to an end of the keyboard,
/// growing over the depth of the keys, and of a single finger. A tip 1 cm above the keys under a camera 1 m up is displaced
/// by a quarter of a key at the ends.
const LEAN_SPREAD: [f64; 3] = [0.15, 0.2, 0.3];
const FINGER_LEAN_SPREAD: f64 = 0.10;
/// How far the depth of all presses may be off together: the keyboard's far end is the least certain line of a registration.
const DEPTH_SHIFT_SPREAD: f64 = 0.08;
/// Degrees of freedom of the Student distribution of errors: small, so that one misplaced tip decides nothing.
const DEGREES_OF_FREEDOM: f64 = 4.0;
/// Student's constant: ln(gamma(2.5) / (gamma(2) sqrt(4 pi))).
const LOG_STUDENT: f64 = -0.980_829_3;
/// A finger that did not press lies anywhere over about this many white keys and one key length.
const BACKGROUND_KEYS: f64 = 8.0;

/// How much the places while the key is held count, all moments together, beside the place when it is struck: they are not
/// independent of it, and trackers that lose a finger in a passing hand find it again. Half is a compromise: more blurs quick
/// playing, less misses thumbs that pass under.
const HELD_SHARE: f64 = 0.5;

/// A fingertip that may have pressed a key.
pub(crate) struct Candidate<'a> {
    /// The key.
    pub pitch: Pitch,
    /// Which finger.
    pub finger: Finger,
    /// What its tip did.
    pub tip: &'a TipObservation,
    /// How far it is believed to have pressed the key, 0 to 1.
    pub belief: f64,
}

/// What the clip says about where tips are seen when they press.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placement {
    /// Displacement along the keyboard: constant, per half keyboard from its middle, per key length from depth 0.4.
    lean: [f64; 3],
    /// Further displacement of each finger, by [`Finger::index`].
    finger_lean: [f64; 10],
    /// Noise along the keyboard, white-key widths.
    spread: f64,
    /// Displacement in depth, key lengths.
    depth_shift: f64,
    /// Spread in depth on black and white keys, key lengths.
    depth_spread: [f64; 2],
}

impl Default for Placement {
    /// What is believed before a clip has said anything.
    fn default() -> Placement {
        Placement {
            lean: [0.0; 3],
            finger_lean: [0.0; 10],
            spread: USUAL_SPREAD,
            depth_shift: 0.0,
            depth_spread: USUAL_DEPTH_SPREAD,
        }
    }
}

impl Placement {
    /// Logarithm of how much likelier the tip's places are, at the onset and while the key is held, if it pressed the key than
    /// if it did not.
    pub fn log_likelihood(&self, pitch: Pitch, finger: Finger, tip: &TipObservation) -> f64 {
        let struck = self.log_likelihood_at_a_moment(pitch, finger, tip);
        let Some(held) = tip.held else { return struck };
        let moments = held.map(|[x, y]| {
            let still = TipObservation {
                x,
                y,
                speed_x: 0.0,
                ..*tip
            };
            self.log_likelihood_at_a_moment(pitch, finger, &still)
        });
        struck + HELD_SHARE * moments.iter().sum::<f64>() / moments.len() as f64
    }

    fn log_likelihood_at_a_moment(&self, pitch: Pitch, finger: Finger, tip: &TipObservation) -> f64 {
        let along = self.along(pitch, finger, tip);
        let along = log_student(along.error / along.scale) - along.scale.ln() + BACKGROUND_KEYS.ln();
        let class = class_of(pitch);
        let depth = log_student(self.depth_error(pitch, finger, tip) / self.depth_spread[class]) - self.depth_spread[class].ln();
        along + depth
    }

    /// Distance of the tip, freed from its displacement, to the middle of the playable part of the key, white-key widths.
    pub fn distance(&self, pitch: Pitch, finger: Finger, tip: &TipObservation) -> f64 {
        self.along(pitch, finger, tip).error.abs()
    }

    /// Whether the tip stands on the key, as far as the noise lets us tell.
    pub fn stands_on(&self, pitch: Pitch, finger: Finger, tip: &TipObservation) -> bool {
        let along = self.along(pitch, finger, tip);
        let y = tip.y - self.depth_shift;
        let depth_margin = 2.0 * self.depth_spread[0];
        let (front, back) = piano::keyboard::span_y(pitch);
        along.error.abs() <= along.half_width + 2.0 * self.spread && (front - depth_margin..=back + depth_margin).contains(&y)
    }

    fn along(&self, pitch: Pitch, finger: Finger, tip: &TipObservation) -> Along {
        let basis = lean_basis(tip);
        let lean: f64 = (0..3).map(|k| self.lean[k] * basis[k]).sum::<f64>() + self.finger_lean[finger.index()];
        let (middle, half_width) = playable_x(pitch, tip.y - self.depth_shift);
        Along {
            error: tip.x - lean - middle,
            half_width,
            scale: (self.spread.powi(2) + own_variance(half_width, tip)).sqrt(),
        }
    }

    fn depth_error(&self, pitch: Pitch, finger: Finger, tip: &TipObservation) -> f64 {
        tip.y - self.depth_shift - USUAL_DEPTH[class_of(pitch)][finger.finger.index()]
    }

    /// The placement that fits the candidates best, each counted by its belief; `self` weighs outliers down.
    pub fn refit(&self, candidates: &[Candidate]) -> Placement {
        let mut next = self.clone();
        next.refit_lean(candidates, self);
        next.refit_spread(candidates);
        next.refit_depth(candidates, self);
        next
    }

    /// Ridge regression of the displacement on place and finger.
    fn refit_lean(&mut self, candidates: &[Candidate], previous: &Placement) {
        const UNKNOWNS: usize = 13;
        let mut matrix = [[0.0; UNKNOWNS]; UNKNOWNS];
        let mut right = [0.0; UNKNOWNS];
        for (k, row) in matrix.iter_mut().enumerate() {
            row[k] = LEAN_SPREAD.get(k).unwrap_or(&FINGER_LEAN_SPREAD).powi(-2);
        }
        for candidate in candidates {
            let along = previous.along(candidate.pitch, candidate.finger, candidate.tip);
            let weight = candidate.belief * student_weight(along.error / along.scale) / along.scale.powi(2);
            let (middle, _) = playable_x(candidate.pitch, candidate.tip.y - previous.depth_shift);
            let mut basis = [0.0; UNKNOWNS];
            basis[..3].copy_from_slice(&lean_basis(candidate.tip));
            basis[3 + candidate.finger.index()] = 1.0;
            for (row, a) in matrix.iter_mut().zip(basis) {
                for (cell, b) in row.iter_mut().zip(basis) {
                    *cell += weight * a * b;
                }
            }
            for (cell, a) in right.iter_mut().zip(basis) {
                *cell += weight * a * (candidate.tip.x - middle);
            }
        }
        if let Some(solution) = solve(&matrix, &right) {
            self.lean.copy_from_slice(&solution[..3]);
            self.finger_lean.copy_from_slice(&solution[3..]);
        }
    }

    /// Noise left after the displacement and after what each tip's own speed and key explain.
    fn refit_spread(&mut self, candidates: &[Candidate]) {
        let (mut sum, mut count) = (PRIOR_NOTES * USUAL_SPREAD.powi(2), PRIOR_NOTES);
        for candidate in candidates {
            let along = self.along(candidate.pitch, candidate.finger, candidate.tip);
            let own = own_variance(along.half_width, candidate.tip);
            let weight = student_weight(along.error / along.scale);
            sum += candidate.belief * (weight * along.error.powi(2) - own);
            count += candidate.belief;
        }
        self.spread = (sum / count).max(LEAST_SPREAD.powi(2)).sqrt();
    }

    fn refit_depth(&mut self, candidates: &[Candidate], previous: &Placement) {
        let (mut sum, mut precision) = (0.0, DEPTH_SHIFT_SPREAD.powi(-2));
        for candidate in candidates {
            let spread = previous.depth_spread[class_of(candidate.pitch)];
            let error = previous.depth_error(candidate.pitch, candidate.finger, candidate.tip);
            let weight = candidate.belief * student_weight(error / spread) / spread.powi(2);
            sum += weight * (error + previous.depth_shift);
            precision += weight;
        }
        self.depth_shift = sum / precision;
        self.depth_spread = [0, 1].map(|class| self.class_spread(class, candidates, previous));
    }

    fn class_spread(&self, class: usize, candidates: &[Candidate], previous: &Placement) -> f64 {
        let (mut sum, mut count) = (PRIOR_NOTES * USUAL_DEPTH_SPREAD[class].powi(2), PRIOR_NOTES);
        for candidate in candidates.iter().filter(|candidate| class_of(candidate.pitch) == class) {
            let error = self.depth_error(candidate.pitch, candidate.finger, candidate.tip);
            sum += candidate.belief * student_weight(error / previous.depth_spread[class]) * error.powi(2);
            count += candidate.belief;
        }
        (sum / count).sqrt()
    }
}

struct Along {
    error: f64,
    half_width: f64,
    scale: f64,
}

/// 0 for black keys, 1 for white ones.
fn class_of(pitch: Pitch) -> usize {
    usize::from(!pitch.is_black())
}

fn lean_basis(tip: &TipObservation) -> [f64; 3] {
    let middle = WHITE_KEYS as f64 / 2.0;
    [1.0, (tip.x - middle) / middle, tip.y - 0.4]
}

/// Variance along the keyboard that the tracker is not to blame for: where on the key one strikes, and how far the tip moves
/// while the moment of the press is uncertain. A pose trusted half is taken as twice as noisy.
fn own_variance(half_width: f64, tip: &TipObservation) -> f64 {
    let mistrust = USUAL_SPREAD * (1.0 / tip.trust.clamp(0.25, 1.0) - 1.0);
    (STRIKE_SPREAD * half_width).powi(2) + (ONSET_SPREAD_SECS * tip.speed_x).powi(2) + mistrust.powi(2)
}

fn log_student(error: f64) -> f64 {
    LOG_STUDENT - 0.5 * (DEGREES_OF_FREEDOM + 1.0) * (error * error / DEGREES_OF_FREEDOM).ln_1p()
}

/// How much an error counts in a fit under the Student distribution: 1.25 where it fits, towards 0 far out.
fn student_weight(error: f64) -> f64 {
    (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + error * error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::Dice;
    use piano::keyboard::center_x;

    /// Tips of right index fingers on white and black keys, displaced by lean and noise, and deeper than usual.
    fn tips(count: usize, lean: [f64; 2], noise: f64, deeper: f64) -> Vec<(Pitch, TipObservation)> {
        let mut dice = Dice(3);
        (0..count)
            .map(|_| {
                let pitch = Pitch::all().nth(dice.below(88) as usize).unwrap();
                let y = if pitch.is_black() { 0.52 } else { 0.25 };
                let x = center_x(pitch) + lean[0] + lean[1] * (center_x(pitch) - 26.0) / 26.0 + noise * dice.normal();
                let tip = TipObservation {
                    x,
                    y: y + deeper + 0.05 * dice.normal(),
                    trust: 1.0,
                    ..TipObservation::default()
                };
                (pitch, tip)
            })
            .collect()
    }

    fn fitted(tips: &[(Pitch, TipObservation)]) -> Placement {
        let finger = Finger::from_pig_number(2).unwrap();
        let candidates: Vec<Candidate> = tips
            .iter()
            .map(|(pitch, tip)| Candidate {
                pitch: *pitch,
                finger,
                tip,
                belief: 1.0,
            })
            .collect();
        (0..8).fold(Placement::default(), |placement, _| placement.refit(&candidates))
    }

    #[test]
    fn lean_noise_and_depth_are_learned_from_many_notes() {
        let placement = fitted(&tips(300, [0.2, 0.4], 0.05, 0.06));
        assert!((placement.lean[0] + placement.finger_lean[6] - 0.2).abs() < 0.05, "{placement:?}");
        assert!((placement.lean[1] - 0.4).abs() < 0.05, "{placement:?}");
        assert!(placement.spread < 0.1, "{placement:?}");
        assert!((placement.depth_shift - 0.0).abs() < 0.06, "{placement:?}");
        assert!(fitted(&tips(300, [0.0, 0.0], 0.4, 0.0)).spread > 0.25);
    }

    #[test]
    fn few_notes_leave_the_usual_values() {
        let placement = fitted(&tips(2, [0.4, 0.4], 0.0, 0.0));
        assert!(placement.lean.iter().all(|lean| lean.abs() < 0.3), "{placement:?}");
        assert!((placement.spread - USUAL_SPREAD).abs() < 0.06, "{placement:?}");
        assert_eq!(Placement::default().refit(&[]).lean, [0.0; 3]);
    }

    #[test]
    fn a_tip_nearer_to_the_key_is_likelier_and_a_lost_one_decides_little() {
        let placement = Placement::default();
        let finger = Finger::from_pig_number(2).unwrap();
        let pitch = Pitch::new(60).unwrap();
        let at = |dx: f64, trust: f64| {
            let tip = TipObservation {
                x: center_x(pitch) + dx,
                y: 0.3,
                trust,
                ..TipObservation::default()
            };
            placement.log_likelihood(pitch, finger, &tip)
        };
        assert!(at(0.0, 1.0) > at(0.3, 1.0) && at(0.3, 1.0) > at(1.0, 1.0) && at(1.0, 1.0) > at(3.0, 1.0));
        assert!(at(0.0, 1.0) - at(0.7, 1.0) > at(0.0, 0.3) - at(0.7, 0.3));
        // A key width off costs about six, as the habits assume.
        assert!(
            (3.0..8.0).contains(&(at(0.0, 1.0) - at(1.0, 1.0))),
            "{}",
            at(0.0, 1.0) - at(1.0, 1.0)
        );
    }
}
