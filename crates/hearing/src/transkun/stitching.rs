//! Events of overlapping segments made into one performance.

use super::events::{Event, by_time};
use super::{SYMBOLS, Symbol};
use crate::Transcription;
use piano::{Note, PedalInterval};

/// Takes segments in order and joins what they say, as Transkun's `transcribe` does.
pub struct Stitcher {
    events: Vec<Vec<Event>>,
}

impl Default for Stitcher {
    fn default() -> Self {
        Stitcher {
            events: vec![Vec::new(); SYMBOLS],
        }
    }
}

impl Stitcher {
    /// Adds the next segment's events, in time order. Where one overlaps its symbol's latest event, the later segment is
    /// believed: it replaces that event if it saw the onset, or else only says how the event goes on.
    pub fn add(&mut self, segment: &[Event]) {
        for event in segment {
            let known = &mut self.events[event.symbol.index()];
            match known.last_mut() {
                Some(latest) if event.start_secs < latest.end_secs => {
                    if event.has_onset {
                        *latest = *event;
                    } else {
                        latest.has_offset = event.has_offset;
                        latest.end_secs = latest.end_secs.max(event.end_secs);
                    }
                }
                _ if event.has_onset => known.push(*event),
                _ => {}
            }
        }
    }

    /// All events by start, end and symbol. Events whose end nobody saw are dropped, but for the last of each symbol.
    pub fn finish(mut self) -> Vec<Event> {
        for events in &mut self.events {
            if let Some(last) = events.last_mut() {
                last.has_offset = true;
            }
            events.retain(|event| event.has_offset);
            events.sort_by(by_time);
            for index in 1..events.len() {
                events[index - 1].end_secs = events[index - 1].end_secs.min(events[index].start_secs);
            }
            events.retain(|event| event.start_secs < event.end_secs);
        }
        let mut events = self.events.concat();
        events.sort_by(by_time);
        events
    }
}

/// Sorts events into notes and pedals. MIDI has no sounding note of velocity 0, so 0 becomes 1.
pub fn transcription(events: &[Event]) -> Transcription {
    let mut transcription = Transcription::default();
    for event in events {
        let pedal = PedalInterval {
            start_secs: event.start_secs,
            end_secs: event.end_secs,
        };
        match event.symbol {
            Symbol::SustainPedal => transcription.sustain_pedal.push(pedal),
            Symbol::SoftPedal => transcription.soft_pedal.push(pedal),
            Symbol::Key(pitch) => transcription.notes.push(Note {
                pitch,
                onset_secs: event.start_secs,
                offset_secs: event.end_secs,
                velocity: event.velocity.max(1),
            }),
        }
    }
    piano::note::sort_notes(&mut transcription.notes);
    transcription
}
