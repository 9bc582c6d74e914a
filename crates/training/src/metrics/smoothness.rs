//! How the hands moved, and how far that is from how a person did.

use crate::rollout::{FINGERS, Rollout};
use piano::Finger;
use serde::{Deserialize, Serialize};
use simulation::score::{CONTROL_TIMESTEP_SECS, Frame, Score};
use simulation::trajectory::Trajectory;

/// Frames before a note in which its finger is on its way and not idle: half a second.
const APPROACH_FRAMES: usize = 10;

/// How the hands moved. All are means over frames and fingers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Naturalness {
    /// Distance of a fingertip to the person's, seen from above, where both are known, millimeters.
    pub distance_to_person_mm: Option<f64>,
    /// Third derivative of a fingertip's path, m/s³.
    pub jerk_meters_per_sec3: f64,
    /// Speed of fingertips that neither play nor are about to, relative to their hand's mean, mm/s; none if no finger is ever idle.
    pub idle_speed_mm_per_sec: Option<f64>,
}

/// Measures paths of fingertips.
pub fn naturalness(score: &Score, rollout: &Rollout, person: Option<&Trajectory>) -> Naturalness {
    Naturalness {
        distance_to_person_mm: person.and_then(|person| distance_mm(rollout, person)),
        jerk_meters_per_sec3: jerk(&rollout.fingertips),
        idle_speed_mm_per_sec: idle_speed_mm_per_sec(score, &rollout.fingertips),
    }
}

type Tips = [[f64; 3]; FINGERS];

fn distance_mm(rollout: &Rollout, person: &Trajectory) -> Option<f64> {
    let frames = rollout.fingertips.iter().zip(&person.frames);
    let distances = frames.flat_map(|(tips, seen)| {
        let pairs = tips.iter().zip(seen);
        pairs.filter_map(|(tip, seen)| seen.map(|seen| (tip[0] - seen[0]).hypot(tip[1] - seen[1])))
    });
    mean(distances).map(|meters| 1000.0 * meters)
}

fn jerk(paths: &[Tips]) -> f64 {
    let third = |window: &[Tips], finger: usize| {
        let along = |axis: usize| {
            let at = |frame: usize| window[frame][finger][axis];
            (at(3) - 3.0 * at(2) + 3.0 * at(1) - at(0)) / CONTROL_TIMESTEP_SECS.powi(3)
        };
        norm([along(0), along(1), along(2)])
    };
    let all = paths
        .windows(4)
        .flat_map(|window| (0..FINGERS).map(move |finger| third(window, finger)));
    mean(all).unwrap_or(0.0)
}

fn idle_speed_mm_per_sec(score: &Score, paths: &[Tips]) -> Option<f64> {
    let busy = busy(score.frames());
    let steps = paths.windows(2).zip(busy.windows(2));
    let speeds = steps.flat_map(|(tips, busy)| {
        Finger::all().filter_map(move |finger| {
            let moved = |finger: usize| [0, 1, 2].map(|axis| tips[1][finger][axis] - tips[0][finger][axis]);
            let hand = 5 * finger.hand.index()..5 * finger.hand.index() + 5;
            let with_hand = [0, 1, 2].map(|axis| hand.clone().map(|finger| moved(finger)[axis]).sum::<f64>() / 5.0);
            let own = moved(finger.index());
            let idle = !busy[0][finger.index()] && !busy[1][finger.index()];
            idle.then(|| norm([0, 1, 2].map(|axis| own[axis] - with_hand[axis])) / CONTROL_TIMESTEP_SECS)
        })
    });
    mean(speeds).map(|speed| 1000.0 * speed)
}

/// Which fingers play in a frame or soon after.
fn busy(frames: &[Frame]) -> Vec<[bool; FINGERS]> {
    let mut busy = vec![[false; FINGERS]; frames.len()];
    let mut until_note = [usize::MAX; FINGERS];
    for (frame, busy) in frames.iter().zip(&mut busy).rev() {
        for left in &mut until_note {
            *left = left.saturating_add(1);
        }
        for finger in frame.notes.iter().filter_map(|note| note.finger) {
            until_note[finger.index()] = 0;
        }
        *busy = until_note.map(|left| left <= APPROACH_FRAMES);
    }
    busy
}

fn norm(vector: [f64; 3]) -> f64 {
    vector.iter().map(|part| part * part).sum::<f64>().sqrt()
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u64);
    for number in numbers {
        sum += number;
        count += 1;
    }
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_motion_has_no_jerk_and_a_jolt_has() {
        let steady: Vec<Tips> = (0..8).map(|frame| [[0.01 * f64::from(frame), 0.0, 0.1]; FINGERS]).collect();
        assert!(jerk(&steady) < 1e-9);
        let mut jolted = steady;
        jolted[4][0][2] += 0.001;
        assert!(jerk(&jolted) > 1.0);
        assert_eq!(jerk(&jolted[..3]), 0.0);
    }
}
