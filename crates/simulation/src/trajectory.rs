//! How a person moved who played the score: an option beyond RoboPianist.

use serde::Serialize;

/// Fingertips and wrists of each hand: the fingers in the order of [`piano::Finger::all`], then the wrists, left first.
pub const POINTS: usize = FINGERTIPS + 2;
/// Number of fingertips among them.
pub const FINGERTIPS: usize = 10;

/// Points of both hands seen from above at the end of each frame: world x and y in meters; nothing where one was not seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Trajectory {
    /// A row for each frame of the score.
    pub frames: Vec<[Option<[f64; 2]>; POINTS]>,
}

impl Trajectory {
    /// Where the points were at the end of a frame; unknown beyond the last.
    pub fn at(&self, frame: usize) -> [Option<[f64; 2]>; POINTS] {
        self.frames.get(frame).copied().unwrap_or([None; POINTS])
    }
}
