//! What two hands cannot or can hardly do of a fingered score, looked for in the result itself and not in how it was found.

use super::slices::{CHORD_SECS, GRIP_WIDTH};
use piano::keyboard::center_x;
use piano::{FingeredNote, Hand};
use serde::Serialize;

/// A note without a finger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Unplayable {
    /// Its place in the list.
    pub note: usize,
    /// Why.
    pub reason: UnplayableReason,
}

/// Why a note has no finger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnplayableReason {
    /// Its hand strikes five other keys at the same moment.
    NoFingerLeft,
    /// Another note strikes the same key at the same moment.
    KeyTaken,
}

/// Something that hands can hardly do as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The note's place in the list.
    pub note: usize,
    /// What is wrong with it.
    pub kind: WarningKind,
}

/// What hands can hardly do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// Its finger has to let go before its end, because the hand needs it elsewhere; the pedal can hold the sound.
    LetGoEarly,
    /// It is struck together with a key of the same hand that lies further away than a ninth.
    WiderThanTheHand,
}

/// The notes without a finger; `doubled` are those whose key another note strikes.
pub(super) fn unplayable(notes: &[FingeredNote], doubled: &[bool]) -> Vec<Unplayable> {
    let without = (0..notes.len()).filter(|note| notes[*note].finger.is_none());
    without
        .map(|note| Unplayable {
            note,
            reason: if doubled[note] {
                UnplayableReason::KeyTaken
            } else {
                UnplayableReason::NoFingerLeft
            },
        })
        .collect()
}

/// Warnings in the order of the notes' onsets, which `order` gives.
pub(super) fn warnings(notes: &[FingeredNote], order: &[usize]) -> Vec<Warning> {
    let mut warnings = let_go_early(notes, order);
    for hand in Hand::BOTH {
        let of_hand = |index: &usize| notes[*index].finger.is_some_and(|finger| finger.hand == hand);
        let own: Vec<usize> = order.iter().copied().filter(of_hand).collect();
        warnings.extend(wider_than_the_hand(notes, &own));
    }
    warnings.sort_by(|a, b| notes[a.note].note.onset_secs.total_cmp(&notes[b.note].note.onset_secs));
    warnings
}

fn let_go_early(notes: &[FingeredNote], order: &[usize]) -> Vec<Warning> {
    let mut last_of_finger: [Option<usize>; 10] = [None; 10];
    let mut warnings = Vec::new();
    for index in order {
        let Some(finger) = notes[*index].finger else { continue };
        if let Some(last) = last_of_finger[finger.index()].replace(*index) {
            let (earlier, later) = (notes[last].note, notes[*index].note);
            if earlier.pitch != later.pitch && earlier.offset_secs > later.onset_secs {
                warnings.push(Warning {
                    note: last,
                    kind: WarningKind::LetGoEarly,
                });
            }
        }
    }
    warnings
}

fn wider_than_the_hand(notes: &[FingeredNote], own: &[usize]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut first = 0;
    while first < own.len() {
        let onset_secs = notes[own[first]].note.onset_secs;
        let end = first + own[first..].partition_point(|index| notes[*index].note.onset_secs - onset_secs < CHORD_SECS);
        let chord = &own[first..end];
        let x = |index: &usize| center_x(notes[*index].note.pitch);
        let lowest = chord.iter().map(x).fold(f64::INFINITY, f64::min);
        let wide = chord.iter().filter(|index| x(index) - lowest > GRIP_WIDTH);
        warnings.extend(wide.map(|index| Warning {
            note: *index,
            kind: WarningKind::WiderThanTheHand,
        }));
        first = end;
    }
    warnings
}
