//! Hands from pixels to the keyboard.

use crate::performance::KeyboardSection;
use fingering::evidence::{HandPose, HandsAt};
use piano::{Hand, keyboard};
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
        let seen_as = |hand: Hand| section.map_or(hand, |section| hand_in_picture(hand, &section.keyboard_from_image));
        HandsAt {
            secs: frame.secs,
            hands: Hand::BOTH.map(|hand| frame.hand(seen_as(hand)).and_then(pose)),
        }
    });
    moved.collect()
}

/// Which hand of the picture a hand of the player is: the other one in a mirrored picture.
pub fn hand_in_picture(hand: Hand, keyboard_from_image: &Homography) -> Hand {
    if is_mirrored(keyboard_from_image) { hand.other() } else { hand }
}

/// Whether the picture is mirrored: turning from along the keys to their far ends goes the other way round. (A picture's y goes
/// down and the keyboard's goes away from the player, so that an unmirrored map changes the sense.)
fn is_mirrored(keyboard_from_image: &Homography) -> bool {
    let middle = [keyboard::WHITE_KEYS as f64 / 2.0, 0.5];
    let Some(image_from_keyboard) = keyboard_from_image.inverse() else {
        return false;
    };
    let at = |x: f64, y: f64| image_from_keyboard.apply([middle[0] + x, middle[1] + y]);
    let (here, along, away) = (at(0.0, 0.0), at(1.0, 0.0), at(0.0, 0.2));
    let [along, away] = [along, away].map(|end| [end[0] - here[0], end[1] - here[1]]);
    along[0] * away[1] - along[1] * away[0] > 0.0
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
    use piano::Pitch;
    use vision::hands::HandsInFrame;

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

    #[test]
    fn hands_change_sides_in_a_mirrored_picture_only() {
        let upright = Homography([[0.05, 0.0, 0.0], [0.0, -1.0 / 120.0, 2.0], [0.0, 0.0, 1.0]]);
        let turned = Homography([[-0.05, 0.0, 52.0], [0.0, 1.0 / 120.0, -1.0], [0.0, 0.0, 1.0]]);
        let mirrored = Homography([[-0.05, 0.0, 52.0], [0.0, -1.0 / 120.0, 2.0], [0.0, 0.0, 1.0]]);
        let left_alone = HandsInFrame {
            secs: 1.0,
            hands: [
                Some(TrackedHand {
                    landmarks: [[200.0, 180.0, 0.0]; 21],
                    presence: 0.9,
                    interpolated: false,
                }),
                None,
            ],
        };
        let tracks = HandTracks { frames: vec![left_alone] };
        let check = |keyboard_from_image: Homography, expected: Hand| {
            let section = KeyboardSection {
                start_secs: 0.0,
                end_secs: 2.0,
                keyboard_from_image,
                lowest_pitch: Pitch::LOWEST,
                highest_pitch: Pitch::HIGHEST,
                confidence: 1.0,
            };
            let hands = hands_on_keyboard(&tracks, &[section]);
            assert!(hands[0].hand(expected).is_some() && hands[0].hand(expected.other()).is_none());
        };
        check(upright, Hand::Left);
        check(turned, Hand::Left);
        check(mirrored, Hand::Right);
    }
}
