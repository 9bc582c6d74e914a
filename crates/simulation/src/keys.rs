//! What the piano makes of its keys' positions: how far each is down, which of them sound, and when they began to.

use crate::model::{KEYS, Key};
use piano::{Finger, Pitch};

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
    /// How fast the key's front went down at that moment, m/s; negative where it came up.
    pub speed_meters_per_sec: f64,
    /// The finger that touched it then.
    pub finger: Option<Finger>,
}

impl KeyStates {
    pub(crate) fn at_rest() -> KeyStates {
        KeyStates {
            depth: [0.0; KEYS],
            sounding: [false; KEYS],
        }
    }

    /// Looks at the joints; tells which keys began or ceased to sound. `finger_on` says who touches a key.
    pub(crate) fn update(
        &mut self,
        keys: &[Key],
        joints: Joints<'_>,
        finger_on: impl Fn(&Key) -> Option<Finger>,
        events: &mut Vec<KeyEvent>,
    ) {
        for (index, (pitch, key)) in Pitch::all().zip(keys).enumerate() {
            let Some((joint, _)) = key.indices else { continue };
            let (depth, sounding) = pressed(key, joints.positions[joint]);
            self.depth[index] = depth;
            if sounding != self.sounding[index] {
                self.sounding[index] = sounding;
                events.push(KeyEvent {
                    pitch,
                    at_secs: joints.at_secs,
                    on: sounding,
                    speed_meters_per_sec: front_speed(key, joints.velocities[joint]),
                    finger: finger_on(key),
                });
            }
        }
    }
}

/// How far a key is down, 0 to 1, and whether it sounds.
pub(crate) fn pressed(key: &Key, angle: f64) -> (f64, bool) {
    let angle = angle.clamp(0.0, key.angle_max); // Joint limits are soft.
    (angle / key.angle_max, (angle - key.angle_max).abs() <= SOUNDING_ANGLE)
}

/// How fast a key's front goes down, m/s, where its joint turns with this many radians a second.
pub(crate) fn front_speed(key: &Key, radians_per_sec: f64) -> f64 {
    radians_per_sec * 2.0 * key.half_size[0]
}

/// Where the scene's joints are and how they move.
#[derive(Clone, Copy)]
pub(crate) struct Joints<'a> {
    /// Radians for keys.
    pub positions: &'a [f64],
    /// Radians a second for keys.
    pub velocities: &'a [f64],
    /// When, seconds of simulation.
    pub at_secs: f64,
}
