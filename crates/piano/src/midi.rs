//! Standard MIDI files: notes by hand, and the sustain pedal.

use crate::{Hand, Note, PedalInterval, Pitch};
use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use std::collections::{HashMap, VecDeque};

/// A note and, where the file's track names say it, the hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandedNote {
    /// The note.
    pub note: Note,
    /// The hand; none where unknown.
    pub hand: Option<Hand>,
}

/// What a MIDI file holds of a piano performance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MidiContents {
    /// The notes by onset, then pitch.
    pub notes: Vec<HandedNote>,
    /// Sustain pedal (controller 64), by time; where several channels hold it, the time any of them does.
    pub sustain_pedal: Vec<PedalInterval>,
    /// Notes left out because no piano has a key for them.
    pub notes_off_the_keyboard: usize,
}

/// Why bytes cannot be read as MIDI.
#[derive(Debug, thiserror::Error)]
pub enum ReadMidiError {
    /// Not a Standard MIDI File, or damaged.
    #[error("this is no readable Standard MIDI File")]
    Malformed(#[from] midly::Error),
    /// The header's time division is zero.
    #[error("the MIDI header says that a beat has no ticks")]
    NoTicks,
    /// Format 2 holds independent pieces, not one performance.
    #[error("a MIDI file of format 2 holds several pieces; give one of format 0 or 1")]
    SeveralPieces,
}

/// Why notes cannot be written as MIDI.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum WriteMidiError {
    /// MIDI time begins at 0, and a file has room for some hours.
    #[error("{secs} s cannot be written in a MIDI file: 0 to {LONGEST_SECS} s can")]
    Time {
        /// The time.
        secs: f64,
    },
}

/// Half a second a beat: MIDI's own default, written out.
const MICROSECONDS_PER_BEAT: u32 = 500_000;
/// With the tempo above a tick lasts 0.05 ms.
const TICKS_PER_BEAT: u16 = 10_000;
const TICKS_PER_SEC: f64 = TICKS_PER_BEAT as f64 * 1e6 / MICROSECONDS_PER_BEAT as f64;
/// The largest step between two events is 2^28 - 1 ticks, about 3.7 hours.
const LONGEST_SECS: f64 = 13_000.0;
const SUSTAIN_PEDAL: u8 = 64;
/// General MIDI: controller values from here on mean that the pedal is down.
const PEDAL_DOWN: u8 = 64;
/// General MIDI's channel 10, counted from 0.
const DRUM_CHANNEL: u8 = 9;

/// Reads notes and pedal from a Standard MIDI File of format 0 or 1, with any tempo changes or SMPTE time.
///
/// A track called "right hand", "right" or "rh" (any case; left likewise) holds that hand's notes. A note off ends the oldest
/// sounding note of its track, channel and key; what still sounds at the end of a track ends there. Drums are skipped.
pub fn read(bytes: &[u8]) -> Result<MidiContents, ReadMidiError> {
    let file = Smf::parse(bytes)?;
    if file.header.format == Format::Sequential {
        return Err(ReadMidiError::SeveralPieces);
    }
    let clock = Clock::of(&file)?;
    let mut contents = MidiContents::default();
    let mut pedal_changes = Vec::new();
    for (index, track) in file.tracks.iter().enumerate() {
        read_track(track, index, &clock, &mut contents, &mut pedal_changes);
    }
    contents.notes.sort_by(|a, b| {
        let (a, b) = (a.note, b.note);
        a.onset_secs.total_cmp(&b.onset_secs).then(a.pitch.cmp(&b.pitch))
    });
    contents.sustain_pedal = held_intervals(pedal_changes);
    Ok(contents)
}

/// The pedal of one channel of one track goes down or up.
struct PedalChange {
    secs: f64,
    source: (usize, u8),
    down: bool,
}

fn read_track(track: &[TrackEvent], index: usize, clock: &Clock, contents: &mut MidiContents, pedal_changes: &mut Vec<PedalChange>) {
    let hand = track.iter().find_map(|event| match event.kind {
        TrackEventKind::Meta(MetaMessage::TrackName(name)) => hand_from_name(name),
        _ => None,
    });
    let mut sounding: HashMap<(u8, u8), VecDeque<(f64, u8)>> = HashMap::new();
    let mut finish = |key: u8, (onset_secs, velocity): (f64, u8), offset_secs: f64| match Pitch::new(key) {
        Ok(pitch) => contents.notes.push(HandedNote {
            note: Note {
                pitch,
                onset_secs,
                offset_secs,
                velocity,
            },
            hand,
        }),
        Err(_) => contents.notes_off_the_keyboard += 1,
    };
    let mut ticks = 0;
    for event in track {
        ticks += u64::from(event.delta.as_int());
        let TrackEventKind::Midi { channel, message } = event.kind else {
            continue;
        };
        let (channel, secs) = (channel.as_int(), clock.secs_at(ticks));
        match message {
            _ if channel == DRUM_CHANNEL => {}
            MidiMessage::NoteOn { key, vel } if vel > 0 => {
                sounding.entry((channel, key.as_int())).or_default().push_back((secs, vel.as_int()));
            }
            MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                if let Some(start) = sounding.get_mut(&(channel, key.as_int())).and_then(VecDeque::pop_front) {
                    finish(key.as_int(), start, secs);
                }
            }
            MidiMessage::Controller { controller, value } if controller == SUSTAIN_PEDAL => pedal_changes.push(PedalChange {
                secs,
                source: (index, channel),
                down: value >= PEDAL_DOWN,
            }),
            _ => {}
        }
    }
    let end_secs = clock.secs_at(ticks);
    for ((_, key), starts) in sounding {
        for start in starts {
            finish(key, start, end_secs);
        }
    }
    pedal_changes.extend((0..16).map(|channel| PedalChange {
        secs: end_secs,
        source: (index, channel),
        down: false,
    }));
}

fn hand_from_name(name: &[u8]) -> Option<Hand> {
    match String::from_utf8_lossy(name).trim().to_lowercase().as_str() {
        "right hand" | "right" | "rh" => Some(Hand::Right),
        "left hand" | "left" | "lh" => Some(Hand::Left),
        _ => None,
    }
}

fn held_intervals(mut changes: Vec<PedalChange>) -> Vec<PedalInterval> {
    changes.sort_by(|a, b| a.secs.total_cmp(&b.secs));
    let (mut intervals, mut holding) = (Vec::new(), std::collections::HashSet::new());
    let mut start_secs = 0.0;
    for change in changes {
        let was_held = !holding.is_empty();
        if change.down {
            holding.insert(change.source);
        } else {
            holding.remove(&change.source);
        }
        match (was_held, holding.is_empty()) {
            (false, false) => start_secs = change.secs,
            (true, true) if change.secs > start_secs => intervals.push(PedalInterval {
                start_secs,
                end_secs: change.secs,
            }),
            _ => {}
        }
    }
    intervals
}

/// Seconds from ticks: stretches of constant tempo, by their first tick.
struct Clock {
    stretches: Vec<Stretch>,
}

#[derive(Clone, Copy)]
struct Stretch {
    first_tick: u64,
    first_secs: f64,
    secs_per_tick: f64,
}

impl Clock {
    fn of(file: &Smf) -> Result<Clock, ReadMidiError> {
        let ticks_per_beat = match file.header.timing {
            Timing::Metrical(ticks) => f64::from(ticks.as_int()),
            Timing::Timecode(rate, ticks_per_frame) => {
                return Clock::steady(f64::from(rate.as_f32()) * f64::from(ticks_per_frame));
            }
        };
        let secs_per_tick = |microseconds: u32| f64::from(microseconds) * 1e-6 / ticks_per_beat;
        let mut clock = Clock::steady(ticks_per_beat * 1e6 / f64::from(MICROSECONDS_PER_BEAT))?;
        for (tick, microseconds) in tempo_changes(file) {
            let first_secs = clock.secs_at(tick);
            clock.stretches.push(Stretch {
                first_tick: tick,
                first_secs,
                secs_per_tick: secs_per_tick(microseconds),
            });
        }
        Ok(clock)
    }

    fn steady(ticks_per_sec: f64) -> Result<Clock, ReadMidiError> {
        if ticks_per_sec <= 0.0 {
            return Err(ReadMidiError::NoTicks);
        }
        let stretches = vec![Stretch {
            first_tick: 0,
            first_secs: 0.0,
            secs_per_tick: 1.0 / ticks_per_sec,
        }];
        Ok(Clock { stretches })
    }

    fn secs_at(&self, tick: u64) -> f64 {
        let after = self.stretches.partition_point(|stretch| stretch.first_tick <= tick);
        // The first stretch begins at tick 0, so there is always one before.
        let stretch = self.stretches[after - 1];
        stretch.first_secs + (tick - stretch.first_tick) as f64 * stretch.secs_per_tick
    }
}

/// Tempo changes of all tracks by tick, in microseconds a beat.
fn tempo_changes(file: &Smf) -> Vec<(u64, u32)> {
    let mut changes = Vec::new();
    for track in &file.tracks {
        let mut ticks = 0;
        for event in track {
            ticks += u64::from(event.delta.as_int());
            if let TrackEventKind::Meta(MetaMessage::Tempo(tempo)) = event.kind {
                changes.push((ticks, tempo.as_int()));
            }
        }
    }
    changes.sort_by_key(|(tick, _)| *tick);
    changes
}

/// Writes notes on a track per hand ("right hand", "left hand", "unassigned", those that have notes) and the pedal on each of
/// them, with one tempo, so that times are exact to a tenth of a millisecond.
///
/// All tracks share channel 1, where a key cannot be struck again before it is released: a note that still sounds when its key
/// is struck again is shortened to that moment.
pub fn write(notes: &[HandedNote], sustain_pedal: &[PedalInterval]) -> Result<Vec<u8>, WriteMidiError> {
    let released = released_before_struck_again(notes);
    let by_hand = |hand| -> Vec<Note> { released.iter().filter(|note| note.hand == hand).map(|note| note.note).collect() };
    let mut tracks: Vec<(&str, Vec<Note>)> = vec![
        ("right hand", by_hand(Some(Hand::Right))),
        ("left hand", by_hand(Some(Hand::Left))),
        ("unassigned", by_hand(None)),
    ];
    let unassigned_track = notes.is_empty().then_some("unassigned");
    tracks.retain(|(name, notes)| !notes.is_empty() || Some(*name) == unassigned_track);

    let mut file = Smf::new(Header::new(Format::Parallel, Timing::Metrical(u15::new(TICKS_PER_BEAT))));
    let tempo = MetaMessage::Tempo(u24::new(MICROSECONDS_PER_BEAT));
    file.tracks.push(vec![meta(tempo), meta(MetaMessage::EndOfTrack)]);
    for (name, notes) in &tracks {
        file.tracks.push(written_track(name, notes, sustain_pedal)?);
    }
    let mut bytes = Vec::new();
    file.write(&mut bytes).expect("writing into memory cannot fail");
    Ok(bytes)
}

fn released_before_struck_again(notes: &[HandedNote]) -> Vec<HandedNote> {
    let mut notes = notes.to_vec();
    notes.sort_by(|a, b| a.note.onset_secs.total_cmp(&b.note.onset_secs));
    let mut next_onset_secs: HashMap<Pitch, f64> = HashMap::new();
    for note in notes.iter_mut().rev() {
        let note = &mut note.note;
        if let Some(next) = next_onset_secs.insert(note.pitch, note.onset_secs) {
            note.offset_secs = note.offset_secs.min(next);
        }
    }
    notes
}

/// What happens at one tick, in the order in which it must be written: keys are released before they are struck again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Release(u8),
    Pedal(bool),
    Strike(u8, u8),
}

fn written_track<'a>(name: &'a str, notes: &[Note], sustain_pedal: &[PedalInterval]) -> Result<Vec<TrackEvent<'a>>, WriteMidiError> {
    let mut happenings = Vec::new();
    for note in notes {
        let (onset, offset) = (ticks(note.onset_secs)?, ticks(note.offset_secs)?);
        let key = note.pitch.midi();
        happenings.push((onset, Happening::Strike(key, note.velocity.clamp(1, 127))));
        // A note needs at least one tick, or its release would stand before its strike.
        happenings.push((offset.max(onset + 1), Happening::Release(key)));
    }
    for interval in sustain_pedal {
        happenings.push((ticks(interval.start_secs)?, Happening::Pedal(true)));
        happenings.push((ticks(interval.end_secs)?, Happening::Pedal(false)));
    }
    happenings.sort_unstable();
    let mut track = vec![meta(MetaMessage::TrackName(name.as_bytes()))];
    let mut last_tick = 0;
    for (tick, happening) in happenings {
        track.push(TrackEvent {
            delta: u28::new(tick - last_tick),
            kind: TrackEventKind::Midi {
                channel: u4::new(0),
                message: message(happening),
            },
        });
        last_tick = tick;
    }
    track.push(meta(MetaMessage::EndOfTrack));
    Ok(track)
}

fn message(happening: Happening) -> MidiMessage {
    match happening {
        Happening::Release(key) => MidiMessage::NoteOff {
            key: u7::new(key),
            vel: u7::new(64),
        },
        Happening::Pedal(down) => MidiMessage::Controller {
            controller: u7::new(SUSTAIN_PEDAL),
            value: u7::new(if down { 127 } else { 0 }),
        },
        Happening::Strike(key, velocity) => MidiMessage::NoteOn {
            key: u7::new(key),
            vel: u7::new(velocity),
        },
    }
}

fn meta(message: MetaMessage<'_>) -> TrackEvent<'_> {
    TrackEvent {
        delta: u28::new(0),
        kind: TrackEventKind::Meta(message),
    }
}

fn ticks(secs: f64) -> Result<u32, WriteMidiError> {
    if (0.0..=LONGEST_SECS).contains(&secs) {
        Ok((secs * TICKS_PER_SEC).round() as u32)
    } else {
        Err(WriteMidiError::Time { secs })
    }
}

#[cfg(test)]
mod tests;
