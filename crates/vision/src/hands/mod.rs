//! Hands in pictures: what a landmark network sees in one picture, and tracks of it over time.

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
