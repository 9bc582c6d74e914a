//! The stage that finds the keys: what the pictures alone settle, what needs notes as well, and what a person says.

mod correction;

pub use correction::{CorrectionError, parse_correction};

use crate::performance::{Keyboard, KeyboardSection};
use crate::refusal::{Refusal, RefusalCode};
use vision::keyboard::{FoundKeyboard, KeyboardRegistration, RegisteredSection};

/// Keys whose place is less sure than this are taken for none. On 49 stills and 21 clips every keyboard that a person could have
/// marked lay at 0.56 or above, and everything else at 0.
pub const PLACEMENT_AT_LEAST: f64 = 0.5;
/// Octave and direction less sure than this are taken for unknown.
pub const READING_AT_LEAST: f64 = 0.95;

/// Whether a keyboard's place, octave and direction are sure by the picture alone, or why not.
pub fn judge(found: &FoundKeyboard) -> Result<(), RefusalCode> {
    if found.placement < PLACEMENT_AT_LEAST {
        return Err(RefusalCode::NoKeyboard);
    }
    if found.looks_drawn() {
        return Err(RefusalCode::NotFilmed);
    }
    if found.best().probability < READING_AT_LEAST {
        return Err(RefusalCode::KeyboardOctaveUnknown);
    }
    Ok(())
}

/// The keys as the pictures alone settle them: sections whose octave they leave open are left out. Refused if none is left.
pub fn settle_by_picture(registration: &KeyboardRegistration) -> Result<Keyboard, Refusal> {
    let settled = registration.sections.iter().filter(|section| judge(&section.keyboard).is_ok());
    let sections: Vec<KeyboardSection> = settled.map(|section| section_of(section, 0)).collect();
    if sections.is_empty() {
        return Err(refuse(registration));
    }
    Ok(Keyboard { sections })
}

/// A section as one of its readings has it.
pub fn section_of(section: &RegisteredSection, reading: usize) -> KeyboardSection {
    let found = &section.keyboard;
    let chosen = &found.readings[reading];
    KeyboardSection {
        start_secs: section.start_secs,
        end_secs: section.end_secs,
        keyboard_from_image: chosen.keyboard_from_image,
        lowest_pitch: chosen.lowest_pitch,
        highest_pitch: chosen.highest_pitch,
        confidence: found.placement * chosen.probability,
    }
}

/// Why the pictures alone do not settle any section, in the words of the one that comes nearest.
pub fn refuse(registration: &KeyboardRegistration) -> Refusal {
    let judged = registration
        .sections
        .iter()
        .map(|section| (judge(&section.keyboard), &section.keyboard));
    let reasons: Vec<(RefusalCode, &FoundKeyboard)> = judged.filter_map(|(verdict, found)| Some((verdict.err()?, found))).collect();
    let with = |wanted: RefusalCode| reasons.iter().find(|(code, _)| *code == wanted);
    if let Some((code, found)) = with(RefusalCode::KeyboardOctaveUnknown) {
        let best = found.best();
        let keys = best.highest_pitch.key_index() - best.lowest_pitch.key_index() + 1;
        let others = found.readings.iter().filter(|reading| reading.probability > 0.05).count();
        let message = format!("about {keys} keys are visible, and they could be any of {others} parts of the keyboard");
        return Refusal::new(*code, message);
    }
    if let Some((code, _)) = with(RefusalCode::NotFilmed) {
        let message = "the keys are drawn: all alike to a grey level and to part of a pixel, without any perspective";
        return Refusal::new(*code, message);
    }
    Refusal::new(RefusalCode::NoKeyboard, "no row of black and white keys was found in the pictures")
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::Pitch;
    use vision::Homography;
    use vision::keyboard::{KeyboardReading, Texture};

    fn registration(placement: f64, probabilities: &[f64], white_spread: f64) -> KeyboardRegistration {
        let reading = |probability: &f64| KeyboardReading {
            keyboard_from_image: Homography([[0.04, 0.0, 0.0], [0.0, -0.005, 2.0], [0.0, 0.0, 1.0]]),
            lowest_pitch: Pitch::LOWEST,
            highest_pitch: Pitch::HIGHEST,
            mirrored: false,
            probability: *probability,
            sign: 1.0,
            shift: 0.0,
        };
        let keyboard = FoundKeyboard {
            readings: probabilities.iter().map(reading).collect(),
            placement,
            gap_residual: Some(0.01),
            texture: Texture {
                white_spread,
                black_spread: 2.0,
            },
        };
        KeyboardRegistration {
            sections: vec![RegisteredSection {
                start_secs: 0.0,
                end_secs: 9.0,
                keyboard,
            }],
        }
    }

    #[test]
    fn what_is_sure_is_kept_and_what_is_not_is_refused_by_name() {
        let check = |placement: f64, probabilities: &[f64], white_spread: f64, expected: Result<f64, RefusalCode>| {
            let settled = settle_by_picture(&registration(placement, probabilities, white_spread));
            let outcome = settled
                .map(|keyboard| keyboard.sections[0].confidence)
                .map_err(|refusal| refusal.code);
            assert_eq!(outcome, expected);
        };
        check(1.0, &[0.98, 0.02], 12.0, Ok(0.98));
        check(0.3, &[0.98, 0.02], 12.0, Err(RefusalCode::NoKeyboard));
        check(1.0, &[0.5, 0.49], 12.0, Err(RefusalCode::KeyboardOctaveUnknown));
        check(1.0, &[0.98, 0.02], 0.0, Err(RefusalCode::NotFilmed));
        let none = settle_by_picture(&KeyboardRegistration::default());
        assert_eq!(none.unwrap_err().code, RefusalCode::NoKeyboard);
    }
}
