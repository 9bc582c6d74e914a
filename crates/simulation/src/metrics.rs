//! How well a score was played, as RoboPianist's `MidiEvaluationWrapper` counts it: in every frame, over the keys, then the mean
//! over frames.

use crate::environment::Environment;
use crate::model::KEYS;
use crate::score::{Frame, Score};

/// Precision, recall and F1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FrameScores {
    /// How much of what sounded was due.
    pub precision: f64,
    /// How much of what was due sounded.
    pub recall: f64,
    /// Both in one.
    pub f1: f64,
}

/// What sounded in every frame of an episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Played {
    /// Which keys sounded at the end of each frame.
    pub keys: Vec<[bool; KEYS]>,
    /// Where the pedal was.
    pub sustain: Vec<bool>,
}

impl Played {
    /// Notes what sounds after a step.
    pub fn record(&mut self, environment: &Environment) {
        self.keys.push(environment.keys().sounding);
        self.sustain.push(environment.pedal_down());
    }

    /// Scores of the keys. A frame in which nothing is due and nothing sounds counts 1.
    pub fn key_scores(&self, score: &Score) -> FrameScores {
        mean(self.each_frame(score).map(|(_, scores)| scores))
    }

    /// Scores of the keys over those frames for which `counts` says so, of each frame's number and what is due in it.
    pub fn key_scores_where(&self, score: &Score, counts: impl Fn(usize, &Frame) -> bool) -> FrameScores {
        let counted = self.each_frame(score).enumerate();
        mean(counted.filter_map(|(index, (frame, scores))| counts(index, frame).then_some(scores)))
    }

    /// Every frame's own scores.
    pub fn each_frame<'a>(&'a self, score: &'a Score) -> impl Iterator<Item = (&'a Frame, FrameScores)> {
        let frames = score.frames().iter().zip(&self.keys);
        frames.map(|(frame, keys)| (frame, counted(&frame.keys_due(), keys)))
    }

    /// Scores of the pedal.
    pub fn sustain_scores(&self, score: &Score) -> FrameScores {
        let frames = score.frames().iter().zip(&self.sustain);
        mean(frames.map(|(frame, down)| counted(&[frame.sustain], &[*down])))
    }
}

fn counted(due: &[bool], played: &[bool]) -> FrameScores {
    let count = |what: fn(bool, bool) -> bool| due.iter().zip(played).filter(|(due, played)| what(**due, **played)).count() as f64;
    let hits = count(|due, played| due && played);
    let wrong = count(|due, played| !due && played);
    let missed = count(|due, played| due && !played);
    // Where there is nothing to divide by there was nothing to do wrong.
    let ratio = |part: f64, whole: f64| if whole == 0.0 { 1.0 } else { part / whole };
    FrameScores {
        precision: ratio(hits, hits + wrong),
        recall: ratio(hits, hits + missed),
        f1: ratio(2.0 * hits, 2.0 * hits + wrong + missed),
    }
}

fn mean(frames: impl Iterator<Item = FrameScores>) -> FrameScores {
    let mut sum = FrameScores::default();
    let mut count = 0_u32;
    for frame in frames {
        sum.precision += frame.precision;
        sum.recall += frame.recall;
        sum.f1 += frame.f1;
        count += 1;
    }
    let count = f64::from(count.max(1));
    FrameScores {
        precision: sum.precision / count,
        recall: sum.recall / count,
        f1: sum.f1 / count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_that_is_due_counts_one_and_half_right_counts_two_thirds() {
        assert_eq!(counted(&[false; 2], &[false; 2]).f1, 1.0);
        let half = counted(&[true, true], &[true, false]);
        assert_eq!((half.precision, half.recall), (1.0, 0.5));
        assert!((half.f1 - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(counted(&[false], &[true]).precision, 0.0);
        assert_eq!(counted(&[false], &[true]).recall, 1.0);
    }
}
