//! What is to be played: a fingered score from a file, a labelled performance, or RoboPianist.

use crate::error::{TrainError, with_causes};
use crate::hands::ROBOPIANIST;
use crate::person::HANDS_FILE;
use bootstrap::models::ModelStore;
use labeling::performance::Performance;
use piano::{Finger, FingeredNote, Hand, Note, PedalInterval, midi, pig};
use std::io::Read;
use std::path::{Path, PathBuf};
use training::songs::Song;

/// What RoboPianist's own songs are called by: `robopianist:TwinkleTwinkleRousseau`.
const SONG_PREFIX: &str = "robopianist:";
/// A labelled performance's folder holds this.
pub const PERFORMANCE_FILE: &str = "performance.json";
/// Scores are some megabytes at most.
const BYTES_MAX: u64 = 256 << 20;

/// Notes with or without fingers, and the pedal.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// For people.
    pub name: String,
    /// RoboPianist's name for it, where it is one of its songs.
    pub robopianist_song: Option<&'static str>,
    /// In the order that decides what trimming keeps.
    pub notes: Vec<FingeredNote>,
    /// The hand that the file says for each note, beside its finger's.
    pub stated_hands: Vec<Option<Hand>>,
    /// Notes that the file has and no piano.
    pub notes_off_the_keyboard: usize,
    /// Sustain pedal.
    pub pedal: Vec<PedalInterval>,
    /// The table of the person's hands, where it is a performance labelled from a video.
    pub hands: Option<PathBuf>,
}

impl Piece {
    /// Notes, and nothing else known.
    pub fn of_notes(name: impl Into<String>, notes: Vec<FingeredNote>) -> Piece {
        Piece {
            name: name.into(),
            robopianist_song: None,
            stated_hands: vec![None; notes.len()],
            notes,
            notes_off_the_keyboard: 0,
            pedal: Vec::new(),
            hands: None,
        }
    }

    /// Reads a PIG file, a MIDI file, a `performance.json` or its folder, or `robopianist:NAME`.
    pub fn read(input: &str, store: &ModelStore) -> Result<Piece, TrainError> {
        match input.strip_prefix(SONG_PREFIX) {
            Some(name) => read_song(name, store),
            None => Piece::read_file(Path::new(input)),
        }
    }

    /// Reads a PIG file, a MIDI file, a `performance.json` or its folder. Notes stay in the file's order.
    pub fn read_file(path: &Path) -> Result<Piece, TrainError> {
        let path = if path.is_dir() { &path.join(PERFORMANCE_FILE) } else { path };
        let refused = |reason: String| {
            let message = format!("{}: {reason}", path.display());
            TrainError::refused(
                "score_unreadable",
                message,
                "Give a PIG file, a MIDI file, or a labelled performance.",
            )
        };
        let bytes = read_bounded(path).map_err(|error| refused(error.to_string()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let piece = if bytes.starts_with(b"MThd") {
            of_midi(name, midi::read(&bytes).map_err(|error| refused(with_causes(&error)))?)
        } else if bytes.trim_ascii_start().starts_with(b"{") {
            let performance: Performance = serde_json::from_slice(&bytes).map_err(|error| refused(with_causes(&error)))?;
            of_performance(name, &performance)
        } else {
            let text = String::from_utf8(bytes).map_err(|error| refused(with_causes(&error)))?;
            Piece::of_notes(name, pig::read(&text).map_err(|error| refused(with_causes(&error)))?)
        };
        Ok(Piece {
            hands: Some(path.with_file_name(HANDS_FILE)).filter(|table| table.is_file()),
            ..piece
        })
    }
}

fn of_midi(name: String, contents: midi::MidiContents) -> Piece {
    let notes = contents.notes.iter().map(|handed| FingeredNote {
        note: handed.note,
        finger: None,
    });
    Piece {
        stated_hands: contents.notes.iter().map(|handed| handed.hand).collect(),
        notes_off_the_keyboard: contents.notes_off_the_keyboard,
        pedal: contents.sustain_pedal,
        ..Piece::of_notes(name, notes.collect())
    }
}

fn of_performance(name: String, performance: &Performance) -> Piece {
    Piece {
        stated_hands: performance.notes.iter().map(|labelled| labelled.hand).collect(),
        pedal: performance.pedal.clone(),
        ..Piece::of_notes(name, performed_notes(performance))
    }
}

fn read_song(name: &str, store: &ModelStore) -> Result<Piece, TrainError> {
    let song = Song::named(name).ok_or_else(|| {
        let message = format!("RoboPianist's package holds no song {name}");
        TrainError::refused("song_unknown", message, "It holds TwinkleTwinkleRousseau and NocturneRousseau.")
    })?;
    let path = store.file(ROBOPIANIST, song.file).map_err(TrainError::fault)?;
    let bytes = std::fs::read(path).map_err(TrainError::fault)?;
    let (notes, pedal) = song.read(&bytes).map_err(TrainError::fault)?;
    Ok(Piece {
        robopianist_song: Some(song.name),
        pedal,
        ..Piece::of_notes(song.name, notes)
    })
}

fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > BYTES_MAX {
        true => Err(std::io::Error::other(format!("it is larger than {} MiB", BYTES_MAX >> 20))),
        false => Ok(bytes),
    }
}

fn performed_notes(performance: &Performance) -> Vec<FingeredNote> {
    let fingered = performance.notes.iter().map(|labelled| FingeredNote {
        note: Note {
            pitch: labelled.pitch,
            onset_secs: labelled.onset_secs,
            offset_secs: labelled.offset_secs,
            velocity: labelled.velocity,
        },
        finger: labelled.hand.zip(labelled.finger).map(|(hand, finger)| Finger { hand, finger }),
    });
    fingered.collect()
}

impl Piece {
    /// The PIG file from which RoboPianist makes the same frames, and the notes as they stand in it: times to the microsecond, by onset,
    /// the note that ends last at the end.
    pub fn as_pig(&self) -> Result<(String, Vec<FingeredNote>), TrainError> {
        let text = pig::write_in_order(&last_to_end_last(self.notes.clone()));
        let notes = pig::read(&text).map_err(TrainError::fault)?;
        Ok((text, notes))
    }
}

/// By onset, but the note that ends last at the end: RoboPianist cuts what sounds beyond the end of the last listed note, and drops
/// what begins before the first.
fn last_to_end_last(mut notes: Vec<FingeredNote>) -> Vec<FingeredNote> {
    notes.sort_by(|a, b| {
        a.note
            .onset_secs
            .total_cmp(&b.note.onset_secs)
            .then(a.note.pitch.cmp(&b.note.pitch))
    });
    let last = (0..notes.len()).max_by(|a, b| notes[*a].note.offset_secs.total_cmp(&notes[*b].note.offset_secs));
    // A piece of one note, or none, is in order as it is.
    if let Some(last) = last.filter(|last| *last > 0) {
        let note = notes.remove(last);
        notes.push(note);
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    fn note(pitch: u8, onset_secs: f64, offset_secs: f64) -> FingeredNote {
        let pitch = Pitch::new(pitch).unwrap();
        let note = Note {
            pitch,
            onset_secs,
            offset_secs,
            velocity: 64,
        };
        FingeredNote { note, finger: None }
    }

    #[test]
    fn the_note_that_ends_last_is_listed_last() {
        let (held, short, first) = (note(48, 1.0, 9.0), note(60, 2.0, 3.0), note(50, 0.0, 1.0));
        assert_eq!(last_to_end_last(vec![held, short, first]), [first, short, held]);
        assert_eq!(last_to_end_last(vec![held]), [held]);
        assert_eq!(last_to_end_last(vec![]), []);
    }
}
