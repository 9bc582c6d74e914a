//! Two observations of one hand.

use super::{HandObservation, distance, overlap};

/// Landmarks that must lie together (MediaPipe Tasks `hand_landmarks_deduplication_calculator`).
const CLOSE_LANDMARKS_MIN: usize = 10;
/// Together means within this part of the palm's size.
const CLOSE_PALM_PARTS: f32 = 0.2;
/// Boxes of one hand share more than this part.
const OVERLAP_MIN: f32 = 0.2;

/// Whether two observations are of the same hand.
pub fn is_same_hand(a: &HandObservation, b: &HandObservation) -> bool {
    let near = CLOSE_PALM_PARTS * a.palm_size().max(b.palm_size());
    let close = a
        .landmarks
        .iter()
        .zip(&b.landmarks)
        .filter(|(a, b)| distance(**a, **b) < near)
        .count();
    close >= CLOSE_LANDMARKS_MIN && overlap(a.bounds(), b.bounds()) > OVERLAP_MIN
}

/// Keeps the surest observation of every hand, surest first.
pub fn without_duplicates(mut hands: Vec<HandObservation>) -> Vec<HandObservation> {
    hands.sort_by(|a, b| b.presence.total_cmp(&a.presence));
    let mut kept: Vec<HandObservation> = Vec::new();
    for hand in hands {
        if !kept.iter().any(|other| is_same_hand(other, &hand)) {
            kept.push(hand);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand(x: f32, presence: f32) -> HandObservation {
        HandObservation {
            landmarks: std::array::from_fn(|i| [x + 20.0 * (i % 5) as f32, 30.0 * (i / 5) as f32, 0.0]),
            presence,
            right: 0.5,
        }
    }

    #[test]
    fn the_surer_of_two_views_of_one_hand_stays() {
        let kept = without_duplicates(vec![hand(0.0, 0.7), hand(2.0, 0.9), hand(60.0, 0.8)]);
        assert_eq!(kept.iter().map(|hand| hand.presence).collect::<Vec<_>>(), [0.9, 0.8]);
    }
}
