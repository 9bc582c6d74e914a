//! The sound of a score: a SoundFont piano.

use piano::Note;
use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};
use std::sync::Arc;

/// Samples a second.
pub const SAMPLE_RATE: u32 = 44_100;
/// Interleaved channels: left, right.
pub const CHANNELS: usize = 2;
/// The synthesizer starts and ends notes at multiples of so many samples (0.4 ms).
const BLOCK_SAMPLES: usize = 16;
/// Loud chords of ten fingers stay below full scale.
const VOLUME: f32 = 0.5;

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// The bytes are no SoundFont.
    #[error("this is no readable SoundFont")]
    SoundFont(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The synthesizer does not take its settings.
    #[error("the synthesizer could not be started")]
    Synthesizer(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A piano to be played.
pub struct Piano {
    sound_font: Arc<SoundFont>,
}

impl Piano {
    /// Reads a SoundFont (sf2).
    pub fn from_sound_font(mut bytes: &[u8]) -> Result<Piano, SoundError> {
        let sound_font = SoundFont::new(&mut bytes).map_err(|error| SoundError::SoundFont(Box::new(error)))?;
        Ok(Piano {
            sound_font: Arc::new(sound_font),
        })
    }

    /// Plays notes from second 0 for so long: interleaved stereo, -1 to 1.
    pub fn play(&self, notes: &[Note], secs: f64) -> Result<Vec<f32>, SoundError> {
        let mut settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
        settings.block_size = BLOCK_SAMPLES;
        let mut synthesizer = Synthesizer::new(&self.sound_font, &settings).map_err(|error| SoundError::Synthesizer(Box::new(error)))?;
        synthesizer.set_master_volume(VOLUME);
        let total = sample_at(secs);
        let (mut left, mut right) = (vec![0.0; total], vec![0.0; total]);
        let mut played = 0;
        for event in events(notes) {
            let until = event.sample.min(total).max(played);
            synthesizer.render(&mut left[played..until], &mut right[played..until]);
            played = until;
            match event.velocity {
                Some(velocity) => synthesizer.note_on(0, event.key, velocity),
                None => synthesizer.note_off(0, event.key),
            }
        }
        synthesizer.render(&mut left[played..], &mut right[played..]);
        Ok(left
            .iter()
            .zip(&right)
            .flat_map(|(l, r)| [l.clamp(-1.0, 1.0), r.clamp(-1.0, 1.0)])
            .collect())
    }
}

/// A key goes down (with its velocity) or up.
struct Event {
    sample: usize,
    key: i32,
    velocity: Option<i32>,
}

/// By time; where a key is struck again at once, it first goes up.
fn events(notes: &[Note]) -> Vec<Event> {
    let on = |note: &Note| Event {
        sample: sample_at(note.onset_secs),
        key: i32::from(note.pitch.midi()),
        velocity: Some(i32::from(note.velocity)),
    };
    let off = |note: &Note| Event {
        // A note as short as no block would never be heard.
        sample: sample_at(note.offset_secs).max(sample_at(note.onset_secs) + 2 * BLOCK_SAMPLES),
        velocity: None,
        ..on(note)
    };
    let mut events: Vec<Event> = notes.iter().flat_map(|note| [on(note), off(note)]).collect();
    events.sort_by_key(|event| (event.sample, event.velocity.is_some()));
    events
}

/// Casting saturates: what lies before 0 sounds from the start.
fn sample_at(secs: f64) -> usize {
    (secs * f64::from(SAMPLE_RATE)).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;

    #[test]
    fn a_key_struck_again_at_once_goes_up_first() {
        let note = |onset_secs, offset_secs| Note {
            pitch: Pitch::LOWEST,
            onset_secs,
            offset_secs,
            velocity: 70,
        };
        let order: Vec<(usize, bool)> = events(&[note(1.0, 2.0), note(0.0, 1.0)])
            .iter()
            .map(|event| (event.sample / SAMPLE_RATE as usize, event.velocity.is_some()))
            .collect();
        assert_eq!(order, [(0, true), (1, false), (1, true), (2, false)]);
    }

    #[test]
    fn what_is_no_sound_font_is_refused() {
        assert!(matches!(Piano::from_sound_font(b"RIFF"), Err(SoundError::SoundFont(_))));
    }
}
