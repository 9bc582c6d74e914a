//! A score in frames: which keys are due, which fingers play them, and where the pedal is, in every control step. The rules,
//! odd ones too, are RoboPianist's (`midi_file.py`, `piano_roll.py`, and `note_seq` beneath them).

mod frames;

use crate::model::KEYS;
use piano::{Finger, FingeredNote, PedalInterval, Pitch};
use std::collections::BTreeSet;

/// Time between control steps, seconds: 20 Hz.
pub const CONTROL_TIMESTEP_SECS: f64 = 0.05;

/// Longest score that is played in one piece, seconds: an hour. Longer ones are cut before they come here.
pub const DURATION_SECS_MAX: f64 = 3600.0;

/// How a score is cut into frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameSettings {
    /// Begins with the first note and ends with the last, as the notes are listed.
    pub trim_silence: bool,
    /// Silence put in front, seconds.
    pub initial_buffer_secs: f64,
    /// All times are multiplied by this.
    pub stretch: f64,
    /// All pitches are moved by this many semitones; notes that leave the keyboard are dropped.
    pub shift: i32,
}

impl Default for FrameSettings {
    fn default() -> Self {
        FrameSettings {
            trim_silence: true,
            initial_buffer_secs: 0.0,
            stretch: 1.0,
            shift: 0,
        }
    }
}

/// Why a score cannot be played.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScoreError {
    /// Nothing to play.
    #[error("the score has no note on the keyboard")]
    Empty,
    /// Some notes have a finger and some have none; RoboPianist would give those to the right little finger.
    #[error("{count} of the notes have no finger, the first at {first_secs} s: finger them all, or none")]
    PartlyFingered {
        /// How many.
        count: usize,
        /// The first one's onset, seconds.
        first_secs: f64,
    },
    /// A time that is no time, or a note that ends before it begins.
    #[error("the note {name} at {onset_secs} s ends at {offset_secs} s: its times are not in order")]
    BadTimes {
        /// Its pitch.
        name: String,
        /// Its onset, seconds.
        onset_secs: f64,
        /// Its offset, seconds.
        offset_secs: f64,
    },
    /// A stretch or buffer that makes no sense.
    #[error("a score cannot be stretched by {stretch} with {initial_buffer_secs} s in front")]
    BadSettings {
        /// The stretch.
        stretch: f64,
        /// The buffer, seconds.
        initial_buffer_secs: f64,
    },
    /// Longer than [`DURATION_SECS_MAX`].
    #[error("the score lasts {secs:.0} s; {DURATION_SECS_MAX} s are the most that are played in one piece")]
    TooLong {
        /// How long, seconds.
        secs: f64,
    },
}

/// A note that is due in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueNote {
    /// Its key.
    pub pitch: Pitch,
    /// How hard it is to be struck, 1 to 127.
    pub velocity: u8,
    /// The finger that is to play it.
    pub finger: Option<Finger>,
}

/// One control step of a score.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The notes that are due, from low to high.
    pub notes: Vec<DueNote>,
    /// Whether the pedal is to be down.
    pub sustain: bool,
}

impl Frame {
    /// Which keys are due.
    pub fn keys_due(&self) -> [bool; KEYS] {
        let mut due = [false; KEYS];
        for note in &self.notes {
            due[note.pitch.key_index()] = true;
        }
        due
    }
}

/// A score in frames.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    frames: Vec<Frame>,
    notes: Vec<FingeredNote>,
    buffer_frames: usize,
    has_fingering: bool,
}

impl Score {
    /// Cuts notes and pedal into frames. Notes keep the order they are given in: it decides what `trim_silence` keeps.
    pub fn new(notes: &[FingeredNote], pedal: &[PedalInterval], settings: &FrameSettings) -> Result<Score, ScoreError> {
        check(notes, settings)?;
        let mut notes: Vec<FingeredNote> = notes.iter().filter_map(|note| moved(note, settings)).collect();
        let mut pedal: Vec<PedalEvent> = pedal.iter().flat_map(|interval| pedal_events(interval, settings.stretch)).collect();
        if settings.trim_silence && !notes.is_empty() {
            let start_secs = notes[0].note.onset_secs;
            let end_secs = notes[notes.len() - 1].note.offset_secs;
            notes = trimmed_notes(&notes, start_secs, end_secs);
            pedal = trimmed_pedal(&pedal, start_secs, end_secs);
        }
        if notes.is_empty() {
            return Err(ScoreError::Empty);
        }
        let has_fingering = has_fingering(&notes)?;
        let secs = notes.iter().map(|note| note.note.offset_secs).fold(0.0, f64::max);
        if secs > DURATION_SECS_MAX {
            return Err(ScoreError::TooLong { secs });
        }
        let buffer_frames = initial_frames(settings);
        let mut frames = vec![Frame::default(); buffer_frames];
        frames.extend(frames::frames_of(&notes, &pedal, secs));
        for FingeredNote { note, .. } in &mut notes {
            note.onset_secs += buffer_frames as f64 * CONTROL_TIMESTEP_SECS;
            note.offset_secs += buffer_frames as f64 * CONTROL_TIMESTEP_SECS;
        }
        Ok(Score {
            frames,
            notes,
            buffer_frames,
            has_fingering,
        })
    }

    /// Every control step.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The notes behind the frames: transposed, trimmed, and in the frames' time.
    pub fn notes(&self) -> &[FingeredNote] {
        &self.notes
    }

    /// The notes that begin in a frame: due now, and not due on that key in the frame before.
    pub fn onsets(&self, frame: usize) -> impl Iterator<Item = &DueNote> {
        let before = frame.checked_sub(1).map(|before| &self.frames[before].notes);
        let held = move |note: &DueNote| before.is_some_and(|before| before.iter().any(|other| other.pitch == note.pitch));
        let due = self.frames.get(frame).map(|frame| frame.notes.as_slice()).unwrap_or_default();
        due.iter().filter(move |note| !held(note))
    }

    /// Silent frames put in front.
    pub fn buffer_frames(&self) -> usize {
        self.buffer_frames
    }

    /// Whether it says who plays what. RoboPianist sees no fingering where one finger plays everything.
    pub fn has_fingering(&self) -> bool {
        self.has_fingering
    }
}

/// The pedal is moved.
struct PedalEvent {
    at_secs: f64,
    down: bool,
}

fn check(notes: &[FingeredNote], settings: &FrameSettings) -> Result<(), ScoreError> {
    let positive = settings.stretch.is_finite() && settings.stretch > 0.0;
    if !positive || !(0.0..=DURATION_SECS_MAX).contains(&settings.initial_buffer_secs) {
        return Err(ScoreError::BadSettings {
            stretch: settings.stretch,
            initial_buffer_secs: settings.initial_buffer_secs,
        });
    }
    for FingeredNote { note, .. } in notes {
        if !(note.onset_secs >= 0.0 && note.offset_secs >= note.onset_secs && note.offset_secs.is_finite()) {
            return Err(ScoreError::BadTimes {
                name: note.pitch.name(),
                onset_secs: note.onset_secs,
                offset_secs: note.offset_secs,
            });
        }
    }
    Ok(())
}

fn moved(note: &FingeredNote, settings: &FrameSettings) -> Option<FingeredNote> {
    let mut moved = *note;
    moved.note.pitch = note.note.pitch.transposed(settings.shift)?;
    moved.note.onset_secs *= settings.stretch;
    moved.note.offset_secs *= settings.stretch;
    Some(moved)
}

fn pedal_events(interval: &PedalInterval, stretch: f64) -> [PedalEvent; 2] {
    let event = |secs: f64, down| PedalEvent {
        at_secs: secs * stretch,
        down,
    };
    [event(interval.start_secs, true), event(interval.end_secs, false)]
}

/// The notes that begin inside, in the order of their onsets, none longer than the end.
fn trimmed_notes(notes: &[FingeredNote], start_secs: f64, end_secs: f64) -> Vec<FingeredNote> {
    let mut kept: Vec<FingeredNote> = notes
        .iter()
        .filter(|note| note.note.onset_secs >= start_secs && note.note.onset_secs < end_secs)
        .copied()
        .collect();
    kept.sort_by(|a, b| a.note.onset_secs.total_cmp(&b.note.onset_secs));
    for FingeredNote { note, .. } in &mut kept {
        note.onset_secs -= start_secs;
        note.offset_secs = note.offset_secs.min(end_secs) - start_secs;
    }
    kept
}

/// The pedal's events inside, and at the start the state it had come to.
fn trimmed_pedal(events: &[PedalEvent], start_secs: f64, end_secs: f64) -> Vec<PedalEvent> {
    let before = events.iter().rfind(|event| event.at_secs <= start_secs);
    let carried = before.map(|event| PedalEvent {
        at_secs: 0.0,
        down: event.down,
    });
    let inside = events.iter().filter(|event| event.at_secs > start_secs && event.at_secs < end_secs);
    let inside = inside.map(|event| PedalEvent {
        at_secs: event.at_secs - start_secs,
        down: event.down,
    });
    carried.into_iter().chain(inside).collect()
}

fn has_fingering(notes: &[FingeredNote]) -> Result<bool, ScoreError> {
    let mut unfingered = notes.iter().filter(|note| note.finger.is_none());
    let Some(first) = unfingered.next() else {
        let fingers: BTreeSet<Finger> = notes.iter().filter_map(|note| note.finger).collect();
        return Ok(fingers.len() > 1);
    };
    let count = 1 + unfingered.count();
    if count == notes.len() {
        return Ok(false);
    }
    Err(ScoreError::PartlyFingered {
        count,
        first_secs: first.note.onset_secs,
    })
}

fn initial_frames(settings: &FrameSettings) -> usize {
    // As Python rounds.
    (settings.initial_buffer_secs / CONTROL_TIMESTEP_SECS).round_ties_even() as usize
}
