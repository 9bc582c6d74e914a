//! How hard a key was struck, in MIDI's numbers.
//!
//! RoboPianist's piano gives every note the velocity 127. A grand piano's hammer is thrown by its key, about five times as fast as
//! the key's front moves, and a computer-controlled grand records 52 + 25 log2 of the hammer's speed in m/s (Goebl, "Melody lead
//! in piano performance", JASA 110, 2001; key to hammer: Goebl, Bresin and Galembo, "Touch and temporal behavior of grand piano
//! actions", JASA 118, 2005). So a key that goes down at 0.28 m/s sounds with velocity 64, one at 0.5 m/s with 85.

use crate::keys::KeyEvent;

/// Hammer speed for each unit of the key's front's speed.
const HAMMER_PER_KEY: f64 = 5.0;
/// MIDI velocity of a hammer at 1 m/s.
const AT_ONE_METER_PER_SEC: f64 = 52.0;
/// MIDI velocity for each doubling of the hammer's speed.
const PER_DOUBLING: f64 = 25.0;

/// Velocity of a note whose key's front goes down at this speed, m/s: 1 to 127.
pub fn midi_velocity(key_speed_meters_per_sec: f64) -> u8 {
    let hammer = HAMMER_PER_KEY * key_speed_meters_per_sec;
    if hammer > 0.0 {
        // Rounded into the range first, so the conversion is exact.
        (AT_ONE_METER_PER_SEC + PER_DOUBLING * hammer.log2()).round().clamp(1.0, 127.0) as u8
    } else {
        1
    }
}

/// How fast a key's front goes down for a note of this velocity, m/s.
pub fn key_speed_meters_per_sec(midi_velocity: u8) -> f64 {
    ((f64::from(midi_velocity) - AT_ONE_METER_PER_SEC) / PER_DOUBLING).exp2() / HAMMER_PER_KEY
}

impl KeyEvent {
    /// Velocity of a note that began so.
    pub fn midi_velocity(&self) -> u8 {
        midi_velocity(self.speed_meters_per_sec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn velocities_and_speeds_are_each_others_inverse() {
        for velocity in 1..=127 {
            assert_eq!(midi_velocity(key_speed_meters_per_sec(velocity)), velocity);
        }
        assert_eq!(midi_velocity(0.28), 64);
        assert_eq!(midi_velocity(0.0), 1);
        assert_eq!(midi_velocity(-0.2), 1);
        assert_eq!(midi_velocity(f64::NAN), 1);
        assert_eq!(midi_velocity(1e9), 127);
    }
}
