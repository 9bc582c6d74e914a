//! What is known about the hands while a piece is played.

use piano::{Hand, Pitch};

/// One hand at one moment, in keyboard coordinates (x in white-key widths from the bass end of A0, y 0 at the front edge
/// of the white keys, 1 at their far end).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandPose {
    /// 21 landmarks, MediaPipe order: `[x, y, z]`. z in white-key widths relative to the wrist, smaller is nearer to the
    /// camera.
    pub landmarks: [[f32; 3]; 21],
    /// How sure the network was, 0 to 1; for an interpolated pose the lower of its neighbours.
    pub presence: f32,
    /// Whether the pose was filled in between pictures rather than seen in one.
    pub interpolated: bool,
}

/// Both hands at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandsAt {
    /// When, seconds of the video.
    pub secs: f64,
    /// Left and right hand, by [`Hand::index`]; none where the hand was not found.
    pub hands: [Option<HandPose>; 2],
}

impl HandsAt {
    /// The pose of one hand.
    pub fn hand(&self, hand: Hand) -> Option<&HandPose> {
        self.hands[hand.index()].as_ref()
    }
}

/// How one key looked over time: the second witness of a note.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyMotion {
    /// Times of the pictures looked at, seconds of the video, ascending.
    pub secs: Vec<f64>,
    /// For each picture, for each of the 88 keys: how pressed the key looks, 0 (at rest) to 1 (down); NaN where it cannot be
    /// seen.
    pub pressed: Vec<[f32; 88]>,
}

impl KeyMotion {
    /// How pressed a key looked between two moments: the largest value seen, none if it was never seen.
    pub fn strongest(&self, pitch: Pitch, from_secs: f64, to_secs: f64) -> Option<f32> {
        let first = self.secs.partition_point(|secs| *secs < from_secs);
        let last = self.secs.partition_point(|secs| *secs <= to_secs);
        self.pressed[first..last]
            .iter()
            .map(|row| row[pitch.key_index()])
            .filter(|value| !value.is_nan())
            .reduce(f32::max)
    }
}
