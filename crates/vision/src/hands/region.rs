//! Where the landmark network looks: from a palm, or from the landmarks of the picture before.

use super::HandObservation;
use super::palm::Palm;
use std::f32::consts::{FRAC_PI_2, PI};

/// A square region of a picture, turned: where a landmark network looks for one hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandRegion {
    /// Centre, pixels.
    pub center: [f32; 2],
    /// Side, pixels.
    pub side: f32,
    /// Turn of the square, radians, clockwise in the picture (y down).
    pub rotation: f32,
}

/// A palm box is grown by this much to hold the whole hand (MediaPipe `palm_detection_detection_to_roi`).
const SIDE_FROM_PALM: f32 = 2.6;
/// The centre moves by this part of the box towards the fingers.
const SHIFT_FROM_PALM: f32 = -0.5;
/// The box of the palm-side landmarks is grown by this much (MediaPipe `hand_landmark_landmarks_to_roi`).
const SIDE_FROM_LANDMARKS: f32 = 2.0;
/// The centre moves by this part of the box towards the fingers.
const SHIFT_FROM_LANDMARKS: f32 = -0.1;
/// Landmarks that say where the hand is: no tips and no last joints, which move most.
const STEADY_LANDMARKS: [usize; 12] = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18];

impl HandRegion {
    /// The region of a hand whose palm was detected.
    pub fn from_palm(palm: &Palm) -> HandRegion {
        let [left, top, right, bottom] = palm.bounds;
        let (width, height) = (right - left, bottom - top);
        let rotation = rotation_towards(palm.keypoints[0], palm.keypoints[2]);
        let center = [(left + right) / 2.0, (top + bottom) / 2.0];
        HandRegion {
            center: add(center, turn([0.0, SHIFT_FROM_PALM * height], rotation)),
            side: SIDE_FROM_PALM * width.max(height),
            rotation,
        }
    }

    /// The region in which a hand will be found again, from where it was just seen.
    pub fn from_landmarks(hand: &HandObservation) -> HandRegion {
        let at = |i: usize| [hand.landmarks[i][0], hand.landmarks[i][1]];
        let middle = |a: [f32; 2], b: [f32; 2]| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        let rotation = rotation_towards(at(0), middle(middle(at(6), at(14)), at(10)));
        let [left, top, right, bottom] = bounds(STEADY_LANDMARKS.map(at));
        let origin = [(left + right) / 2.0, (top + bottom) / 2.0];
        let upright = STEADY_LANDMARKS.map(|i| turn(sub(at(i), origin), -rotation));
        let [left, top, right, bottom] = bounds(upright);
        let (width, height) = (right - left, bottom - top);
        let center = [(left + right) / 2.0, (top + bottom) / 2.0 + SHIFT_FROM_LANDMARKS * height];
        HandRegion {
            center: add(origin, turn(center, rotation)),
            side: SIDE_FROM_LANDMARKS * width.max(height),
            rotation,
        }
    }

    /// Where a point of the crop lies in the picture; the crop's corners are (0, 0) and (1, 1).
    pub fn image_from_crop(&self, [u, v]: [f32; 2]) -> [f32; 2] {
        add(self.center, turn([(u - 0.5) * self.side, (v - 0.5) * self.side], self.rotation))
    }

    /// Upright box around a square of the same side and centre, not turned: left, top, right, bottom.
    pub fn bounds(&self) -> [f32; 4] {
        let half = self.side / 2.0;
        [
            self.center[0] - half,
            self.center[1] - half,
            self.center[0] + half,
            self.center[1] + half,
        ]
    }

    /// Whether all numbers are finite and the region has a size: what a network returned may be anything.
    pub fn is_usable(&self) -> bool {
        self.center.iter().chain([&self.side, &self.rotation]).all(|n| n.is_finite()) && self.side > 1.0
    }
}

/// The turn that makes the direction between two points point up.
fn rotation_towards(from: [f32; 2], to: [f32; 2]) -> f32 {
    let angle = FRAC_PI_2 - (from[1] - to[1]).atan2(to[0] - from[0]);
    angle - 2.0 * PI * ((angle + PI) / (2.0 * PI)).floor()
}

fn turn([x, y]: [f32; 2], rotation: f32) -> [f32; 2] {
    let (sin, cos) = rotation.sin_cos();
    [x * cos - y * sin, x * sin + y * cos]
}

fn add(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

fn sub(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

fn bounds<const N: usize>(points: [[f32; 2]; N]) -> [f32; 4] {
    points.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, p| {
        [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: [f32; 2], b: [f32; 2]) -> bool {
        (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-3
    }

    #[test]
    fn a_palm_that_points_up_gives_an_upright_region_shifted_to_the_fingers() {
        let mut keypoints = [[0.0; 2]; 7];
        keypoints[0] = [50.0, 90.0];
        keypoints[2] = [50.0, 40.0];
        let palm = Palm {
            bounds: [30.0, 40.0, 70.0, 80.0],
            keypoints,
            score: 1.0,
        };
        let region = HandRegion::from_palm(&palm);
        assert!(close(region.center, [50.0, 40.0]) && region.rotation.abs() < 1e-6 && (region.side - 104.0).abs() < 1e-3);
        // Turned by a quarter to the right, the shift goes to the right.
        keypoints[2] = [100.0, 90.0];
        let region = HandRegion::from_palm(&Palm { keypoints, ..palm });
        assert!(close(region.center, [70.0, 60.0]) && (region.rotation - FRAC_PI_2).abs() < 1e-6);
        assert!(close(region.image_from_crop([0.5, 0.0]), [70.0 + 52.0, 60.0]));
    }

    #[test]
    fn a_region_from_landmarks_turns_with_the_hand() {
        let upright = HandObservation {
            landmarks: std::array::from_fn(|i| [10.0 * (i % 4) as f32, 100.0 - 5.0 * i as f32, 0.0]),
            presence: 1.0,
            right: 1.0,
        };
        let turned = HandObservation {
            landmarks: upright.landmarks.map(|[x, y, z]| [300.0 - y, x, z]),
            ..upright.clone()
        };
        let (a, b) = (HandRegion::from_landmarks(&upright), HandRegion::from_landmarks(&turned));
        assert!((b.rotation - a.rotation - FRAC_PI_2).abs() < 1e-4 && (a.side - b.side).abs() < 1e-2);
        assert!((b.center[0] - (300.0 - a.center[1])).abs() < 1e-2 && (b.center[1] - a.center[0]).abs() < 1e-2);
    }
}
