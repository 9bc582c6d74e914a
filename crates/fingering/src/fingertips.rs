//! Fingertips at any moment, between the pictures too.

use crate::evidence::{HandPose, HandsAt};
use piano::{FingerNumber, Hand};

/// Longest time between two sightings of a hand that is bridged, as those who track hands do: 16 pictures of a 30 fps video.
const LONGEST_BRIDGE_SECS: f64 = 0.54;
/// How long before its first and after its last sighting a hand is taken to be where it was seen.
const LONGEST_REST_SECS: f64 = 0.1;
/// Between sightings no further apart than this, two pictures of a 30 fps video, a tip moves evenly enough.
const FULL_TRUST_SECS: f64 = 0.07;
/// What is left of the trust however far apart they are.
const LEAST_TRUST: f64 = 0.25;

/// The five fingertips of one hand at one moment, thumb first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct HandTips {
    /// `[x, y, z]` as in [`HandPose::landmarks`].
    pub tips: [[f64; 3]; 5],
    /// How far the pose can be trusted, 0 to 1: the network's presence, less between sightings that are far apart.
    pub trust: f64,
}

/// Where both hands' fingertips are over time.
pub(crate) struct Fingertips {
    tracks: [Vec<(f64, HandTips)>; 2],
    usual_z: [[f64; 5]; 2],
}

impl Fingertips {
    /// Tracks of the fingertips, times in any order. Poses that are not finite are dropped, and so are those that were filled in:
    /// we fill in ourselves, knowing how far apart the sightings are.
    pub fn new(hands: &[HandsAt]) -> Fingertips {
        let tracks = Hand::BOTH.map(|hand| {
            let mut track: Vec<(f64, HandTips)> = hands
                .iter()
                .filter_map(|at| Some((at.secs, tips_of(at.hand(hand)?)?)))
                .filter(|(secs, _)| secs.is_finite())
                .collect();
            track.sort_by(|a, b| a.0.total_cmp(&b.0));
            track
        });
        let usual_z = [0, 1].map(|hand| median_z(&tracks[hand]));
        Fingertips { tracks, usual_z }
    }

    /// The tips of a hand at a moment, linear between pictures; none where no picture of it is near.
    pub fn at(&self, hand: Hand, secs: f64) -> Option<HandTips> {
        let track = &self.tracks[hand.index()];
        let after = track.partition_point(|(at, _)| *at < secs);
        let before = after.checked_sub(1).map(|index| track[index]);
        let after = track.get(after).copied();
        if let (Some((from, a)), Some((to, b))) = (before, after)
            && to - from <= LONGEST_BRIDGE_SECS
        {
            return Some(between(&a, &b, (secs - from) / (to - from), to - from));
        }
        let (_, rested) = [before, after]
            .into_iter()
            .flatten()
            .find(|(at, _)| (secs - at).abs() <= LONGEST_REST_SECS)?;
        Some(HandTips {
            trust: rested.trust / 2.0,
            ..rested
        })
    }

    /// The middle height (z) of each tip of a hand over the whole track, thumb first; zero where the hand was never seen.
    pub fn usual_z(&self, hand: Hand) -> [f64; 5] {
        self.usual_z[hand.index()]
    }
}

fn median_z(track: &[(f64, HandTips)]) -> [f64; 5] {
    std::array::from_fn(|finger| {
        let mut heights: Vec<f64> = track.iter().map(|(_, tips)| tips.tips[finger][2]).collect();
        if heights.is_empty() {
            return 0.0;
        }
        let middle = heights.len() / 2;
        *heights.select_nth_unstable_by(middle, f64::total_cmp).1
    })
}

fn tips_of(pose: &HandPose) -> Option<HandTips> {
    let tips = FingerNumber::ALL.map(|finger| pose.landmarks[finger.tip_landmark()].map(f64::from));
    let finite = tips.iter().flatten().all(|value| value.is_finite());
    let presence = f64::from(pose.presence).clamp(0.0, 1.0);
    (finite && !pose.interpolated).then_some(HandTips { tips, trust: presence })
}

/// The tips a share of the way from one picture to the next one, `apart_secs` later.
fn between(a: &HandTips, b: &HandTips, share: f64, apart_secs: f64) -> HandTips {
    HandTips {
        tips: std::array::from_fn(|tip| std::array::from_fn(|axis| a.tips[tip][axis] * (1.0 - share) + b.tips[tip][axis] * share)),
        trust: a.trust.min(b.trust) * (FULL_TRUST_SECS / apart_secs).clamp(LEAST_TRUST, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(secs: f64, x: f32) -> HandsAt {
        let pose = HandPose {
            landmarks: [[x, 0.5, 0.0]; 21],
            presence: 1.0,
            interpolated: false,
        };
        HandsAt {
            secs,
            hands: [Some(pose), None],
        }
    }

    #[test]
    fn tips_move_evenly_between_pictures_and_are_unknown_far_from_any() {
        let tips = Fingertips::new(&[seen(0.0, 1.0), seen(0.05, 2.0), seen(1.0, 9.0), seen(2.0, f32::NAN)]);
        let check = |secs: f64, expected: Option<f64>| {
            let found = tips.at(Hand::Left, secs).map(|hand| hand.tips[1][0]);
            assert_eq!(found.map(|x| (x * 1e6).round() / 1e6), expected, "at {secs} s");
        };
        check(0.0, Some(1.0));
        check(0.025, Some(1.5));
        check(0.1, Some(2.0));
        check(0.15, Some(2.0));
        check(0.5, None);
        check(0.95, Some(9.0));
        check(2.0, None);
        assert_eq!(tips.at(Hand::Right, 0.0), None);
        let far_apart = Fingertips::new(&[seen(0.0, 1.0), seen(0.28, 2.0)]);
        let middle = far_apart.at(Hand::Left, 0.14).unwrap();
        assert!((middle.tips[0][0] - 1.5).abs() < 1e-9 && (middle.trust - 0.25).abs() < 1e-9);
        assert_eq!(tips.usual_z(Hand::Right), [0.0; 5]);
    }
}
