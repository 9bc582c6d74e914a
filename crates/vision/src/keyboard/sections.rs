//! A clip: the keyboard followed over time, cut into sections where the camera moves.

use super::FoundKeyboard;

/// x
#[derive(Clone, Debug, PartialEq)]
pub struct KeyboardRegistration {
    /// x
    pub sections: Vec<RegisteredSection>,
}
/// x
#[derive(Clone, Debug, PartialEq)]
pub struct RegisteredSection {
    /// x
    pub start_secs: f64,
    /// x
    pub end_secs: f64,
    /// x
    pub keyboard: FoundKeyboard,
}
/// x
pub fn register_clip() {}
/// x
pub fn sampling_moments() {}
