//! How the person of the video moved, on the simulated keyboard.

use piano::Hand;
use simulation::scene::piano::KEYBOARD_LENGTH_METERS;
use simulation::score::CONTROL_TIMESTEP_SECS;
use simulation::trajectory::{FINGERTIPS, POINTS, Trajectory};

/// Fingertips and wrist.
pub const POINTS_OF_HAND: usize = 6;
/// White keys of a keyboard.
const WHITE_KEYS: f64 = 52.0;
/// Further from a moment than this a hand's place says nothing of it: three pictures of a slow video.
const GAP_SECS_MAX: f64 = 0.1;
/// Of a white key, from its front edge to the far end.
const KEY_LENGTH_METERS: f64 = 0.15;

/// One hand of the person, seen from above at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenHand {
    /// Seconds of the score: the video's, moved and stretched as the score was.
    pub secs: f64,
    /// Whose.
    pub hand: Hand,
    /// Fingertips, thumb first, and the wrist: white-key widths from the bass end of A0, and 0 at the front edge to 1 at the far end; NaN
    /// where unknown.
    pub points: [[f32; 2]; POINTS_OF_HAND],
}

/// Where fingertips and wrists were at the end of each of `frames` control steps, between the moments at which they were seen.
pub fn trajectory(mut seen: Vec<SeenHand>, frames: usize) -> Trajectory {
    seen.sort_by(|a, b| a.secs.total_cmp(&b.secs));
    let mut sampled = vec![[None; POINTS]; frames];
    for hand in Hand::BOTH {
        let of_hand: Vec<&SeenHand> = seen.iter().filter(|seen| seen.hand == hand && seen.secs.is_finite()).collect();
        for (index, points) in sampled.iter_mut().enumerate() {
            let secs = (index + 1) as f64 * CONTROL_TIMESTEP_SECS;
            let [tips @ .., wrist] = points_at(&of_hand, secs);
            let first = tips.len() * hand.index();
            points[first..first + tips.len()].copy_from_slice(&tips);
            points[FINGERTIPS + hand.index()] = wrist;
        }
    }
    Trajectory { frames: sampled }
}

/// A hand's points at a moment: on the straight way between the moments before and after, if both are near.
fn points_at(seen: &[&SeenHand], secs: f64) -> [Option<[f64; 2]>; POINTS_OF_HAND] {
    let after = seen.partition_point(|seen| seen.secs < secs);
    let (before, after) = (after.checked_sub(1).map(|index| seen[index]), seen.get(after));
    let near = |seen: &&SeenHand| (seen.secs - secs).abs() <= GAP_SECS_MAX;
    let (Some(before), Some(after)) = (before.filter(near), after.copied().filter(near)) else {
        return [None; POINTS_OF_HAND];
    };
    let span_secs = after.secs - before.secs;
    let part = if span_secs > 0.0 { (secs - before.secs) / span_secs } else { 0.0 };
    std::array::from_fn(|point| {
        let between = |axis: usize| {
            let (from, to) = (f64::from(before.points[point][axis]), f64::from(after.points[point][axis]));
            from + part * (to - from)
        };
        let place = [between(0), between(1)];
        place
            .iter()
            .all(|number| number.is_finite())
            .then(|| world_from_keyboard(place[0], place[1]))
    })
}

/// World x and y (meters; x towards the player, y from bass to treble) of a place on the keyboard: white-key widths from the bass end of A0,
/// and 0 at the front edge to 1 at the far end, as in `hands.parquet`.
pub fn world_from_keyboard(along_key_widths: f64, across: f64) -> [f64; 2] {
    let x = KEY_LENGTH_METERS * (0.5 - across);
    let y = KEYBOARD_LENGTH_METERS * (along_key_widths / WHITE_KEYS - 0.5);
    [x, y]
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;
    use simulation::scene::piano::key_center;

    #[test]
    fn keys_lie_where_the_simulated_piano_has_them() {
        for (pitch, along) in [(21, 0.5), (60, 23.5), (108, 51.5)] {
            let center = key_center(Pitch::new(pitch).unwrap());
            let seen = world_from_keyboard(along, 0.5);
            assert!((center[1] - seen[1]).abs() < 1e-3, "{pitch}: {center:?} {seen:?}");
            assert_eq!(seen[0], 0.0);
        }
        assert!(world_from_keyboard(0.0, 0.0)[0] > 0.0, "the front edge is the player's");
    }

    fn seen(secs: f64, hand: Hand, along: f32) -> SeenHand {
        SeenHand {
            secs,
            hand,
            points: [[along, 0.5]; POINTS_OF_HAND],
        }
    }

    #[test]
    fn points_are_between_two_pictures_and_unknown_in_a_gap() {
        let moments = vec![
            seen(0.06, Hand::Right, 27.0),
            seen(0.04, Hand::Right, 26.0),
            seen(0.14, Hand::Right, f32::NAN),
            seen(0.60, Hand::Right, 30.0),
        ];
        let paths = trajectory(moments, 5);
        let middle = paths.frames[0][5].unwrap();
        let expected = world_from_keyboard(26.5, 0.5);
        assert!((middle[0] - expected[0]).abs() < 1e-9 && (middle[1] - expected[1]).abs() < 1e-9);
        assert_eq!(paths.frames[0][11], paths.frames[0][5], "the right wrist comes last");
        assert_eq!(paths.frames[0][0], None, "the left hand was not seen");
        assert_eq!(paths.frames[1][5], None, "unknown in a picture");
        assert_eq!(paths.frames[4][5], None, "long before the next picture");
    }
}
