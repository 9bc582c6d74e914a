//! What each finger does over time: which key it goes to, when it is on it, how deep it is.

use crate::keyboard_model::KEY_DIP_METERS;
use piano::Note;

/// A finger needs about this long to go to its next key without haste, seconds.
const APPROACH_SECS: f64 = 0.20;
/// And at the very least so long.
const SHORTEST_APPROACH_SECS: f64 = 0.04;
/// It is above the key this long before the onset.
const READY_SECS: f64 = 0.05;
/// And needs this long to take leave of a key.
const LEAVE_SECS: f64 = 0.10;
/// From the key's bottom to the hovering height.
const LIFT_SECS: f64 = 0.09;
/// Height of a waiting fingertip over its key, meters.
pub const HOVER_METERS: f64 = 0.011;

/// A key that a finger strikes, and how far from the front (y of `piano::keyboard`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strike {
    /// When and which key.
    pub note: Note,
    /// Where on the key.
    pub y: f64,
    /// Offset from the key's centre line, white-key widths.
    pub aside: f64,
    /// Until then another finger of the hand is on this key or next to it.
    pub taken_until_secs: f64,
}

/// What a finger does at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touch {
    /// The key it is on or leaving, with its share.
    pub from: Option<Strike>,
    /// The key it is going to.
    pub to: Option<Strike>,
    /// 0 still at `from`, 1 arrived at `to`.
    pub progress: f64,
    /// 0 idle, 1 wholly busy with its key.
    pub busy: f64,
    /// Height over the surface of the key at rest, meters; negative: the key is down.
    pub height_meters: f64,
}

/// What a finger with these strikes (by onset) does at a moment.
pub fn touch(strikes: &[Strike], secs: f64) -> Touch {
    let next = strikes.partition_point(|strike| strike.note.onset_secs <= secs);
    let from = next.checked_sub(1).map(|last| strikes[last]);
    let to = strikes.get(next).copied();
    let leaving = from.map_or(0.0, |strike| 1.0 - smooth((secs - strike.note.offset_secs) / LEAVE_SECS));
    let coming = to.map_or(0.0, |strike| arrival(strike, from, secs));
    Touch {
        from,
        to,
        progress: if leaving + coming > 0.0 { coming / (leaving + coming) } else { 0.0 },
        busy: 1.0 - (1.0 - leaving) * (1.0 - coming),
        height_meters: from
            .into_iter()
            .chain(to)
            .map(|strike| height(strike, secs))
            .fold(HOVER_METERS, f64::min),
    }
}

fn arrival(strike: Strike, from: Option<Strike>, secs: f64) -> f64 {
    let free = from.map_or(f64::NEG_INFINITY, |from| from.note.offset_secs);
    let there = strike.note.onset_secs - READY_SECS;
    let begins = (strike.note.onset_secs - APPROACH_SECS).max(free).max(strike.taken_until_secs);
    let begins = begins.min(there - SHORTEST_APPROACH_SECS);
    smooth((secs - begins) / (there - begins))
}

/// Height over the key at rest that a strike asks for.
fn height(strike: Strike, secs: f64) -> f64 {
    let pressing = smooth((secs - (strike.note.onset_secs - READY_SECS)) / READY_SECS);
    let lifting = smooth((secs - strike.note.offset_secs) / LIFT_SECS);
    HOVER_METERS - (HOVER_METERS + KEY_DIP_METERS) * pressing * (1.0 - lifting)
}

/// How far down a strike holds its key, 0 to 1.
pub fn key_down(strike: Strike, secs: f64) -> f64 {
    (-height(strike, secs) / KEY_DIP_METERS).clamp(0.0, 1.0)
}

/// 0 up to 0, 1 from 1 on, with the least jerk between.
pub fn smooth(u: f64) -> f64 {
    let u = u.clamp(0.0, 1.0);
    u * u * u * (u * (6.0 * u - 15.0) + 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    fn strike(onset_secs: f64, offset_secs: f64) -> Strike {
        let note = Note {
            pitch: Pitch::LOWEST,
            onset_secs,
            offset_secs,
            velocity: 64,
        };
        Strike {
            note,
            y: 0.2,
            aside: 0.0,
            taken_until_secs: f64::NEG_INFINITY,
        }
    }

    #[test]
    fn a_key_is_down_from_onset_to_offset_and_up_outside() {
        let check = |secs: f64, down: f64| assert!((key_down(strike(1.0, 1.5), secs) - down).abs() < 1e-9, "{secs}");
        check(0.9, 0.0);
        check(1.0, 1.0);
        check(1.5, 1.0);
        check(1.6, 0.0);
    }

    #[test]
    fn a_finger_is_busy_while_its_key_is_down_and_idle_long_after() {
        let strikes = [strike(1.0, 1.5), strike(3.0, 3.2)];
        let busy = |secs| touch(&strikes, secs).busy;
        assert_eq!((busy(0.5), busy(1.2), busy(2.0), busy(3.1)), (0.0, 1.0, 0.0, 1.0));
        assert_eq!(touch(&strikes, 2.95).progress, 1.0);
    }
}
