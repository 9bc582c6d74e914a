//! Pitches of the 88 keys.

use serde::{Deserialize, Serialize};

/// A key of the piano as a MIDI note number: 21 (A0) to 108 (C8). A pitch outside that range cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
pub struct Pitch(#[schemars(range(min = 21, max = 108))] u8);

/// A MIDI note number no piano has a key for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a piano key: MIDI note numbers 21 (A0) to 108 (C8) are")]
pub struct NotAPianoKey(pub u8);

impl Pitch {
    /// A0, the lowest key.
    pub const LOWEST: Pitch = Pitch(21);
    /// C8, the highest key.
    pub const HIGHEST: Pitch = Pitch(108);

    /// The key with this MIDI note number.
    pub fn new(midi: u8) -> Result<Self, NotAPianoKey> {
        if (21..=108).contains(&midi) {
            Ok(Pitch(midi))
        } else {
            Err(NotAPianoKey(midi))
        }
    }

    /// The key's MIDI note number, 21 to 108.
    pub fn midi(self) -> u8 {
        self.0
    }

    /// The key's place on the keyboard, 0 (A0) to 87 (C8).
    pub fn key_index(self) -> usize {
        usize::from(self.0 - 21)
    }

    /// All 88 keys from A0 to C8.
    pub fn all() -> impl DoubleEndedIterator<Item = Pitch> {
        (21..=108).map(Pitch)
    }

    /// Whether this is a black key.
    pub fn is_black(self) -> bool {
        matches!(self.0 % 12, 1 | 3 | 6 | 8 | 10)
    }

    /// Pitch moved by semitones, if that key exists.
    pub fn transposed(self, semitones: i32) -> Option<Pitch> {
        u8::try_from(i32::from(self.0) + semitones)
            .ok()
            .and_then(|midi| Pitch::new(midi).ok())
    }

    /// Name with sharps and octave, C4 = 60, as PIG spells it: `C4`, `F#3`.
    pub fn name(self) -> String {
        const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
        format!("{}{}", NAMES[usize::from(self.0 % 12)], i32::from(self.0) / 12 - 1)
    }

    /// The pitch a spelled name means: a letter, any run of `#` or `b`, and an octave with C4 = 60.
    pub fn from_name(name: &str) -> Option<Pitch> {
        let step = match name.chars().next()? {
            'C' => 0,
            'D' => 2,
            'E' => 4,
            'F' => 5,
            'G' => 7,
            'A' => 9,
            'B' => 11,
            _ => return None,
        };
        let rest = &name[1..];
        let octave_at = rest.find(|c: char| c != '#' && c != 'b')?;
        let accidentals: i32 = rest[..octave_at].chars().map(|c| if c == '#' { 1 } else { -1 }).sum();
        let octave: i32 = rest[octave_at..].parse().ok().filter(|octave| (-1..=9).contains(octave))?;
        u8::try_from(12 * (octave + 1) + step + accidentals)
            .ok()
            .and_then(|midi| Pitch::new(midi).ok())
    }
}

impl TryFrom<u8> for Pitch {
    type Error = NotAPianoKey;
    fn try_from(midi: u8) -> Result<Self, NotAPianoKey> {
        Pitch::new(midi)
    }
}

impl From<Pitch> for u8 {
    fn from(pitch: Pitch) -> u8 {
        pitch.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for pitch in Pitch::all() {
            assert_eq!(Pitch::from_name(&pitch.name()), Some(pitch));
        }
    }

    #[test]
    fn flats_and_odd_octave_boundaries_are_understood() {
        let check = |name: &str, midi: Option<u8>| assert_eq!(Pitch::from_name(name).map(Pitch::midi), midi, "{name}");
        check("Bb3", Some(58));
        check("Cb4", Some(59));
        check("B#3", Some(60));
        check("C9", None);
        check("H2", None);
        check("", None);
        check("C", None);
        check("C#999999999", None);
    }
}
