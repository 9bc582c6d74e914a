//! Our rule, the default: distance along the keyboard first, judged by what the clip itself says about displacement and
//! noise, with depth, motion and hand habits where distance leaves it open.

use crate::assignment::{Assignment, Witnesses, key_witness};
use crate::clip::Clip;
use crate::evidence::{HandsAt, KeyMotion};
use crate::fingertips::Fingertips;
use crate::observation::{Observation, TipObservation};
use crate::sequence::Choice;
use piano::{Finger, Hand, Note};

/// A hand whose finger is unknown is named only if it is this likely.
const SURE_HAND: f64 = 0.9;

/// Fingers every note. `notes` in any order; hands in keyboard coordinates; all times on one clock.
pub fn along_keyboard(notes: &[Note], hands: &[HandsAt], keys: &KeyMotion) -> Vec<Assignment> {
    let mut order: Vec<usize> = (0..notes.len()).collect();
    order.sort_by(|a, b| {
        notes[*a]
            .onset_secs
            .total_cmp(&notes[*b].onset_secs)
            .then(notes[*a].pitch.cmp(&notes[*b].pitch))
    });
    let sorted: Vec<Note> = order.iter().map(|index| notes[*index]).collect();

    let fingertips = Fingertips::new(hands);
    let (clip, seen) = Clip::learn(&sorted, &fingertips);
    let (options, solution) = clip.solve(&sorted, &seen);

    let mut assignments = vec![Assignment::default(); notes.len()];
    for (place, index) in order.into_iter().enumerate() {
        let mut beliefs: Vec<(Choice, f64)> = options[place]
            .iter()
            .map(|(choice, _)| *choice)
            .zip(solution.beliefs[place].iter().copied())
            .collect();
        beliefs.sort_by(|a, b| b.1.total_cmp(&a.1));
        let answer = Answer {
            note: &sorted[place],
            observation: &seen[place],
            best: solution.best[place],
            beliefs: &beliefs,
        };
        assignments[index] = answer.assignment(&clip, keys);
    }
    assignments
}

/// What was found for one note.
struct Answer<'a> {
    note: &'a Note,
    observation: &'a Observation,
    best: Choice,
    /// Likeliest first.
    beliefs: &'a [(Choice, f64)],
}

impl Answer<'_> {
    fn assignment(&self, clip: &Clip, keys: &KeyMotion) -> Assignment {
        let distance = |finger: Finger| Some(clip.placement.distance(self.note.pitch, finger, self.tip_of(finger)?));
        let runner_up = self
            .beliefs
            .iter()
            .filter(|(choice, _)| *choice != self.best)
            .find_map(|(choice, _)| choice.finger());
        let margin = self.best.finger().and_then(distance).zip(runner_up.and_then(distance));
        Assignment {
            hand: self.hand(),
            finger: self.best.finger().map(|finger| finger.finger),
            confidence: if self.best.finger().is_some() {
                self.belief(|choice| choice == self.best)
            } else {
                0.0
            },
            runner_up,
            margin_key_widths: margin.map(|(best, next)| next - best),
            witnesses: Witnesses {
                sound: Some(true),
                key: key_witness(self.note, keys),
                fingertip: self.fingertip_witness(clip),
            },
        }
    }

    fn belief(&self, of: impl Fn(Choice) -> bool) -> f64 {
        self.beliefs
            .iter()
            .filter(|(choice, _)| of(*choice))
            .map(|(_, belief)| belief)
            .sum()
    }

    /// The hand of the finger found; of an unknown finger only where it is sure.
    fn hand(&self) -> Option<Hand> {
        let hand = self.best.hand();
        let sure = self.best.finger().is_some() || self.belief(|choice| choice.hand() == hand) >= SURE_HAND;
        sure.then_some(hand)
    }

    /// Whether the tip of the finger found stands on the key; an unknown finger of a hand that was seen stands on none.
    fn fingertip_witness(&self, clip: &Clip) -> Option<bool> {
        match self.best {
            Choice::Finger(finger) => self
                .tip_of(finger)
                .map(|tip| clip.placement.stands_on(self.note.pitch, finger, tip)),
            Choice::UnknownOf(hand) => self.observation.hands[hand.index()].is_some().then_some(false),
        }
    }

    fn tip_of(&self, finger: Finger) -> Option<&TipObservation> {
        self.observation.hands[finger.hand.index()]
            .as_ref()
            .map(|tips| &tips[finger.finger.index()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{Claim, FingeringReport, evaluate};
    use crate::practice::{Camera, exercise, play};

    fn report(camera: &Camera, seed: u64, notes_per_hand: usize) -> FingeringReport {
        let score = exercise(seed, notes_per_hand);
        let notes: Vec<Note> = score.iter().map(|played| played.note).collect();
        let claim = |note: &Note, hand, finger, confidence| Claim {
            pitch: note.pitch,
            onset_secs: note.onset_secs,
            hand,
            finger,
            confidence,
        };
        let truth: Vec<Claim> = score
            .iter()
            .map(|played| claim(&played.note, played.finger.map(|f| f.hand), played.finger.map(|f| f.finger), None))
            .collect();
        let answers = along_keyboard(&notes, &play(&score, camera, seed), &KeyMotion::default());
        let said: Vec<Claim> = notes
            .iter()
            .zip(&answers)
            .map(|(note, a)| claim(note, a.hand, a.finger, Some(a.confidence)))
            .collect();
        evaluate(&truth, &said, 0.05)
    }

    /// Mean finger accuracy over three players, at least as expected.
    fn check(camera: Camera, at_least: f64) {
        let reports: Vec<FingeringReport> = (1..=3).map(|seed| report(&camera, seed, 60)).collect();
        let mean = reports.iter().map(|report| report.finger_accuracy).sum::<f64>() / 3.0;
        assert!(mean >= at_least, "{mean} under {camera:?}");
        let error = reports.iter().filter_map(|report| report.calibration_error).sum::<f64>() / 3.0;
        assert!(error < 0.06, "calibration error {error} under {camera:?}");
    }

    #[test]
    fn fingers_are_told_through_noise_lean_and_lag() {
        let camera = Camera::default();
        check(camera, 0.99);
        check(Camera { noise: 0.25, ..camera }, 0.96);
        check(
            Camera {
                lean: [0.2, 0.4],
                ..camera
            },
            0.98,
        );
        check(Camera { lag_secs: 0.07, ..camera }, 0.98);
        check(
            Camera {
                frames_per_second: 15.0,
                ..camera
            },
            0.97,
        );
    }

    #[test]
    fn a_finger_lost_at_the_onset_is_found_while_the_key_is_held() {
        let score = exercise(6, 40);
        let notes: Vec<Note> = score.iter().map(|played| played.note).collect();
        let mut hands = play(&score, &Camera::default(), 6);
        // Around every onset of a right thumb its tip is seen half a key away and that of the index finger on the key.
        let thumb = Finger::from_pig_number(1).unwrap();
        for played in score.iter().filter(|played| played.finger == Some(thumb)) {
            let key = piano::keyboard::center_x(played.note.pitch) as f32;
            let near = |at: &&mut HandsAt| (at.secs - played.note.onset_secs + 0.02).abs() < 0.05;
            for pose in hands
                .iter_mut()
                .filter(near)
                .filter_map(|at| at.hands[Hand::Right.index()].as_mut())
            {
                pose.landmarks[4][0] = key - 0.5;
                pose.landmarks[8][0] = key + 0.15;
            }
        }
        let answers = along_keyboard(&notes, &hands, &KeyMotion::default());
        let thumbs = score
            .iter()
            .zip(&answers)
            .filter(|(played, _)| played.finger == Some(thumb) && played.note.offset_secs - played.note.onset_secs > 0.25);
        let right: Vec<bool> = thumbs.map(|(_, answer)| answer.finger == Some(thumb.finger)).collect();
        assert!(
            right.len() >= 3 && right.iter().filter(|right| **right).count() * 10 >= 8 * right.len(),
            "{right:?}"
        );
    }

    #[test]
    fn a_hand_that_was_not_seen_is_named_but_its_finger_is_not_guessed() {
        let score = exercise(4, 40);
        let notes: Vec<Note> = score.iter().map(|played| played.note).collect();
        let mut hands = play(&score, &Camera::default(), 4);
        for at in &mut hands {
            at.hands[Hand::Left.index()] = None;
        }
        let answers = along_keyboard(&notes, &hands, &KeyMotion::default());
        let of_left = score
            .iter()
            .zip(&answers)
            .filter(|(played, _)| played.finger.is_some_and(|finger| finger.hand == Hand::Left));
        let (mut left, mut unknown) = (0, 0);
        for (_, answer) in of_left {
            left += 1;
            unknown += usize::from(answer.finger.is_none() && answer.hand == Some(Hand::Left) && answer.confidence == 0.0);
        }
        assert!(unknown as f64 >= 0.95 * left as f64, "{unknown} of {left}");
    }

    #[test]
    fn nothing_in_gives_nothing_out() {
        assert_eq!(along_keyboard(&[], &[], &KeyMotion::default()), []);
        let note = exercise(1, 1)[0].note;
        let alone = along_keyboard(&[note], &[], &KeyMotion::default());
        assert_eq!(
            (alone[0].finger, alone[0].confidence, alone[0].witnesses.fingertip),
            (None, 0.0, None)
        );
    }
}
