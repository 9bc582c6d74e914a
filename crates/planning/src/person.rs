//! Where the fingertips of a person who played the score were, for each moment.

use piano::Hand;
use simulation::schedule::FINGERS;
use simulation::trajectory::Trajectory;

/// A person's fingertips; of nobody, nothing is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    /// For every moment the left hand's and the right hand's fingertips, thumb first: world x and y, meters.
    moments: Vec<[[Option<[f64; 2]>; FINGERS]; 2]>,
}

impl Person {
    /// A moment is a frame's end; at moment 0 the hands are where the simulation puts them.
    pub fn new(trajectory: Option<&Trajectory>, frames: usize) -> Person {
        let Some(trajectory) = trajectory else {
            return Person::default();
        };
        let at = |frame: usize| {
            let points = trajectory.at(frame);
            [0, 1].map(|hand| std::array::from_fn(|finger| points[hand * FINGERS + finger]))
        };
        Person {
            moments: std::iter::once([[None; FINGERS]; 2]).chain((0..frames).map(at)).collect(),
        }
    }

    /// Where a fingertip was at a moment, if it was seen.
    pub fn tip(&self, hand: Hand, finger: usize, moment: usize) -> Option<[f64; 2]> {
        self.moments.get(moment).and_then(|hands| hands[hand.index()][finger])
    }
}
