//! What a clip teaches about itself: where tips are seen when they press, how they move, and how far pictures and notes lie
//! apart.

use crate::cues::Cues;
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

/// What the clip has taught.
pub(crate) struct Clip {
    pub placement: Placement,
    cues: Cues,
}

impl Clip {
    /// Learns from the notes, and looks at them at the moments that fit the pictures best.
    pub fn learn(notes: &[Note], fingertips: &Fingertips) -> (Clip, Vec<Observation>) {
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

    /// What may have struck each note, and the fingering of them all.
    pub fn solve(&self, notes: &[Note], seen: &[Observation]) -> (Vec<Vec<(Choice, f64)>>, Solution) {
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
