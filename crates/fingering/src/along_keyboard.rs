//! Our rule, the default: distance along the keyboard first, judged by what the clip itself says about displacement and
//! noise, with depth, motion and hand habits where distance leaves it open.

use crate::assignment::{Assignment, Witnesses, key_witness};
use crate::cues::Cues;
use crate::evidence::{HandsAt, KeyMotion};
use crate::fingertips::Fingertips;
use crate::observation::Observation;
use crate::placement::{Candidate, Placement};
use crate::sequence::{self, Choice, Solution};
use piano::{Finger, Hand, Note};

/// Rounds of estimating the clip's displacement and noise from the fingering, and the fingering from them; it settles in
/// three or four.
const ROUNDS: usize = 5;
/// Sound and pictures of one clip are seldom further apart once they have been aligned, and then ordinarily by this.
const LARGEST_LAG_SECS: f64 = 0.12;
const USUAL_LAG_SECS: f64 = 0.05;
/// Two thirds of a frame of a 30 fps video.
const LAG_STEP_SECS: f64 = 0.02;
/// A large lag is found in two steps, because the noise seems large until it is found.
const LAG_ROUNDS: usize = 2;
/// How likely an unknown finger of a hand is beside one whose tip is seen: as likely as a tip some 1.2 key widths off.
const LOG_UNKNOWN_SEEN: f64 = -2.3;
/// The same for a hand that was not seen: any of its five fingers may have played.
const LOG_UNKNOWN_UNSEEN: f64 = 1.0;
/// Each key width by which a key lies outside a hand that is seen makes that hand less likely, up to a limit.
const LOG_OUT_OF_REACH_PER_KEY: f64 = 1.0;
const OUT_OF_REACH_MOST_KEYS: f64 = 4.0;
/// Choices this much (as a logarithm) less likely than a note's best are not followed.
const HOPELESS: f64 = 14.0;

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
        let (note, observation) = (&sorted[place], &seen[place]);
        let beliefs = options[place]
            .iter()
            .map(|(choice, _)| *choice)
            .zip(solution.beliefs[place].iter().copied());
        assignments[index] = clip.assignment(note, observation, solution.best[place], beliefs, keys);
    }
    assignments
}

/// What the clip has taught.
struct Clip {
    placement: Placement,
    cues: Cues,
}

impl Clip {
    /// Learns from the notes, and looks at them at the moments that fit the pictures best.
    fn learn(notes: &[Note], fingertips: &Fingertips) -> (Clip, Vec<Observation>) {
        let mut clip = Clip {
            placement: Placement::default(),
            cues: Cues::default(),
        };
        let mut seen = observe(notes, fingertips, 0.0);
        clip.settle(notes, &seen);
        for _ in 0..LAG_ROUNDS {
            seen = observe(notes, fingertips, clip.lag_secs(notes, fingertips));
            clip.settle(notes, &seen);
        }
        let (options, solution) = clip.solve(notes, &seen);
        clip.cues = Cues::learn(&likeliest(&seen, &options, &solution));
        (clip, seen)
    }

    /// Fits the placement to the fingering and the fingering to the placement.
    fn settle(&mut self, notes: &[Note], seen: &[Observation]) {
        for _ in 0..ROUNDS {
            let (options, solution) = self.solve(notes, seen);
            self.placement = self.placement.refit(&candidates(notes, seen, &options, &solution));
        }
    }

    /// How much later than the notes say the pictures show their presses, by the evidence for the fingering as a whole.
    fn lag_secs(&self, notes: &[Note], fingertips: &Fingertips) -> f64 {
        let steps = (LARGEST_LAG_SECS / LAG_STEP_SECS) as i32;
        let evidence = |lag_secs: f64| {
            let unusual = 0.5 * (lag_secs / USUAL_LAG_SECS).powi(2);
            self.solve(notes, &observe(notes, fingertips, lag_secs)).1.log_evidence - unusual
        };
        let tried = (-steps..=steps).map(|step| {
            let lag_secs = f64::from(step) * LAG_STEP_SECS;
            (lag_secs, evidence(lag_secs))
        });
        tried.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.0, |(lag_secs, _)| lag_secs)
    }

    fn solve(&self, notes: &[Note], seen: &[Observation]) -> (Vec<Vec<(Choice, f64)>>, Solution) {
        let options: Vec<Vec<(Choice, f64)>> = notes
            .iter()
            .zip(seen)
            .map(|(note, observation)| self.options(note, observation))
            .collect();
        let solution = sequence::solve(notes, &options);
        (options, solution)
    }

    /// Everything that may have struck the note, with log likelihoods.
    fn options(&self, note: &Note, observation: &Observation) -> Vec<(Choice, f64)> {
        let mut options: Vec<(Choice, f64)> = Finger::all()
            .filter_map(|finger| {
                let tip = &observation.hands[finger.hand.index()].as_ref()?[finger.finger.index()];
                let place = self.placement.log_likelihood(note.pitch, finger, tip);
                Some((Choice::Finger(finger), place + self.cues.log_likelihood(tip)))
            })
            .collect();
        options.extend(Hand::BOTH.map(|hand| (Choice::UnknownOf(hand), self.log_unknown(note, observation, hand))));
        let best = options.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
        options.retain(|(_, value)| *value >= best - HOPELESS);
        options
    }

    fn log_unknown(&self, note: &Note, observation: &Observation, hand: Hand) -> f64 {
        let Some(tips) = &observation.hands[hand.index()] else {
            return LOG_UNKNOWN_UNSEEN;
        };
        let key = piano::keyboard::center_x(note.pitch);
        let (low, high) = tips.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), tip| {
            (low.min(tip.x), high.max(tip.x))
        });
        let outside = (low - key).max(key - high).clamp(0.0, OUT_OF_REACH_MOST_KEYS);
        LOG_UNKNOWN_SEEN - LOG_OUT_OF_REACH_PER_KEY * outside
    }

    fn assignment(
        &self,
        note: &Note,
        observation: &Observation,
        best: Choice,
        beliefs: impl Iterator<Item = (Choice, f64)>,
        keys: &KeyMotion,
    ) -> Assignment {
        let mut beliefs: Vec<(Choice, f64)> = beliefs.collect();
        beliefs.sort_by(|a, b| b.1.total_cmp(&a.1));
        let confidence = beliefs
            .iter()
            .find(|(choice, _)| *choice == best)
            .map_or(0.0, |(_, belief)| *belief);
        let runner_up = beliefs
            .iter()
            .filter(|(choice, _)| *choice != best)
            .find_map(|(choice, _)| choice.finger());
        let tip_of = |finger: Finger| {
            observation.hands[finger.hand.index()]
                .as_ref()
                .map(|tips| &tips[finger.finger.index()])
        };
        let distance = |finger: Finger| Some(self.placement.distance(note.pitch, finger, tip_of(finger)?));
        let margin = best.finger().and_then(distance).zip(runner_up.and_then(distance));
        let stands_on = |finger: Finger| tip_of(finger).map(|tip| self.placement.stands_on(note.pitch, finger, tip));
        let anyone_seen = observation.hands.iter().any(Option::is_some);
        Assignment {
            hand: Some(best.hand()),
            finger: best.finger().map(|finger| finger.finger),
            confidence: if best.finger().is_some() { confidence } else { 0.0 },
            runner_up,
            margin_key_widths: margin.map(|(best, next)| next - best),
            witnesses: Witnesses {
                sound: Some(true),
                key: key_witness(note, keys),
                fingertip: best.finger().and_then(stands_on).or(anyone_seen.then_some(false)),
            },
        }
    }
}

fn observe(notes: &[Note], fingertips: &Fingertips, lag_secs: f64) -> Vec<Observation> {
    notes.iter().map(|note| Observation::of(note, fingertips, lag_secs)).collect()
}

fn candidates<'a>(notes: &[Note], seen: &'a [Observation], options: &[Vec<(Choice, f64)>], solution: &Solution) -> Vec<Candidate<'a>> {
    let mut candidates = Vec::new();
    for (index, note) in notes.iter().enumerate() {
        for ((choice, _), belief) in options[index].iter().zip(&solution.beliefs[index]) {
            let Some(finger) = choice.finger() else { continue };
            let Some(tips) = &seen[index].hands[finger.hand.index()] else {
                continue;
            };
            candidates.push(Candidate {
                pitch: note.pitch,
                finger,
                tip: &tips[finger.finger.index()],
                belief: *belief,
            });
        }
    }
    candidates
}

fn likeliest<'a>(seen: &'a [Observation], options: &[Vec<(Choice, f64)>], solution: &Solution) -> Vec<(&'a Observation, Finger, f64)> {
    let best = |index: usize| {
        let beliefs = options[index].iter().zip(&solution.beliefs[index]);
        let ((choice, _), belief) = beliefs.max_by(|a, b| a.1.total_cmp(b.1))?;
        Some((&seen[index], choice.finger()?, *belief))
    };
    (0..seen.len()).filter_map(best).collect()
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
