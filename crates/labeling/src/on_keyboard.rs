//! Hands from pixels to the keyboard.

use crate::performance::KeyboardSection;
use fingering::evidence::{HandPose, HandsAt};
use vision::Homography;
use vision::hands::{HandTracks, TrackedHand};

/// Side of the little triangle the picture's scale is measured on, pixels.
const SCALE_STEP_PIXELS: f64 = 1.0;

/// The section a moment falls into. Sections come in order of time.
pub fn section_at(sections: &[KeyboardSection], secs: f64) -> Option<&KeyboardSection> {
    sections
        .iter()
        .find(|section| (section.start_secs..=section.end_secs).contains(&secs))
}

/// The hands of every picture in keyboard coordinates; none while no keyboard is known.
pub fn hands_on_keyboard(tracks: &HandTracks, sections: &[KeyboardSection]) -> Vec<HandsAt> {
    let moved = tracks.frames.iter().map(|frame| {
        let section = section_at(sections, frame.secs);
        let pose = |hand: &TrackedHand| section.and_then(|section| pose_on_keyboard(hand, &section.keyboard_from_image));
        HandsAt {
            secs: frame.secs,
            hands: [0, 1].map(|side| frame.hands[side].as_ref().and_then(pose)),
        }
    });
    moved.collect()
}

/// One hand in keyboard coordinates; none if the map sends a landmark to infinity.
pub fn pose_on_keyboard(hand: &TrackedHand, keyboard_from_image: &Homography) -> Option<HandPose> {
    let keys_per_pixel = keys_per_pixel(keyboard_from_image, hand.landmarks[0]);
    let landmarks = hand.landmarks.map(|[x, y, z]| {
        let [along, across] = keyboard_from_image.apply([f64::from(x), f64::from(y)]);
        [along as f32, across as f32, z * keys_per_pixel as f32]
    });
    let finite = landmarks.iter().flatten().all(|value| value.is_finite());
    finite.then_some(HandPose {
        landmarks,
        presence: hand.presence,
        interpolated: hand.interpolated,
    })
}

/// White-key widths a pixel covers near a landmark, along the keyboard.
fn keys_per_pixel(keyboard_from_image: &Homography, [x, y, _]: [f32; 3]) -> f64 {
    let (x, y) = (f64::from(x), f64::from(y));
    let here = keyboard_from_image.apply([x, y])[0];
    let right = keyboard_from_image.apply([x + SCALE_STEP_PIXELS, y])[0] - here;
    let down = keyboard_from_image.apply([x, y + SCALE_STEP_PIXELS])[0] - here;
    right.hypot(down) / SCALE_STEP_PIXELS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_depth_are_scaled_to_white_keys() {
        // Twenty pixels a white key, 120 pixels a key length, the far end on top.
        let keyboard_from_image = Homography([[0.05, 0.0, 0.0], [0.0, -1.0 / 120.0, 2.0], [0.0, 0.0, 1.0]]);
        let hand = TrackedHand {
            landmarks: [[200.0, 180.0, -40.0]; 21],
            presence: 0.9,
            interpolated: false,
        };
        let pose = pose_on_keyboard(&hand, &keyboard_from_image).unwrap();
        let [x, y, z] = pose.landmarks[8];
        assert!(
            (x - 10.0).abs() < 1e-4 && (y - 0.5).abs() < 1e-4 && (z + 2.0).abs() < 1e-4,
            "{x} {y} {z}"
        );
    }
}
