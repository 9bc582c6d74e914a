//! Fingertips at any moment, between the pictures too.

use crate::evidence::{HandPose, HandsAt};
use piano::{FingerNumber, Hand};

/// How far away, in seconds, the nearest picture of a hand may be before we say that the hand was not seen: four pictures of
/// a 30 fps video. Longer gaps are filled, and marked so, by whoever tracked the hands.
const LONGEST_GAP_SECS: f64 = 0.15;

/// Between pictures no further apart than this a tip moves evenly enough; further apart it is trusted less.
const FULL_TRUST_SECS: f64 = 0.05;

/// The five fingertips of one hand at one moment, thumb first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HandTips {
    /// `[x, y, z]` as in [`HandPose::landmarks`].
    pub tips: [[f64; 3]; 5],
    /// How far the pose can be trusted, 0 to 1: the network's presence, halved where the pose was filled in.
    pub trust: f64,
}

/// Where both hands' fingertips are over time.
pub(crate) struct Fingertips {
    tracks: [Vec<(f64, HandTips)>; 2],
    usual_z: [[f64; 5]; 2],
}

impl Fingertips {
    /// Tracks of the fingertips; poses that are not finite are dropped, and times may come in any order.
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
        let before = after.checked_sub(1).map(|index| &track[index]);
        let before = before.filter(|(at, _)| secs - at <= LONGEST_GAP_SECS);
        let after = track.get(after).filter(|(at, _)| at - secs <= LONGEST_GAP_SECS);
        match (before, after) {
            (Some((from, a)), Some((to, b))) => Some(between(a, b, (secs - from) / (to - from), to - from)),
            // At the edge of a gap the last pose seen stands in, trusted less.
            (Some((_, tips)), None) | (None, Some((_, tips))) => Some(HandTips {
                trust: tips.trust / 2.0,
                ..*tips
            }),
            (None, None) => None,
        }
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
    finite.then_some(HandTips {
        tips,
        trust: if pose.interpolated { presence / 2.0 } else { presence },
    })
}

/// The tips a share of the way from one picture to the next one, `apart_secs` later.
fn between(a: &HandTips, b: &HandTips, share: f64, apart_secs: f64) -> HandTips {
    HandTips {
        tips: std::array::from_fn(|tip| std::array::from_fn(|axis| a.tips[tip][axis] * (1.0 - share) + b.tips[tip][axis] * share)),
        trust: a.trust.min(b.trust) * (FULL_TRUST_SECS / apart_secs).clamp(0.5, 1.0),
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
        check(0.5, None);
        check(0.95, Some(9.0));
        check(2.0, None);
        assert_eq!(tips.at(Hand::Right, 0.0), None);
        assert_eq!(tips.usual_z(Hand::Right), [0.0; 5]);
    }
}
