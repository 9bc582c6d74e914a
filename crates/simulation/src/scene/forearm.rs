//! How a forearm can move. All from RoboPianist's `shadow_hand.py`.

use super::piano::KEYBOARD_LENGTH_METERS;
use super::xml::{Element, list};
use piano::Hand;

/// A way in which a forearm moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForearmDof {
    /// Along the keyboard.
    Tx,
    /// Into the keyboard.
    Ty,
    /// Down and up.
    Tz,
    /// About the forearm's own axis.
    Roll,
    /// Wrist up and down.
    Pitch,
    /// Fingers towards bass or treble.
    Yaw,
}

/// What every hand has: along and into the keyboard.
pub(crate) const ALWAYS: [ForearmDof; 2] = [ForearmDof::Tx, ForearmDof::Ty];

impl ForearmDof {
    /// The name of its joint and actuator.
    pub fn name(self) -> &'static str {
        match self {
            ForearmDof::Tx => "forearm_tx",
            ForearmDof::Ty => "forearm_ty",
            ForearmDof::Tz => "forearm_tz",
            ForearmDof::Roll => "forearm_roll",
            ForearmDof::Pitch => "forearm_pitch",
            ForearmDof::Yaw => "forearm_yaw",
        }
    }

    /// Stiffness of its actuator, N/m or N m/rad.
    pub(super) fn stiffness(self) -> f64 {
        match self {
            ForearmDof::Tz => 1000.0,
            ForearmDof::Pitch => 50.0,
            _ => 300.0,
        }
    }

    /// Lowest and highest position, meters or radians.
    pub(super) fn range(self, hand: Hand) -> [f64; 2] {
        match self {
            // The whole keyboard, counted from where this hand starts.
            ForearmDof::Tx => {
                let start = forearm_position(hand)[1];
                [-0.5 * KEYBOARD_LENGTH_METERS - start, 0.5 * KEYBOARD_LENGTH_METERS - start]
            }
            ForearmDof::Ty => [0.0, 0.06],
            ForearmDof::Tz => [-0.04, 0.0],
            ForearmDof::Roll | ForearmDof::Yaw => [-0.25, 0.25],
            ForearmDof::Pitch => [0.0, 0.15],
        }
    }

    /// Its joint, without damping.
    pub(super) fn joint(self, hand: Hand) -> Element {
        let (kind, axis) = match self {
            ForearmDof::Tx => ("slide", "-1 0 0"),
            ForearmDof::Ty => ("slide", "0 0 1"),
            ForearmDof::Tz => ("slide", "0 1 0"),
            ForearmDof::Roll => ("hinge", "0 0 1"),
            ForearmDof::Pitch => ("hinge", "1 0 0"),
            // Mirrored, so that the same action turns both hands towards each other.
            ForearmDof::Yaw => ("hinge", if hand == Hand::Left { "0 1 0" } else { "0 -1 0" }),
        };
        Element::new("joint")
            .with("name", self.name())
            .with("type", kind)
            .with("axis", axis)
            .with("range", list(&self.range(hand)))
    }

    /// Its actuator.
    pub(super) fn actuator(self, hand: Hand) -> Element {
        Element::new("position")
            .with("name", self.name())
            .with("joint", self.name())
            .with("ctrlrange", list(&self.range(hand)))
            .with("kp", self.stiffness())
    }
}

/// Where the forearm starts, meters: before the keyboard, palm down, a little to its own side of the middle.
pub(crate) fn forearm_position(hand: Hand) -> [f64; 3] {
    [0.4, if hand == Hand::Left { -0.15 } else { 0.15 }, 0.13]
}

/// Its orientation (not normalised, as RoboPianist writes it): fingers towards the keys, palm down.
pub(super) const FOREARM_QUATERNION: &str = "-1 -1 1 1";
