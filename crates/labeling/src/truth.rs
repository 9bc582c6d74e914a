//! Notes and fingers to compare with, from any of the formats people keep them in.

use crate::performance::{LabeledNote, Performance};
use fingering::evaluation::Claim;
use piano::{FingerNumber, Hand, Pitch, midi, pig};
use serde::Deserialize;

/// One note of a truth (or of another labeller).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruthNote {
    /// The key.
    pub pitch: Pitch,
    /// When it goes down, seconds in the file's own time.
    pub onset_secs: f64,
    /// When it is released; none where the file does not say.
    pub offset_secs: Option<f64>,
    /// MIDI velocity; none where the file does not say.
    pub velocity: Option<u8>,
    /// The hand, where known.
    pub hand: Option<Hand>,
    /// The finger, where known.
    pub finger: Option<FingerNumber>,
    /// How sure the writer is, 0 to 1; none where the format has no such thing.
    pub confidence: Option<f64>,
    /// Whether a person marked the note as unsure.
    pub unsure: bool,
}

impl TruthNote {
    /// The note as one side of a comparison of fingerings.
    pub fn claim(&self) -> Claim {
        Claim {
            pitch: self.pitch,
            onset_secs: self.onset_secs,
            hand: self.hand,
            finger: self.finger,
            confidence: self.confidence,
        }
    }
}

/// Why a truth cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadTruthError {
    /// Damaged MIDI.
    #[error("the notes cannot be read as MIDI")]
    Midi(#[from] midi::ReadMidiError),
    /// Damaged PIG.
    #[error("the notes cannot be read as a PIG fingering")]
    Pig(#[from] pig::PigError),
    /// JSON that is no performance.json.
    #[error("the notes cannot be read as a performance.json")]
    Performance(#[source] serde_json::Error),
    /// JSON that is no list of notes read by eye.
    #[error("the notes cannot be read as a list of notes read by eye")]
    ByEye(#[source] serde_json::Error),
    /// A damaged line of a tsv. Lines count from 1.
    #[error("line {line} of the notes should begin with onset, offset, MIDI note number and velocity, not {text:?}")]
    Tsv {
        /// Where.
        line: usize,
        /// The line's beginning.
        text: String,
    },
    /// Not text, and not MIDI.
    #[error("the notes are in none of the formats known: MIDI, PIG, performance.json, JSON by eye, tsv")]
    UnknownFormat,
}

/// Reads notes; the content says which format it is: MIDI, `performance.json`, a JSON list read by eye, PIG, or the tsv that
/// stands beside MAPS recordings. Notes marked as not played, and notes no piano has a key for, are left out.
pub fn read(bytes: &[u8]) -> Result<Vec<TruthNote>, ReadTruthError> {
    if bytes.starts_with(b"MThd") {
        return Ok(from_midi(midi::read(bytes)?));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ReadTruthError::UnknownFormat)?;
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        Some('{') => from_performance(text),
        Some('[') => from_by_eye(text),
        _ if looks_like_pig(text) => from_pig(text),
        Some(first) if first == '#' || first.is_ascii_digit() || text.starts_with("onset") => from_tsv(text),
        _ => Err(ReadTruthError::UnknownFormat),
    }
}

fn looks_like_pig(text: &str) -> bool {
    text.starts_with("//") || text.lines().next().is_some_and(|line| line.split('\t').count() == 8)
}

fn from_midi(contents: midi::MidiContents) -> Vec<TruthNote> {
    let truth = |handed: midi::HandedNote| TruthNote {
        pitch: handed.note.pitch,
        onset_secs: handed.note.onset_secs,
        offset_secs: Some(handed.note.offset_secs),
        velocity: Some(handed.note.velocity),
        hand: handed.hand,
        finger: None,
        confidence: None,
        unsure: false,
    };
    contents.notes.into_iter().map(truth).collect()
}

fn from_pig(text: &str) -> Result<Vec<TruthNote>, ReadTruthError> {
    let truth = |fingered: piano::FingeredNote| TruthNote {
        pitch: fingered.note.pitch,
        onset_secs: fingered.note.onset_secs,
        offset_secs: Some(fingered.note.offset_secs),
        velocity: Some(fingered.note.velocity),
        hand: fingered.finger.map(|finger| finger.hand),
        finger: fingered.finger.map(|finger| finger.finger),
        confidence: None,
        unsure: false,
    };
    Ok(pig::read(text)?.into_iter().map(truth).collect())
}

fn from_performance(text: &str) -> Result<Vec<TruthNote>, ReadTruthError> {
    let performance: Performance = serde_json::from_str(text).map_err(ReadTruthError::Performance)?;
    let truth = |note: LabeledNote| TruthNote {
        pitch: note.pitch,
        onset_secs: note.onset_secs,
        offset_secs: Some(note.offset_secs),
        velocity: Some(note.velocity),
        hand: note.hand,
        finger: note.finger,
        confidence: Some(note.confidence),
        unsure: false,
    };
    Ok(performance.notes.into_iter().map(truth).collect())
}

/// A note as a person wrote it down while watching the video.
#[derive(Deserialize)]
struct NoteByEye {
    midi_pitch: u8,
    onset_video_secs: f64,
    hand: Option<HandByEye>,
    finger: Option<FingerNumber>,
    confidence: Option<String>,
    #[serde(default)]
    not_played: bool,
}

#[derive(Clone, Copy, Deserialize)]
enum HandByEye {
    #[serde(alias = "l", alias = "left", alias = "Left")]
    L,
    #[serde(alias = "r", alias = "right", alias = "Right")]
    R,
}

fn from_by_eye(text: &str) -> Result<Vec<TruthNote>, ReadTruthError> {
    let notes: Vec<NoteByEye> = serde_json::from_str(text).map_err(ReadTruthError::ByEye)?;
    let truth = |note: NoteByEye| {
        Some(TruthNote {
            pitch: Pitch::new(note.midi_pitch).ok()?,
            onset_secs: note.onset_video_secs,
            offset_secs: None,
            velocity: None,
            hand: note.hand.map(|hand| match hand {
                HandByEye::L => Hand::Left,
                HandByEye::R => Hand::Right,
            }),
            finger: note.finger,
            confidence: None,
            unsure: note.confidence.as_deref() == Some("unsure"),
        })
    };
    Ok(notes.into_iter().filter(|note| !note.not_played).filter_map(truth).collect())
}

fn from_tsv(text: &str) -> Result<Vec<TruthNote>, ReadTruthError> {
    let mut notes = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') || line.starts_with("onset") {
            continue;
        }
        let damaged = || ReadTruthError::Tsv {
            line: index + 1,
            text: line.chars().take(60).collect(),
        };
        let numbers: Vec<f64> = line
            .split(['\t', ',', ' '])
            .filter(|column| !column.is_empty())
            .map_while(|column| column.parse().ok())
            .collect();
        let &[onset_secs, offset_secs, midi, velocity, ..] = numbers.as_slice() else {
            return Err(damaged());
        };
        if !(onset_secs.is_finite() && offset_secs >= onset_secs && (0.0..=127.0).contains(&midi) && (0.0..=127.0).contains(&velocity)) {
            return Err(damaged());
        }
        let Ok(pitch) = Pitch::new(midi as u8) else { continue };
        notes.push(TruthNote {
            pitch,
            onset_secs,
            offset_secs: Some(offset_secs),
            // Some writers give velocity 0; a struck key has at least 1.
            velocity: Some((velocity as u8).max(1)),
            hand: None,
            finger: None,
            confidence: None,
            unsure: false,
        });
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (pitch, onset, PIG finger or 0) of what is read, or the error's text.
    fn check(bytes: &[u8], expected: Result<&[(u8, f64, i8)], &str>) {
        let found = read(bytes).map_err(|error| error.to_string()).map(|notes| {
            let finger = |note: &TruthNote| match (note.hand, note.finger) {
                (Some(hand), Some(finger)) => piano::Finger { hand, finger }.pig_number(),
                _ => 0,
            };
            notes
                .iter()
                .map(|note| (note.pitch.midi(), note.onset_secs, finger(note)))
                .collect::<Vec<_>>()
        });
        assert_eq!(found, expected.map(<[_]>::to_vec).map_err(str::to_owned));
    }

    #[test]
    fn every_format_is_known_by_its_content() {
        check(b"//Version: x\n0\t0.5\t1.0\tC4\t64\t80\t1\t-5\n", Ok(&[(60, 0.5, -5)]));
        check(b"0\t0.5\t1.0\tC4\t64\t80\t1\t-5\n", Ok(&[(60, 0.5, -5)]));
        check(
            b"# onset,offset,note,velocity\n0.5\t1.5\t60.000000\t74.0\n0.7,0.9,62,1\n",
            Ok(&[(60, 0.5, 0), (62, 0.7, 0)]),
        );
        check(
            br#"[{"midi_pitch": 60, "onset_video_secs": -0.5, "hand": "L", "finger": 2, "confidence": "sure", "note_index": 3},
                 {"midi_pitch": 61, "onset_video_secs": 1, "hand": null, "finger": null, "confidence": "sure", "not_played": true}]"#,
            Ok(&[(60, -0.5, -2)]),
        );
        let note = piano::Note {
            pitch: Pitch::new(60).unwrap(),
            onset_secs: 0.5,
            offset_secs: 1.0,
            velocity: 64,
        };
        let midi = midi::write(
            &[midi::HandedNote {
                note,
                hand: Some(Hand::Left),
            }],
            &[],
        )
        .unwrap();
        check(&midi, Ok(&[(60, 0.5, 0)]));
        assert_eq!(read(&midi).unwrap()[0].hand, Some(Hand::Left));
    }

    #[test]
    fn our_own_labels_are_a_truth_too_and_keep_their_confidence() {
        let json = r#"{
            "schema_version": 1, "toccata_version": "0", "source": {"name": "a.mp4", "sha256": "", "duration_secs": 1},
            "video": {"width": 2, "height": 2, "frames_per_second": 30}, "keyboard": {"sections": []}, "audio_offset_secs": 0,
            "notes": [
                {"pitch": 60, "onset_secs": 0.5, "offset_secs": 0.75, "velocity": 64, "hand": "left", "finger": 3, "confidence": 0.875,
                 "runner_up": null, "margin_key_widths": null, "witnesses": {"sound": true, "key": null, "fingertip": true}},
                {"pitch": 62, "onset_secs": 1, "offset_secs": 2, "velocity": 64, "hand": "right", "finger": null, "confidence": 0,
                 "runner_up": null, "margin_key_widths": null, "witnesses": {"sound": true, "key": null, "fingertip": null}}],
            "pedal": [], "models": [], "warnings": []}"#;
        check(json.as_bytes(), Ok(&[(60, 0.5, -3), (62, 1.0, 0)]));
        let notes = read(json.as_bytes()).unwrap();
        assert_eq!((notes[0].confidence, notes[1].hand), (Some(0.875), Some(Hand::Right)));
    }

    #[test]
    fn damage_is_named() {
        let unknown = "the notes are in none of the formats known: MIDI, PIG, performance.json, JSON by eye, tsv";
        check(b"", Err(unknown));
        check(b"\xff\xfe\x00", Err(unknown));
        check(b"hello", Err(unknown));
        check(b"{}", Err("the notes cannot be read as a performance.json"));
        check(b"[1]", Err("the notes cannot be read as a list of notes read by eye"));
        check(b"MThd", Err("the notes cannot be read as MIDI"));
        check(b"//\nx", Err("the notes cannot be read as a PIG fingering"));
        check(
            b"0.5 1.0 60",
            Err("line 1 of the notes should begin with onset, offset, MIDI note number and velocity, not \"0.5 1.0 60\""),
        );
    }
}
