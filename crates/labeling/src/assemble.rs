//! The labelled notes out of notes and assignments.

use crate::performance::{LabeledNote, RunnerUp, Witnesses};
use fingering::Assignment;
use piano::Note;

/// Joins each note with its assignment. `heard`: the notes come from the sound, so that the sound is a witness of each.
pub fn labeled_notes(notes: &[Note], assignments: &[Assignment], heard: bool) -> Vec<LabeledNote> {
    notes
        .iter()
        .zip(assignments)
        .map(|(note, assignment)| labeled_note(note, assignment, heard))
        .collect()
}

fn labeled_note(note: &Note, assignment: &Assignment, heard: bool) -> LabeledNote {
    LabeledNote {
        pitch: note.pitch,
        onset_secs: note.onset_secs,
        offset_secs: note.offset_secs,
        velocity: note.velocity,
        hand: assignment.hand,
        finger: assignment.finger,
        confidence: assignment.confidence,
        runner_up: assignment.runner_up.map(|finger| RunnerUp {
            hand: finger.hand,
            finger: finger.finger,
        }),
        margin_key_widths: assignment.margin_key_widths,
        witnesses: Witnesses {
            sound: heard.then_some(true),
            key: assignment.witnesses.key,
            fingertip: assignment.witnesses.fingertip,
        },
    }
}
