//! The notes that sounded.

use piano::{Finger, FingeredNote, Note, Pitch};
use simulation::keys::KeyEvent;
use std::collections::HashMap;

/// Notes from the keys' events, by onset, then pitch, each with the finger that touched the key as it began to sound. A key that still
/// sounds at the end is let go there.
pub fn notes(events: &[KeyEvent], end_secs: f64) -> Vec<FingeredNote> {
    let mut sounding: HashMap<Pitch, &KeyEvent> = HashMap::new();
    let mut notes = Vec::new();
    let mut finish = |began: &KeyEvent, offset_secs: f64| notes.push(note(began, offset_secs, began.finger));
    for event in events {
        if event.on {
            sounding.insert(event.pitch, event);
        } else if let Some(began) = sounding.remove(&event.pitch) {
            finish(began, event.at_secs);
        }
    }
    for began in sounding.into_values() {
        finish(began, end_secs.max(began.at_secs));
    }
    notes.sort_by(|a, b| {
        a.note
            .onset_secs
            .total_cmp(&b.note.onset_secs)
            .then(a.note.pitch.cmp(&b.note.pitch))
    });
    notes
}

fn note(began: &KeyEvent, offset_secs: f64, finger: Option<Finger>) -> FingeredNote {
    FingeredNote {
        note: Note {
            pitch: began.pitch,
            onset_secs: began.at_secs,
            offset_secs,
            velocity: began.midi_velocity(),
        },
        finger,
    }
}
