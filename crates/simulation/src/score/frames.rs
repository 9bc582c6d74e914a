//! From notes and pedal events to frames.

use super::{CONTROL_TIMESTEP_SECS, DueNote, Frame, PedalEvent};
use crate::model::KEYS;
use piano::{Finger, FingeredNote, Pitch};

/// What holds a key in a frame.
#[derive(Clone, Copy)]
struct Held {
    velocity: u8,
    finger: Option<Finger>,
    /// Whether a note begins here.
    onset: bool,
}

pub(super) fn frames_of(notes: &[FingeredNote], pedal: &[PedalEvent], secs: f64) -> Vec<Frame> {
    let frames_per_sec = 1.0 / CONTROL_TIMESTEP_SECS;
    let count = (secs * frames_per_sec + 1.0) as usize;
    let roll = roll(notes, count, frames_per_sec);
    let sustain = sustain(pedal, count, frames_per_sec);
    (0..count)
        .map(|frame| Frame {
            notes: due_notes(&roll, frame),
            sustain: sustain[frame],
        })
        .collect()
}

/// Later notes take over keys that earlier ones still hold; an onset stays an onset.
fn roll(notes: &[FingeredNote], count: usize, frames_per_sec: f64) -> Vec<[Option<Held>; KEYS]> {
    let mut by_onset: Vec<&FingeredNote> = notes.iter().collect();
    by_onset.sort_by(|a, b| a.note.onset_secs.total_cmp(&b.note.onset_secs));
    let mut roll = vec![[None::<Held>; KEYS]; count];
    for FingeredNote { note, finger } in by_onset {
        let first = (note.onset_secs * frames_per_sec) as usize;
        let end = ((note.offset_secs * frames_per_sec).ceil() as usize).max(first + 1);
        let key = note.pitch.key_index();
        for (frame, held) in roll.iter_mut().enumerate().take(end).skip(first) {
            held[key] = Some(Held {
                velocity: note.velocity,
                finger: *finger,
                onset: frame == first || held[key].is_some_and(|held| held.onset),
            });
        }
    }
    roll
}

/// A key that was held in the frame before and is struck again now is let go for this frame, or it could not be struck.
fn due_notes(roll: &[[Option<Held>; KEYS]], frame: usize) -> Vec<DueNote> {
    // A velocity of 0 is silence, as in MIDI.
    let sounding = |frame: usize, key: usize| roll[frame][key].filter(|held| held.velocity > 0);
    let due = |pitch: Pitch| {
        let held = sounding(frame, pitch.key_index())?;
        let held_before = frame > 0 && sounding(frame - 1, pitch.key_index()).is_some();
        (!(held_before && held.onset)).then_some(DueNote {
            pitch,
            velocity: held.velocity,
            finger: held.finger,
        })
    };
    Pitch::all().filter_map(due).collect()
}

/// The pedal stays as it is until an event moves it; of several events in a frame the last counts.
fn sustain(pedal: &[PedalEvent], count: usize, frames_per_sec: f64) -> Vec<bool> {
    let mut moves: Vec<Option<bool>> = vec![None; count];
    for event in pedal {
        if let Some(moved) = moves.get_mut((event.at_secs * frames_per_sec) as usize) {
            *moved = Some(event.down);
        }
    }
    let mut down = false;
    let after = moves.into_iter().map(|moved| {
        down = moved.unwrap_or(down);
        down
    });
    after.collect()
}
