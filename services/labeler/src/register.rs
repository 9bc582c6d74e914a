//! Finding the keys of a video, or reading where somebody marked them.

use crate::error::{LabelError, with_causes};
use crate::progress::{Listener, Progress, Stage};
use labeling::keyboard::{judge, parse_correction, refuse};
use labeling::performance::Keyboard;
use labeling::refusal::{Refusal, RefusalCode};
use media::SampledFrames;
use std::path::Path;
use vision::keyboard::{
    FoundKeyboard, KeyboardReading, KeyboardRegistration, RegisterError, RegisteredSection, Texture, register_clip, sampling_moments,
};

/// Looks for the keys in pictures from all over a video. Says what was found, whether or not it can be used.
pub fn look(path: &Path, duration_secs: f64, listener: &mut dyn Listener) -> Result<KeyboardRegistration, LabelError> {
    let mut frames = SampledFrames::open(path, sampling_moments(duration_secs))?;
    let mut progress = |secs: f64| {
        listener.hear(Progress::Advanced(Stage::Keyboard, secs / duration_secs.max(1e-3)));
        !listener.stop_requested()
    };
    register_clip(&mut frames, duration_secs, &mut progress).map_err(|error| match error {
        RegisterError::Stopped => LabelError::Stopped,
        RegisterError::Frames(error) => Refusal::new(RefusalCode::MediaUnreadable, with_causes(&error)).into(),
    })
}

/// The sections of a video whose keys lie where they were found, whether or not their octave is known yet.
pub fn usable_sections(mut found: KeyboardRegistration) -> Result<KeyboardRegistration, Refusal> {
    let refusal = refuse(&found);
    found
        .sections
        .retain(|section| matches!(judge(&section.keyboard), Ok(()) | Err(RefusalCode::KeyboardOctaveUnknown)));
    if found.sections.is_empty() { Err(refusal) } else { Ok(found) }
}

/// Reads a keyboard somebody marked by hand.
pub fn read_correction(path: &Path, duration_secs: f64) -> Result<Keyboard, LabelError> {
    let unusable = |reason: String| LabelError::Usage(format!("--keyboard {}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    parse_correction(&text, duration_secs).map_err(|error| unusable(with_causes(&error)))
}

/// A keyboard marked by hand, as if it had been found so and not otherwise.
pub fn registration_of(keyboard: &Keyboard) -> KeyboardRegistration {
    let sections = keyboard.sections.iter().map(|section| RegisteredSection {
        start_secs: section.start_secs,
        end_secs: section.end_secs,
        keyboard: FoundKeyboard {
            readings: vec![KeyboardReading {
                keyboard_from_image: section.keyboard_from_image,
                lowest_pitch: section.lowest_pitch,
                highest_pitch: section.highest_pitch,
                mirrored: false,
                probability: 1.0,
                sign: 1.0,
                shift: 0.0,
            }],
            placement: section.confidence,
            gap_residual: None,
            texture: Texture::default(),
        },
    });
    KeyboardRegistration {
        sections: sections.collect(),
    }
}

/// In a few words.
pub fn describe(found: &KeyboardRegistration) -> String {
    let keys = found.sections.iter().map(|section| {
        let best = section.keyboard.best();
        let keys = best.highest_pitch.key_index() + 1 - best.lowest_pitch.key_index();
        match judge(&section.keyboard) {
            Ok(()) => format!("{keys} keys, {:.0} % sure", 100.0 * section.keyboard.confidence()),
            Err(_) => format!("{keys} keys of an octave yet unknown"),
        }
    });
    keys.collect::<Vec<_>>().join("; ")
}
