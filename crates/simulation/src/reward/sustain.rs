//! The pedal is down when it is due.

use super::tolerance::tolerance;
use crate::score::Frame;

/// RoboPianist measures the pedal as it measures keys.
const CLOSE: f64 = 0.05;

/// 1 if the pedal is where it is due.
pub(crate) fn sustain(due: &Frame, pedal_down: bool) -> f64 {
    let difference = f64::from(u8::from(due.sustain)) - f64::from(u8::from(pedal_down));
    tolerance(difference, CLOSE, CLOSE * 10.0)
}
