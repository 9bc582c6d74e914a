//! Hands and fingers.

use serde::{Deserialize, Serialize};

/// The player's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Hand {
    /// The player's left hand.
    Left,
    /// The player's right hand.
    Right,
}

impl Hand {
    /// Both hands, left first.
    pub const BOTH: [Hand; 2] = [Hand::Left, Hand::Right];

    /// The other hand.
    pub fn other(self) -> Hand {
        match self {
            Hand::Left => Hand::Right,
            Hand::Right => Hand::Left,
        }
    }

    /// 0 for the left hand, 1 for the right.
    pub fn index(self) -> usize {
        self as usize
    }
}

/// A finger as pianists number it: 1 thumb, 2 index, 3 middle, 4 ring, 5 little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
pub struct FingerNumber(#[schemars(range(min = 1, max = 5))] u8);

/// A finger number outside 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a finger: 1 (thumb) to 5 (little finger) are")]
pub struct NotAFinger(pub u8);

impl FingerNumber {
    /// Thumb to little finger.
    pub const ALL: [FingerNumber; 5] = [FingerNumber(1), FingerNumber(2), FingerNumber(3), FingerNumber(4), FingerNumber(5)];

    /// The finger with this number, 1 to 5.
    pub fn new(number: u8) -> Result<Self, NotAFinger> {
        if (1..=5).contains(&number) {
            Ok(FingerNumber(number))
        } else {
            Err(NotAFinger(number))
        }
    }

    /// 1 (thumb) to 5 (little finger).
    pub fn get(self) -> u8 {
        self.0
    }

    /// 0 (thumb) to 4 (little finger).
    pub fn index(self) -> usize {
        usize::from(self.0 - 1)
    }

    /// Index of this finger's tip among the 21 hand landmarks (MediaPipe and OpenPose order): 4, 8, 12, 16, 20.
    pub fn tip_landmark(self) -> usize {
        4 * usize::from(self.0)
    }
}

impl TryFrom<u8> for FingerNumber {
    type Error = NotAFinger;
    fn try_from(number: u8) -> Result<Self, NotAFinger> {
        FingerNumber::new(number)
    }
}

impl From<FingerNumber> for u8 {
    fn from(finger: FingerNumber) -> u8 {
        finger.0
    }
}

/// One of the ten fingers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finger {
    /// Whose hand.
    pub hand: Hand,
    /// Which finger of it.
    pub finger: FingerNumber,
}

impl Finger {
    /// All ten: left thumb to left little finger, then the right hand.
    pub fn all() -> impl Iterator<Item = Finger> {
        Hand::BOTH
            .into_iter()
            .flat_map(|hand| FingerNumber::ALL.into_iter().map(move |finger| Finger { hand, finger }))
    }

    /// 0 to 9 in the order of [`Finger::all`].
    pub fn index(self) -> usize {
        5 * self.hand.index() + self.finger.index()
    }

    /// PIG's signed number: 1 to 5 right, -1 to -5 left.
    pub fn pig_number(self) -> i8 {
        let number = self.finger.get() as i8;
        if self.hand == Hand::Right { number } else { -number }
    }

    /// The finger PIG's signed number means.
    pub fn from_pig_number(number: i8) -> Option<Finger> {
        let finger = FingerNumber::new(number.unsigned_abs()).ok()?;
        Some(Finger {
            hand: if number > 0 { Hand::Right } else { Hand::Left },
            finger,
        })
    }
}
