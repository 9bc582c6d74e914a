//! Fingertips, each in its finger's colour.

use super::palette::{Color, finger_color};
use crate::Frame;
use crate::hands::HandsInFrame;
use piano::{FingerNumber, Hand};

/// Radius of a fingertip's dot and of its dark rim, as parts of the picture's width.
const DOT_PARTS: f64 = 0.004;
const RIM_PARTS: f64 = 0.0016;
const RIM_COLOR: Color = [20, 20, 20];
/// Filled-in tips are drawn as rings: they were not seen.
const RING_PART: f64 = 0.45;

/// Draws the tips of both hands; the left hand's dots are hatched, tips that were filled in between pictures are rings.
pub fn draw_fingertips(frame: &mut Frame, hands: &HandsInFrame) {
    let dot = (DOT_PARTS * frame.width as f64).max(2.0);
    let rim = (RIM_PARTS * frame.width as f64).max(1.0);
    for hand in Hand::BOTH {
        let Some(tracked) = hands.hand(hand) else { continue };
        for finger in FingerNumber::ALL {
            let [x, y, _] = tracked.landmarks[finger.tip_landmark()].map(f64::from);
            let hole = if tracked.interpolated { RING_PART * dot } else { 0.0 };
            draw_disc(frame, [x, y], [dot, dot + rim], |_, _| RIM_COLOR);
            draw_disc(frame, [x, y], [hole, dot], |column, row| {
                if hand == Hand::Left && (column + row).rem_euclid(4) < 2 {
                    RIM_COLOR
                } else {
                    finger_color(finger)
                }
            });
        }
    }
}

/// Colours the pixels whose distance from the centre lies between two radii.
fn draw_disc(frame: &mut Frame, [x, y]: [f64; 2], [inner, outer]: [f64; 2], color: impl Fn(i64, i64) -> Color) {
    if !(x.is_finite() && y.is_finite()) {
        return;
    }
    let reach = outer.ceil() as i64;
    let (center_x, center_y) = (x.round() as i64, y.round() as i64);
    for row in center_y.saturating_sub(reach)..=center_y.saturating_add(reach) {
        for column in center_x.saturating_sub(reach)..=center_x.saturating_add(reach) {
            let distance = (column as f64 - x).hypot(row as f64 - y);
            if distance >= inner && distance <= outer {
                frame.set(column, row, color(column, row));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hands::TrackedHand;

    #[test]
    fn each_tip_has_its_colour_and_a_filled_in_one_is_hollow() {
        let mut landmarks = [[0.0; 3]; 21];
        for finger in FingerNumber::ALL {
            landmarks[finger.tip_landmark()] = [100.0 * f32::from(finger.get()), 50.0, 0.0];
        }
        let drawn = |interpolated| {
            let mut frame = Frame::filled(1000, 100, [255; 3]);
            let right = TrackedHand {
                landmarks,
                presence: 1.0,
                interpolated,
            };
            draw_fingertips(
                &mut frame,
                &HandsInFrame {
                    secs: 0.0,
                    hands: [None, Some(right)],
                },
            );
            frame
        };
        for finger in FingerNumber::ALL {
            let x = 100 * usize::from(finger.get());
            assert_eq!(drawn(false).pixel(x, 50), finger_color(finger));
            assert_eq!(drawn(true).pixel(x, 50), [255; 3]);
        }
    }

    #[test]
    fn tips_outside_the_picture_are_left_out() {
        let mut frame = Frame::filled(10, 10, [255; 3]);
        let hand = TrackedHand {
            landmarks: [[-1e30, f32::NAN, 0.0]; 21],
            presence: 1.0,
            interpolated: false,
        };
        let before = frame.clone();
        draw_fingertips(
            &mut frame,
            &HandsInFrame {
                secs: 0.0,
                hands: [Some(hand), None],
            },
        );
        assert_eq!(frame, before);
    }
}
