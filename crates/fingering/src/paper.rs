//! The paper's rule: the finger whose tip is closest to the key in the picture plane, averaged over the note's frames.
//!
//! Nothing else is asked: no chord, no sequence, no camera. It stands here to compare with.

use crate::assignment::{Assignment, Witnesses, key_witness};
use crate::evidence::{HandsAt, KeyMotion};
use crate::fingertips::Fingertips;
use piano::keyboard::{BLACK_KEY_FRONT_Y, WHITE_KEY_LENGTH_METERS, WHITE_KEY_WIDTH_METERS, center_x};
use piano::{Finger, Note, Pitch};

/// Key lengths are measured in key widths, so that distances are those of the keyboard plane.
const KEY_LENGTH_IN_WIDTHS: f64 = WHITE_KEY_LENGTH_METERS / WHITE_KEY_WIDTH_METERS;
/// A tip so close to the key, in white-key widths, stands over it.
const OVER_THE_KEY: f64 = 1.2;

/// Fingers every note by itself. `hands` by time, in keyboard coordinates; the order of `notes` is kept.
///
/// The confidence is the share of the note's frames in which the finger was the closest. It is not calibrated.
pub fn paper(notes: &[Note], hands: &[HandsAt], keys: &KeyMotion) -> Vec<Assignment> {
    let fingertips = Fingertips::new(hands);
    let frame_secs: Vec<f64> = hands.iter().map(|at| at.secs).collect();
    notes
        .iter()
        .map(|note| closest_finger(note, &fingertips, &frame_secs, keys))
        .collect()
}

fn closest_finger(note: &Note, fingertips: &Fingertips, frame_secs: &[f64], keys: &KeyMotion) -> Assignment {
    let first = frame_secs.partition_point(|secs| *secs < note.onset_secs);
    let end = frame_secs.partition_point(|secs| *secs <= note.offset_secs).max(first);
    let mut moments = frame_secs[first..end].to_vec();
    if moments.is_empty() {
        // The note is shorter than a frame.
        moments.push(note.onset_secs);
    }
    let frames: Vec<Vec<(Finger, f64)>> = moments.iter().map(|secs| distances(note.pitch, fingertips, *secs)).collect();
    let mut means: Vec<(Finger, f64)> = Finger::all()
        .filter_map(|finger| Some((finger, mean_distance(finger, &frames)?)))
        .collect();
    means.sort_by(|a, b| a.1.total_cmp(&b.1));
    let Some(&(finger, distance)) = means.first() else {
        return Assignment {
            witnesses: Witnesses {
                sound: Some(true),
                key: key_witness(note, keys),
                fingertip: None,
            },
            ..Assignment::default()
        };
    };
    let closest_in = |frame: &&Vec<(Finger, f64)>| {
        frame
            .iter()
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .is_some_and(|(closest, _)| *closest == finger)
    };
    Assignment {
        hand: Some(finger.hand),
        finger: Some(finger.finger),
        confidence: frames.iter().filter(closest_in).count() as f64 / frames.len() as f64,
        runner_up: means.get(1).map(|(next, _)| *next),
        margin_key_widths: means.get(1).map(|(_, next)| next - distance),
        witnesses: Witnesses {
            sound: Some(true),
            key: key_witness(note, keys),
            fingertip: Some(distance <= OVER_THE_KEY),
        },
    }
}

/// Distance of each finger seen at a moment to the key, white-key widths.
fn distances(pitch: Pitch, fingertips: &Fingertips, secs: f64) -> Vec<(Finger, f64)> {
    let [key_x, key_y] = playing_surface(pitch);
    Finger::all()
        .filter_map(|finger| {
            let [x, y, _] = fingertips.at(finger.hand, secs)?.tips[finger.finger.index()];
            Some((finger, (x - key_x).hypot(KEY_LENGTH_IN_WIDTHS * (y - key_y))))
        })
        .collect()
}

fn mean_distance(finger: Finger, frames: &[Vec<(Finger, f64)>]) -> Option<f64> {
    let seen: Vec<f64> = frames
        .iter()
        .flatten()
        .filter(|(other, _)| *other == finger)
        .map(|(_, distance)| *distance)
        .collect();
    (!seen.is_empty()).then(|| seen.iter().sum::<f64>() / seen.len() as f64)
}

/// Where "the key" is: the middle of a black key's top, and of the part of a white key in front of the black ones, the only
/// part as wide as the key.
fn playing_surface(pitch: Pitch) -> [f64; 2] {
    let y = if pitch.is_black() {
        (1.0 + BLACK_KEY_FRONT_Y) / 2.0
    } else {
        BLACK_KEY_FRONT_Y / 2.0
    };
    [center_x(pitch), y]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::HandPose;

    /// Right hands whose tips stand at these places, thumb first.
    fn right_hand(secs: f64, tips: [[f32; 2]; 5]) -> HandsAt {
        let mut landmarks = [[0.0; 3]; 21];
        for (index, [x, y]) in tips.into_iter().enumerate() {
            landmarks[4 * (index + 1)] = [x, y, 0.0];
        }
        let pose = HandPose {
            landmarks,
            presence: 1.0,
            interpolated: false,
        };
        HandsAt {
            secs,
            hands: [None, Some(pose)],
        }
    }

    #[test]
    fn the_closest_finger_over_the_whole_note_wins() {
        let note = |midi, onset_secs, offset_secs| Note {
            pitch: Pitch::new(midi).unwrap(),
            onset_secs,
            offset_secs,
            velocity: 64,
        };
        // Thumb on C4 (x 23.5), the others to the right; in the last frame the thumb has moved on.
        let over = |x: f32| [[x, 0.15], [24.6, 0.3], [25.6, 0.35], [26.6, 0.3], [27.6, 0.2]];
        let hands = [
            right_hand(0.0, over(23.5)),
            right_hand(0.1, over(23.5)),
            right_hand(0.2, over(25.5)),
        ];
        let notes = [note(60, 0.0, 0.2), note(62, 0.0, 0.01), note(60, 5.0, 6.0)];
        let found = paper(&notes, &hands, &KeyMotion::default());
        let fingers: Vec<Option<u8>> = found.iter().map(|answer| answer.finger.map(|finger| finger.get())).collect();
        assert_eq!(fingers, [Some(1), Some(2), None]);
        assert!((found[0].confidence - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(
            (found[2].hand, found[2].confidence, found[2].witnesses.fingertip),
            (None, 0.0, None)
        );
    }
}
