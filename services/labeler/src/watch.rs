//! Watching the pictures, once: the hands, and the motion of the keys under them.

use crate::error::LabelError;
use crate::hand_models;
use crate::inspect::Inspected;
use crate::progress::{Listener, Progress, Stage};
use bootstrap::models::ModelStore;
use fingering::evidence::KeyMotion;
use labeling::hands::{HandNeeds, estimate_hands};
use labeling::performance::KeyboardSection;
use labeling::refusal::{Refusal, RefusalCode};
use labeling::seams::{HandEstimator, ModelFacts};
use media::VideoReader;
use piano::{Note, keyboard};
use serde::{Deserialize, Serialize};
use std::path::Path;
use vision::hands::HandTracks;
use vision::hands::plausible::KeyboardBand;
use vision::key_motion::KeyMotionObserver;
use vision::keyboard::{KeyboardRegistration, RegisteredSection};
use vision::{Frame, FrameReadError, FrameSource, TimedFrame};

/// What the pictures showed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Watched {
    /// Both hands in every picture.
    pub tracks: HandTracks,
    /// How pressed the keys looked, keys numbered as each section's first reading has them.
    key_rows: Vec<KeyRow>,
    /// What found the hands.
    pub model: ModelFacts,
}

/// How pressed each key looked in one picture, in 254ths; [`UNSEEN`] where it could not be seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeyRow {
    secs: f64,
    pressed: Vec<u8>,
}

const UNSEEN: u8 = 255;
const PRESSED_STEPS: f32 = 254.0;
/// White keys and semitones of an octave.
const OCTAVE_WHITE_KEYS: f64 = 7.0;
const OCTAVE_SEMITONES: i64 = 12;
/// With hands in a smaller part of the pictures than this there is nobody to label.
const HANDS_PART_MIN: f64 = 0.05;

/// Follows the hands and the keys through a video.
pub fn watch(
    path: &Path,
    input: &Inspected,
    keyboard: &KeyboardRegistration,
    notes: &[Note],
    store: &ModelStore,
    listener: &mut dyn Listener,
) -> Result<Watched, LabelError> {
    let mut estimator = hand_models::mediapipe(store)?;
    let mut frames = WatchedKeys {
        reader: VideoReader::open(path)?,
        sections: &keyboard.sections,
        watching: None,
        rows: Vec::new(),
    };
    let bands: Vec<KeyboardBand> = keyboard.sections.iter().filter_map(band).collect();
    let needs = HandNeeds::around_onsets(notes.iter().map(|note| note.onset_secs));
    let duration_secs = input.source.duration_secs.max(1e-3);
    let mut progress = |secs: f64| {
        listener.hear(Progress::Advanced(Stage::Hands, secs / duration_secs));
        !listener.stop_requested()
    };
    let tracks = estimate_hands(&mut frames, &mut estimator, &bands, &needs, &mut progress)?;
    Ok(Watched {
        tracks,
        key_rows: frames.rows,
        model: estimator.model(),
    })
}

fn band(section: &RegisteredSection) -> Option<KeyboardBand> {
    let reading = section.keyboard.readings.first()?;
    let ends = [keyboard::span_x(reading.lowest_pitch).0, keyboard::span_x(reading.highest_pitch).1];
    KeyboardBand::new(&reading.keyboard_from_image, ends, [section.start_secs, section.end_secs])
}

/// Refuses a video nobody's hands are seen in.
pub fn check_hands(watched: &Watched) -> Result<(), Refusal> {
    let part = part_with_hands(&watched.tracks);
    if part >= HANDS_PART_MIN {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::NoHands,
        format!("a keyboard was found, but hands in only {:.1} % of the pictures", 100.0 * part),
    ))
}

/// In a few words.
pub fn describe(watched: &Watched) -> String {
    format!(
        "hands in {:.0} % of {} pictures",
        100.0 * part_with_hands(&watched.tracks),
        watched.tracks.frames.len()
    )
}

fn part_with_hands(tracks: &HandTracks) -> f64 {
    let with_hands = tracks.frames.iter().filter(|frame| frame.hands.iter().any(Option::is_some)).count();
    with_hands as f64 / tracks.frames.len().max(1) as f64
}

impl Watched {
    /// The motion of the keys, numbered as the decided sections have them.
    pub fn keys_as(&self, registered: &[RegisteredSection], decided: &[KeyboardSection]) -> KeyMotion {
        let mut motion = KeyMotion::default();
        for row in &self.key_rows {
            let Some(shift) = semitones_at(row.secs, registered, decided) else {
                continue;
            };
            motion.secs.push(row.secs);
            motion.pressed.push(std::array::from_fn(|key| {
                let watched = usize::try_from(key as i64 - shift).ok().and_then(|key| row.pressed.get(key));
                watched
                    .filter(|value| **value != UNSEEN)
                    .map_or(f32::NAN, |value| f32::from(*value) / PRESSED_STEPS)
            }));
        }
        motion
    }
}

/// How many semitones higher the decided section has its keys than the first reading had, where that is all the difference.
fn semitones_at(secs: f64, registered: &[RegisteredSection], decided: &[KeyboardSection]) -> Option<i64> {
    let decided = labeling::on_keyboard::section_at(decided, secs)?;
    let found = &registered.iter().find(|section| section.start_secs == decided.start_secs)?.keyboard;
    let chosen = found
        .readings
        .iter()
        .find(|reading| reading.keyboard_from_image == decided.keyboard_from_image)?;
    (chosen.sign > 0.0).then_some((chosen.shift / OCTAVE_WHITE_KEYS).round() as i64 * OCTAVE_SEMITONES)
}

/// Frames on their way to the hands, looked at for the keys in passing.
struct WatchedKeys<'a> {
    reader: VideoReader,
    sections: &'a [RegisteredSection],
    watching: Option<(f64, KeyMotionObserver)>,
    rows: Vec<KeyRow>,
}

impl WatchedKeys<'_> {
    fn watch(&mut self, secs: f64, frame: &Frame) {
        let Some(section) = self
            .sections
            .iter()
            .find(|section| (section.start_secs..=section.end_secs).contains(&secs))
        else {
            return;
        };
        let Some(reading) = section.keyboard.readings.first() else { return };
        if self
            .watching
            .as_ref()
            .is_none_or(|(start_secs, _)| *start_secs != section.start_secs)
        {
            self.watching = Some((
                section.start_secs,
                KeyMotionObserver::new(&reading.keyboard_from_image, frame.width, frame.height),
            ));
        }
        if let Some((_, observer)) = &mut self.watching {
            let row = observer.observe(secs, frame);
            let steps = |value: &f32| {
                if value.is_nan() {
                    UNSEEN
                } else {
                    (value.clamp(0.0, 1.0) * PRESSED_STEPS) as u8
                }
            };
            self.rows.push(KeyRow {
                secs,
                pressed: row.iter().map(steps).collect(),
            });
        }
    }
}

impl FrameSource for WatchedKeys<'_> {
    fn next_frame(&mut self) -> Result<Option<TimedFrame>, FrameReadError> {
        let next = self.reader.next_frame()?;
        if let Some(TimedFrame { secs, frame }) = &next {
            self.watch(*secs, frame);
        }
        Ok(next)
    }

    fn next_frame_if(&mut self, wanted: &mut dyn FnMut(f64) -> bool) -> Result<Option<(f64, Option<Frame>)>, FrameReadError> {
        let next = self.reader.next_frame_if(wanted)?;
        if let Some((secs, Some(frame))) = &next {
            self.watch(*secs, frame);
        }
        Ok(next)
    }
}
