//! The PIG fingering format (Nakamura, Saito and Yoshii 2020), as RoboPianist reads it.
//!
//! A line a note, eight columns separated by TAB: note id from 0, onset and offset in seconds, spelled pitch (C4 = 60),
//! onset velocity, offset velocity, channel (0 right hand, 1 left hand), finger (1 to 5 right, -1 to -5 left). The first
//! line is a header.

use crate::{Finger, FingeredNote, Note, Pitch};
use std::fmt::Write as _;

/// The first line of the published files; RoboPianist skips one line whatever it says.
const HEADER: &str = "//Version: PianoFingering_v170101";
/// Offset velocity of every note in the published files; it carries no information.
const OFFSET_VELOCITY: u8 = 80;
const COLUMNS: usize = 8;

/// Why a text is not PIG. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the PIG fingering: {problem}")]
pub struct PigError {
    /// Where.
    pub line: usize,
    /// What is wrong there.
    pub problem: PigProblem,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PigProblem {
    /// Not eight columns.
    #[error("{found} columns separated by TAB instead of {COLUMNS}")]
    Columns {
        /// Columns found.
        found: usize,
    },
    /// A number that cannot be read, or is not finite.
    #[error("column {column} should be a number, not {text:?}")]
    Number {
        /// Which column, from 0.
        column: usize,
        /// What stands there (its beginning).
        text: String,
    },
    /// The note ends before it begins.
    #[error("the note ends before it begins")]
    EndsBeforeItBegins,
    /// No key has this name.
    #[error("no key of the piano is called {text:?}")]
    Pitch {
        /// What stands there (its beginning).
        text: String,
    },
    /// Not a MIDI velocity.
    #[error("onset velocity {velocity} is not in 1 to 127")]
    Velocity {
        /// What stands there.
        velocity: i64,
    },
    /// Not a finger.
    #[error("{text:?} is not a finger: 1 to 5 (right hand) and -1 to -5 (left hand) are")]
    Finger {
        /// What stands there (its beginning).
        text: String,
    },
}

/// The notes in the file's order.
///
/// Comment lines (`//...`) and empty lines are skipped. The sign of the finger says the hand; the channel is only required to
/// be a number, as in RoboPianist. Of a substitution `a_b` (strike with a, change to b while the key is held) the striking
/// finger a is kept. Spellings with several accidentals are understood.
pub fn read(text: &str) -> Result<Vec<FingeredNote>, PigError> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_end_matches('\r')))
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with("//"))
        .map(|(line, content)| read_note(content).map_err(|problem| PigError { line, problem }))
        .collect()
}

fn read_note(line: &str) -> Result<FingeredNote, PigProblem> {
    let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
    if columns.len() != COLUMNS {
        return Err(PigProblem::Columns { found: columns.len() });
    }
    integer(&columns, 0)?;
    let (onset_secs, offset_secs) = (seconds(&columns, 1)?, seconds(&columns, 2)?);
    if offset_secs < onset_secs {
        return Err(PigProblem::EndsBeforeItBegins);
    }
    let pitch = Pitch::from_name(columns[3]).ok_or_else(|| PigProblem::Pitch { text: excerpt(columns[3]) })?;
    let velocity = integer(&columns, 4)?;
    let velocity = u8::try_from(velocity)
        .ok()
        .filter(|velocity| (1..=127).contains(velocity))
        .ok_or(PigProblem::Velocity { velocity })?;
    integer(&columns, 5)?;
    integer(&columns, 6)?;
    let note = Note {
        pitch,
        onset_secs,
        offset_secs,
        velocity,
    };
    Ok(FingeredNote {
        note,
        finger: Some(striking_finger(columns[7])?),
    })
}

fn striking_finger(text: &str) -> Result<Finger, PigProblem> {
    let unknown = || PigProblem::Finger { text: excerpt(text) };
    let fingers: Option<Vec<Finger>> = text
        .split('_')
        .map(|number| number.parse().ok().and_then(Finger::from_pig_number))
        .collect();
    fingers.and_then(|fingers| fingers.first().copied()).ok_or_else(unknown)
}

fn seconds(columns: &[&str], column: usize) -> Result<f64, PigProblem> {
    let value = columns[column].parse().ok().filter(|value: &f64| value.is_finite());
    value.ok_or_else(|| not_a_number(columns, column))
}

fn integer(columns: &[&str], column: usize) -> Result<i64, PigProblem> {
    columns[column].parse().map_err(|_| not_a_number(columns, column))
}

fn not_a_number(columns: &[&str], column: usize) -> PigProblem {
    PigProblem::Number {
        column,
        text: excerpt(columns[column]),
    }
}

/// The beginning of a text, so that a hostile file cannot fill the message.
fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The PIG file of these notes, ordered by onset, then pitch.
///
/// The format has no word for an unknown finger, so notes without one are left out of the file.
pub fn write(notes: &[FingeredNote]) -> String {
    let mut sorted = notes.to_vec();
    sorted.sort_by(|a, b| {
        a.note
            .onset_secs
            .total_cmp(&b.note.onset_secs)
            .then(a.note.pitch.cmp(&b.note.pitch))
    });
    write_in_order(&sorted)
}

/// The PIG file of these notes in the order they are given. RoboPianist takes the first line's onset for the beginning of the piece and
/// the last line's offset for its end.
pub fn write_in_order(notes: &[FingeredNote]) -> String {
    let fingered = notes.iter().filter_map(|note| Some((note.note, note.finger?)));
    let mut text = format!("{HEADER}\n");
    for (id, (note, finger)) in fingered.enumerate() {
        let (onset, offset) = (note.onset_secs, note.offset_secs);
        let (pitch, velocity) = (note.pitch.name(), note.velocity);
        // PIG calls the right hand 0; our `Hand::index` begins with the left.
        let channel = finger.hand.other().index();
        let number = finger.pig_number();
        writeln!(
            text,
            "{id}\t{onset:.6}\t{offset:.6}\t{pitch}\t{velocity}\t{OFFSET_VELOCITY}\t{channel}\t{number}"
        )
        .expect("writing into a String cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FingerNumber, Hand};

    fn check(line: &str, expected: Result<(u8, i8), PigProblem>) {
        let text = format!("{HEADER}\n{line}\n");
        let found = read(&text).map(|notes| (notes[0].note.pitch.midi(), notes[0].finger.unwrap().pig_number()));
        assert_eq!(found, expected.map_err(|problem| PigError { line: 2, problem }), "{line:?}");
    }

    #[test]
    fn published_lines_are_understood() {
        check("0\t0.5\t0.75\tC4\t64\t80\t0\t1", Ok((60, 1)));
        check("17\t-0.003\t0.75\tBb3\t64\t80\t1\t-5", Ok((58, -5)));
        check("0\t0.5\t0.75\tF##4\t64\t80\t0\t3", Ok((67, 3)));
        check("0\t0.5\t0.75\tEbb4\t64\t80\t0\t3", Ok((62, 3)));
        check("0\t0.5\t0.75\tC4\t64\t80\t0\t4_1", Ok((60, 4)));
        check("0\t0.5\t0.75\tC4\t64\t80\t1\t-2_-1", Ok((60, -2)));
        check("0\t0.5\t0.75\tC4\t64\t80\t1\t2\r", Ok((60, 2)));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let number = |column, text: &str| PigProblem::Number { column, text: text.into() };
        check("0\t0.5\t0.75\tC4\t64\t80\t0", Err(PigProblem::Columns { found: 7 }));
        check("0 0.5 0.75 C4 64 80 0 1", Err(PigProblem::Columns { found: 1 }));
        check("0\tnan\t0.75\tC4\t64\t80\t0\t1", Err(number(1, "nan")));
        check("0\t0.5\tsoon\tC4\t64\t80\t0\t1", Err(number(2, "soon")));
        check("0\t0.5\t0.4\tC4\t64\t80\t0\t1", Err(PigProblem::EndsBeforeItBegins));
        check("0\t0.5\t0.75\tH4\t64\t80\t0\t1", Err(PigProblem::Pitch { text: "H4".into() }));
        check("0\t0.5\t0.75\tC4\t0\t80\t0\t1", Err(PigProblem::Velocity { velocity: 0 }));
        check("0\t0.5\t0.75\tC4\t64\t80\t0\t6", Err(PigProblem::Finger { text: "6".into() }));
        check("0\t0.5\t0.75\tC4\t64\t80\t0\t", Err(PigProblem::Finger { text: "".into() }));
        check("0\t0.5\t0.75\tC4\t64\t80\t0\t1_", Err(PigProblem::Finger { text: "1_".into() }));
    }

    #[test]
    fn a_note_is_written_exactly_as_the_format_says() {
        let note = |midi, onset_secs, finger| FingeredNote {
            note: Note {
                pitch: Pitch::new(midi).unwrap(),
                onset_secs,
                offset_secs: onset_secs + 0.25,
                velocity: 64,
            },
            finger,
        };
        let notes = [
            note(61, 1.5, Finger::from_pig_number(2)),
            note(60, 1.0, None),
            note(48, 0.5, Finger::from_pig_number(-5)),
        ];
        let expected = "//Version: PianoFingering_v170101\n\
            0\t0.500000\t0.750000\tC3\t64\t80\t1\t-5\n\
            1\t1.500000\t1.750000\tC#4\t64\t80\t0\t2\n";
        assert_eq!(write(&notes), expected);
    }

    #[test]
    fn every_key_and_finger_survives_a_round_trip() {
        let mut notes = Vec::new();
        for (index, pitch) in Pitch::all().enumerate() {
            for finger in Hand::BOTH
                .into_iter()
                .flat_map(|hand| FingerNumber::ALL.map(|finger| Finger { hand, finger }))
            {
                let onset_secs = notes.len() as f64 * 0.015_625 - 1.0;
                let note = Note {
                    pitch,
                    onset_secs,
                    offset_secs: onset_secs + 0.125,
                    velocity: 1 + index as u8,
                };
                notes.push(FingeredNote {
                    note,
                    finger: Some(finger),
                });
            }
        }
        assert_eq!(read(&write(&notes)).unwrap(), notes);
    }
}
