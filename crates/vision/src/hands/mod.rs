//! Hands in pictures: what a landmark network sees in one picture, and tracks of it over time.
//!
//! The networks run elsewhere; here is the arithmetic around them, after MediaPipe Hands 0.10.21
//! (<https://github.com/google-ai-edge/mediapipe/tree/v0.10.21/mediapipe/modules>).

pub mod crop;
pub mod duplicates;
pub mod lighting;
pub mod palm;
pub mod plausible;
pub mod region;
pub mod sides;
pub mod stillness;
pub mod tiles;
pub mod track;

pub use region::HandRegion;
pub use track::{HandTracks, HandsInFrame, TrackedHand};

use serde::{Deserialize, Serialize};

/// Landmarks of a hand.
pub const LANDMARKS: usize = 21;

/// A hand as seen in one picture by a landmark network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandObservation {
    /// 21 landmarks in MediaPipe (= OpenPose) order, wrist 0, tips 4, 8, 12, 16, 20. x and y in pixels of the picture;
    /// z in the same scale relative to the wrist, smaller is nearer to the camera.
    pub landmarks: [[f32; 3]; LANDMARKS],
    /// How sure the network is that there is a hand, 0 to 1.
    pub presence: f32,
    /// How sure it is that it is a right hand in a picture that is not mirrored, 0 to 1.
    pub right: f32,
}

impl HandObservation {
    /// Middle of the palm: the mean of the wrist and the four knuckles.
    pub fn palm_center(&self) -> [f32; 2] {
        const PALM: [usize; 5] = [0, 5, 9, 13, 17];
        let sum = PALM.iter().fold([0.0, 0.0], |sum, i| {
            [sum[0] + self.landmarks[*i][0], sum[1] + self.landmarks[*i][1]]
        });
        sum.map(|s| s / PALM.len() as f32)
    }

    /// Length of the palm in pixels: the longest of wrist to index knuckle, across the knuckles, and little-finger knuckle to wrist.
    /// One of the three stays long however the hand is tilted.
    pub fn palm_size(&self) -> f32 {
        [(0, 5), (5, 17), (17, 0)]
            .into_iter()
            .map(|(a, b)| distance(self.landmarks[a], self.landmarks[b]))
            .fold(0.0, f32::max)
    }

    /// Smallest upright box around the landmarks: left, top, right, bottom.
    pub fn bounds(&self) -> [f32; 4] {
        self.landmarks.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, p| {
            [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])]
        })
    }
}

/// Distance in the picture plane.
pub(crate) fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Shared part of two upright boxes (left, top, right, bottom): intersection over union, 0 to 1.
pub fn overlap(a: [f32; 4], b: [f32; 4]) -> f32 {
    let shared = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0) * (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let area = |r: [f32; 4]| (r[2] - r[0]).max(0.0) * (r[3] - r[1]).max(0.0);
    let union = area(a) + area(b) - shared;
    if union > 0.0 { shared / union } else { 0.0 }
}
