//! The files a labelled performance is written as.

use crate::error::LabelError;
use artifacts::{HandRow, UnfinishedFile, write_hands, write_whole};
use labeling::on_keyboard::{hand_in_picture, section_at};
use labeling::performance::{LabeledNote, Performance};
use piano::{Finger, FingeredNote, Hand, Note, midi::HandedNote};
use std::path::Path;
use vision::hands::{HandTracks, TrackedHand};

/// The labels, for programs.
pub const PERFORMANCE_FILE: &str = "performance.json";
/// The fingering, for researchers.
pub const PIG_FILE: &str = "fingering.pig.txt";
/// The notes, for music software.
pub const MIDI_FILE: &str = "performance.mid";
/// The hands, for tables.
pub const HANDS_FILE: &str = "hands.parquet";
/// The picture of it all, for people.
pub const OVERLAY_FILE: &str = "overlay.mp4";

/// Writes all result files. `performance.json` comes last: where it stands, the others do.
pub fn write(out: &Path, performance: &Performance, tracks: &HandTracks) -> Result<(), LabelError> {
    std::fs::create_dir_all(out).map_err(LabelError::fault)?;
    let mut parquet = UnfinishedFile::for_place(&out.join(HANDS_FILE)).map_err(LabelError::fault)?;
    write_hands(hand_rows(performance, tracks), parquet.file()).map_err(LabelError::fault)?;
    parquet.finish().map_err(LabelError::fault)?;

    let fingered: Vec<FingeredNote> = performance
        .notes
        .iter()
        .map(|note| FingeredNote {
            note: note_of(note),
            finger: finger_of(note),
        })
        .collect();
    write_whole(&out.join(PIG_FILE), piano::pig::write(&fingered).as_bytes()).map_err(LabelError::fault)?;

    let handed: Vec<HandedNote> = performance
        .notes
        .iter()
        .map(|note| HandedNote {
            note: note_of(note),
            hand: note.hand,
        })
        .collect();
    let midi = piano::midi::write(&handed, &performance.pedal).map_err(LabelError::fault)?;
    write_whole(&out.join(MIDI_FILE), &midi).map_err(LabelError::fault)?;

    let mut json = serde_json::to_vec_pretty(performance).map_err(LabelError::fault)?;
    json.push(b'\n');
    write_whole(&out.join(PERFORMANCE_FILE), &json).map_err(LabelError::fault)
}

/// Every hand of every frame, in pixels and on the keyboard.
fn hand_rows<'a>(performance: &'a Performance, tracks: &'a HandTracks) -> impl Iterator<Item = HandRow> + 'a {
    tracks.frames.iter().flat_map(move |frame| {
        let section = section_at(&performance.keyboard.sections, frame.secs);
        let row = move |hand: Hand, tracked: &TrackedHand| HandRow {
            secs: frame.secs,
            hand,
            presence: tracked.presence,
            interpolated: tracked.interpolated,
            landmarks_pixels: tracked.landmarks,
            landmarks_keyboard: tracked.landmarks.map(|[x, y, _]| {
                let place = section.map(|section| section.keyboard_from_image.apply([f64::from(x), f64::from(y)]));
                place.map_or([f32::NAN; 2], |[along, across]| [along as f32, across as f32])
            }),
        };
        let seen_as = move |hand: Hand| section.map_or(hand, |section| hand_in_picture(hand, &section.keyboard_from_image));
        Hand::BOTH
            .into_iter()
            .filter_map(move |hand| frame.hand(seen_as(hand)).map(|tracked| row(hand, tracked)))
    })
}

fn note_of(note: &LabeledNote) -> Note {
    Note {
        pitch: note.pitch,
        onset_secs: note.onset_secs,
        offset_secs: note.offset_secs,
        velocity: note.velocity,
    }
}

/// The finger of a labelled note, where hand and finger are known.
pub fn finger_of(note: &LabeledNote) -> Option<Finger> {
    Some(Finger {
        hand: note.hand?,
        finger: note.finger?,
    })
}
