//! The two performances that come with RoboPianist 1.0.10: MIDI files of the YouTube channel Rousseau, and the fingers that its
//! `music/library.py` gives their notes. The files are fetched with the hands and never kept here.

use piano::midi::{self, ReadMidiError};
use piano::{Finger, FingeredNote, PedalInterval};

/// A song of RoboPianist's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Song {
    /// RoboPianist's name for it.
    pub name: &'static str,
    /// Its MIDI file among the fetched ones.
    pub file: &'static str,
    /// PIG's finger numbers, of the notes by onset, then pitch.
    fingers: &'static [i8],
    /// The hands have tracks of their own in the file, the right one's first.
    hands_in_tracks: bool,
}

/// Why a song cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SongError {
    /// Its file is no MIDI file.
    #[error("the file of {name} cannot be read")]
    Unreadable {
        /// The song.
        name: &'static str,
        /// Why.
        #[source]
        source: ReadMidiError,
    },
    /// Its file holds other notes than RoboPianist's.
    #[error("the file of {name} has {found} notes, not {expected}")]
    OtherNotes {
        /// The song.
        name: &'static str,
        /// Notes it should have.
        expected: usize,
        /// Notes it has.
        found: usize,
    },
}

/// All songs.
pub const SONGS: [Song; 2] = [
    Song {
        name: "TwinkleTwinkleRousseau",
        file: "twinkle-twinkle-trimmed.mid",
        hands_in_tracks: false,
        fingers: &[
            2, -5, -1, 1, 4, -2, 4, -4, -1, 5, 5, -4, 4, -2, 5, -4, 4, -1, 4, -2, -1, 3, -2, 3, 2, -4, 3, 2, 3, 2, -2, 3, 1, -5,
        ],
    },
    Song {
        name: "NocturneRousseau",
        file: "nocturne-trimmed.mid",
        hands_in_tracks: true,
        fingers: &[
            1, -4, 5, -5, -2, -4, -2, -1, -5, -5, -2, 3, -4, -2, -1, 4, -4, 3, -5, -2, -4, -2, -1, -3, 2, -5, -2, -4, -2, -1, 1, -3, 5, -5,
            -2, -4, -2, -1, 1, 4, 3, 2, 1, -3, 5, -5, -2, -4, -2, -1, 1, -3, 3, -5, -2, -3, -2, -1, -3, 3, -5, -2, -3, -2, -1, 3, -3, 2,
            -5, -2, -4, -2, -1, -5, 5, -5, -1, -2, -1, -1, 1, -5, 3, -5, -2, -3, -2, -1, -5, 2, -5, -2, -3, -2, -1, -4, 1, -5, -2, 5, -4,
            -2, -1, 4, -4, 3, 2, -5, -2, 1, 4, -4, -1, 1, 2, -3, 3,
        ],
    },
];

impl Song {
    /// The song of this name.
    pub fn named(name: &str) -> Option<Song> {
        SONGS.into_iter().find(|song| song.name == name)
    }

    /// Notes with fingers, in the order RoboPianist has them (it decides what trimming keeps), and the pedal.
    pub fn read(&self, file: &[u8]) -> Result<(Vec<FingeredNote>, Vec<PedalInterval>), SongError> {
        let contents = midi::read(file).map_err(|source| SongError::Unreadable { name: self.name, source })?;
        if contents.notes.len() != self.fingers.len() {
            return Err(SongError::OtherNotes {
                name: self.name,
                expected: self.fingers.len(),
                found: contents.notes.len(),
            });
        }
        let pairs = contents.notes.iter().zip(self.fingers);
        let mut notes: Vec<FingeredNote> = pairs
            .map(|(handed, number)| FingeredNote {
                note: handed.note,
                finger: Finger::from_pig_number(*number),
            })
            .collect();
        let left = |note: &FingeredNote| self.hands_in_tracks && note.finger.is_some_and(|finger| finger.hand == piano::Hand::Left);
        notes.sort_by(|a, b| left(a).cmp(&left(b)).then(a.note.offset_secs.total_cmp(&b.note.offset_secs)));
        Ok((notes, contents.sustain_pedal))
    }
}
