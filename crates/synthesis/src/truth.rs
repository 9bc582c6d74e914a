//! What is exactly true of a rendered clip, to be written beside it.

use crate::scene::Scene;
use piano::{Finger, Hand, Pitch};
use vision::Homography;

/// The truth of a clip. Serialised as JSON; times are seconds of the clip, places pixels of its pictures.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Truth {
    /// What the scene was drawn from.
    pub seed: u64,
    /// Pictures a second.
    pub frames_per_second: f64,
    /// Camera, light, colours and quality.
    pub scene: Scene,
    /// Pixels to keyboard coordinates, in the plane of the white keys' tops.
    pub keyboard_from_image: Homography,
    /// What is played, by onset, then pitch.
    pub notes: Vec<TrueNote>,
    /// Where the hands are in each picture.
    pub frames: Vec<TrueFrame>,
}

/// A note and its finger.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct TrueNote {
    /// The key.
    pub pitch: Pitch,
    /// When it is down.
    pub onset_secs: f64,
    /// When it begins to go up.
    pub offset_secs: f64,
    /// MIDI velocity.
    pub velocity: u8,
    /// Hand and finger.
    #[serde(flatten)]
    pub finger: Finger,
}

/// The hands in one picture.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TrueFrame {
    /// When it is shown.
    pub secs: f64,
    /// Those that play in this clip.
    pub hands: Vec<TrueHand>,
}

/// A hand in one picture.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TrueHand {
    /// Whose.
    pub side: Hand,
    /// The 21 landmarks (MediaPipe's order) as the camera sees the joints, pixels.
    pub landmarks: Vec<[f64; 2]>,
}
