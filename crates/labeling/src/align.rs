//! Fitting sound to pictures: which octave the keys are where the picture leaves it open, and the time between the two.

use crate::keyboard::{READING_AT_LEAST, section_of};
use crate::on_keyboard::hands_on_keyboard;
use crate::performance::{KeyboardSection, Warning};
use crate::refusal::{Refusal, RefusalCode};
use fingering::alignment::{self, Alignment, LARGEST_USUAL_OFFSET_SECS, Reading, Verdict};
use fingering::evidence::HandsAt;
use piano::Note;
use vision::hands::HandTracks;
use vision::keyboard::RegisteredSection;

/// An offset is applied when it is at least so many of its own standard deviations from nothing; a smaller one is noise.
const OFFSET_DEVIATIONS_MIN: f64 = 2.0;
/// Offsets up to here are ordinary (a frame or two) and not worth a warning, seconds.
const ORDINARY_OFFSET_SECS: f64 = 0.08;

/// Hands and keys that fit the notes.
#[derive(Clone, Debug)]
pub struct Aligned {
    /// The sections whose keys are known.
    pub sections: Vec<KeyboardSection>,
    /// The hands on them.
    pub hands: Vec<HandsAt>,
    /// Picture time of an onset = note time + this.
    pub offset_secs: f64,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
}

/// Decides octave and direction of each section, then the time offset of the whole. With `estimate_offset` false (notes given
/// with an offset of their own) the notes' times are taken as they are.
pub fn align(notes: &[Note], tracks: &HandTracks, registered: &[RegisteredSection], estimate_offset: bool) -> Result<Aligned, Refusal> {
    let mut warnings = Vec::new();
    let mut sections = Vec::new();
    let mut undecided = None;
    for section in registered {
        match decide(notes, tracks, section) {
            Ok(known) => sections.push(known),
            Err(doubt) => {
                warnings.push(Warning {
                    code: RefusalCode::KeyboardOctaveUnknown.name().to_owned(),
                    message: format!("from {:.1} to {:.1} s: {doubt}", section.start_secs, section.end_secs),
                });
                undecided = Some(doubt);
            }
        }
    }
    if sections.is_empty() {
        let doubt = undecided.unwrap_or_else(|| "no keys".into());
        return Err(Refusal::new(RefusalCode::KeyboardOctaveUnknown, doubt));
    }
    let hands = hands_on_keyboard(tracks, &sections);
    let offset_secs = match alignment::align(notes, &hands, &[Reading::AS_FOUND], LARGEST_USUAL_OFFSET_SECS) {
        Verdict::Unrelated(fit) => return Err(unrelated(&fit)),
        Verdict::Aligned(fit) | Verdict::Ambiguous(fit)
            if estimate_offset && fit.offset_secs.abs() > OFFSET_DEVIATIONS_MIN * fit.offset_spread_secs =>
        {
            fit.offset_secs
        }
        _ => 0.0,
    };
    if offset_secs.abs() > ORDINARY_OFFSET_SECS {
        warnings.push(Warning {
            code: "sound_offset".to_owned(),
            message: format!(
                "the pictures are {:.0} ms {} the sound",
                1000.0 * offset_secs.abs(),
                if offset_secs < 0.0 { "ahead of" } else { "behind" }
            ),
        });
    }
    Ok(Aligned {
        sections,
        hands,
        offset_secs,
        warnings,
    })
}

/// One section's keys: by the picture alone where it is sure, else by the fingertips over the keys that sound.
fn decide(notes: &[Note], tracks: &HandTracks, section: &RegisteredSection) -> Result<KeyboardSection, String> {
    let found = &section.keyboard;
    let first = section_of(section, 0);
    if found.best().probability >= READING_AT_LEAST {
        return Ok(first);
    }
    let hands = hands_on_keyboard(tracks, &[first]);
    let inside: Vec<Note> = notes
        .iter()
        .filter(|note| (section.start_secs..section.end_secs).contains(&note.onset_secs))
        .copied()
        .collect();
    let readings: Vec<Reading> = found
        .readings
        .iter()
        .map(|reading| Reading {
            sign: reading.sign,
            shift: reading.shift,
            prior: reading.probability,
        })
        .collect();
    match alignment::align(&inside, &hands, &readings, LARGEST_USUAL_OFFSET_SECS) {
        Verdict::Aligned(fit) => Ok(KeyboardSection {
            confidence: found.placement * fit.confidence,
            ..section_of(section, fit.reading)
        }),
        Verdict::Ambiguous(_) => Err(format!("{}; several parts of the keyboard fit the notes alike", seen(&first))),
        Verdict::Unrelated(_) => Err(format!("{}; the notes fit none of the parts these keys can be", seen(&first))),
        Verdict::TooFewNotes { notes } => Err(format!("{}; only {notes} notes were struck under visible hands", seen(&first))),
    }
}

fn seen(section: &KeyboardSection) -> String {
    let keys = section.highest_pitch.key_index() + 1 - section.lowest_pitch.key_index();
    format!("{keys} keys are in the picture, but not which of the 88 they are")
}

fn unrelated(fit: &Alignment) -> Refusal {
    let chance = fit
        .chance_key_widths
        .map(|chance| format!(" (chance gives {chance:.2})"))
        .unwrap_or_default();
    let message = format!(
        "at the onset of {} notes the nearest fingertip lies {:.2} white keys from the key on average{chance}, whatever the time offset",
        fit.notes, fit.distance_key_widths
    );
    Refusal::new(RefusalCode::SoundNotFromPicture, message)
}
