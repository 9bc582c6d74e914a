//! What the piano makes of its keys' positions: how far each is down, which of them sound, and when they began to.

use crate::model::{KEYS, Key};
use piano::Pitch;

/// A key sounds within this of all the way down, radians (half a degree).
const SOUNDING_ANGLE: f64 = 0.008_726_65;
/// The pedal is down from this value on, of 0 to 1.
pub(crate) const SUSTAIN_THRESHOLD: f64 = 0.5;

/// The state of all keys.
#[derive(Clone, Debug)]
pub struct KeyStates {
    /// How far each is down, 0 to 1.
    pub depth: [f64; KEYS],
    /// Which sound.
    pub sounding: [bool; KEYS],
}

/// A key that began or ceased to sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyEvent {
    /// Which.
    pub pitch: Pitch,
    /// When, seconds of simulation, to 5 ms.
    pub at_secs: f64,
    /// Whether it began.
    pub on: bool,
}

impl KeyStates {
    pub(crate) fn at_rest() -> KeyStates {
        KeyStates {
            depth: [0.0; KEYS],
            sounding: [false; KEYS],
        }
    }

    /// Looks at the joints' positions; tells which keys began or ceased to sound.
    pub(crate) fn update(&mut self, keys: &[Key], qpos: &[f64], at_secs: f64, events: &mut Vec<KeyEvent>) {
        for (index, (pitch, key)) in Pitch::all().zip(keys).enumerate() {
            let Some((joint, _)) = key.indices else { continue };
            let angle = qpos[joint].clamp(0.0, key.angle_max); // Joint limits are soft.
            self.depth[index] = angle / key.angle_max;
            let sounding = (angle - key.angle_max).abs() <= SOUNDING_ANGLE;
            if sounding != self.sounding[index] {
                self.sounding[index] = sounding;
                events.push(KeyEvent {
                    pitch,
                    at_secs,
                    on: sounding,
                });
            }
        }
    }
}
