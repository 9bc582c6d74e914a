//! When a player lets go of keys: as the score says, or earlier where a hand cannot hold one key and strike the next.

use crate::hand_mesh::hand_direction;
use piano::keyboard::center_x;
use piano::{Finger, FingeredNote};

/// Fingers in the five-finger position lie about a white key apart, the thumb two from the middle finger.
const RELAXED: [f64; 5] = [-2.1, -1.0, 0.0, 1.0, 1.95];
/// How far two tips can be from their relaxed distance, white-key widths: the thumb opens and passes under the palm.
const STRETCH: f64 = 1.9;
const THUMB_STRETCH: f64 = 4.7;
/// Time to get to the next key: at least so long, and longer the farther it is, seconds a white-key width.
const SHORTEST_SECS: f64 = 0.08;
const SECS_PER_KEY: f64 = 0.014;
/// No way to a key takes longer.
const LONGEST_SECS: f64 = SHORTEST_SECS + SECS_PER_KEY * piano::keyboard::WHITE_KEYS as f64;
/// A key is held at least this long, or for half of its note.
const HELD_SECS: f64 = 0.08;
/// Overlaps up to this long are legato; longer ones mean that the key is held on.
const LEGATO_SECS: f64 = 0.06;

/// The notes as they can be played: onsets as written, offsets never later than written. By onset, then pitch.
pub fn playable(score: &[FingeredNote]) -> Vec<FingeredNote> {
    let mut notes = score.to_vec();
    notes.sort_by(|a, b| {
        a.note
            .onset_secs
            .total_cmp(&b.note.onset_secs)
            .then(a.note.pitch.cmp(&b.note.pitch))
    });
    for index in 0..notes.len() {
        let (before, after) = notes.split_at_mut(index + 1);
        let held = &mut before[index];
        let Some(finger) = held.finger else { continue };
        let written_offset = held.note.offset_secs;
        let near = |next: &&FingeredNote| next.note.onset_secs < written_offset + LONGEST_SECS;
        for next in after.iter().take_while(near) {
            let Some(to) = next.finger.filter(|to| to.hand == finger.hand) else {
                continue;
            };
            // A finger cannot be in two places, nor a key be struck that is down.
            let must_leave = to == finger || next.note.pitch == held.note.pitch;
            let held_on = held.note.offset_secs > next.note.onset_secs + LEGATO_SECS && !must_leave;
            if next.note.onset_secs <= held.note.onset_secs || held_on || (!must_leave && within_reach(held, finger, next, to)) {
                continue;
            }
            let keys = (center_x(next.note.pitch) - center_x(held.note.pitch)).abs();
            let earliest = held.note.onset_secs + HELD_SECS.min((next.note.onset_secs - held.note.onset_secs) / 2.0);
            let free = (next.note.onset_secs - SHORTEST_SECS - SECS_PER_KEY * keys).max(earliest);
            held.note.offset_secs = held.note.offset_secs.min(free);
        }
    }
    notes
}

/// Whether a hand can hold one key and strike the other.
fn within_reach(held: &FingeredNote, finger: Finger, next: &FingeredNote, to: Finger) -> bool {
    let apart = center_x(next.note.pitch) - center_x(held.note.pitch);
    let relaxed = hand_direction(finger.hand) * (RELAXED[to.finger.index()] - RELAXED[finger.finger.index()]);
    let thumb = finger.finger.index() == 0 || to.finger.index() == 0;
    (apart - relaxed).abs() <= if thumb { THUMB_STRETCH } else { STRETCH }
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::{Note, Pitch};

    fn check(first: (u8, i8), second: (u8, i8), expected_offset: std::ops::Range<f64>) {
        let note = |(midi, finger): (u8, i8), onset_secs: f64| FingeredNote {
            note: Note {
                pitch: Pitch::new(midi).unwrap(),
                onset_secs,
                offset_secs: onset_secs + 0.5,
                velocity: 64,
            },
            finger: Finger::from_pig_number(finger),
        };
        let offset = playable(&[note(second, 1.0), note(first, 0.5)])[0].note.offset_secs;
        assert!(expected_offset.contains(&offset), "{first:?} {second:?}: {offset}");
    }

    #[test]
    fn keys_are_held_to_the_next_where_a_hand_can_and_left_early_where_not() {
        let (legato, early) = (1.0..1.01, 0.7..0.95);
        check((60, 1), (62, 2), legato.clone());
        check((64, 3), (65, 1), legato.clone());
        check((60, 1), (72, 5), legato.clone());
        check((60, 3), (60, 3), early.clone());
        check((60, 3), (60, 2), early.clone());
        check((70, 4), (73, 2), early.clone());
        check((48, -5), (60, -1), legato.clone());
        check((48, -1), (60, -5), early);
        check((48, -1), (84, 5), legato);
    }
}
