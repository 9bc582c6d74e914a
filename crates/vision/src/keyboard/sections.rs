//! A clip: the keyboard followed over time, cut into sections where the camera moves.

use super::FoundKeyboard;
use super::background::temporal_median;
use super::band::Band;
use super::picture::WorkingPicture;
use super::registration::{Placed, find};
use crate::{FrameReadError, FrameSource, Luma};
use serde::{Deserialize, Serialize};

/// The keyboard over a clip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeyboardRegistration {
    /// Stretches in which the camera stands still and shows keys, in order of time. Intro cards, fades and pictures without a keyboard are the
    /// gaps between them.
    pub sections: Vec<RegisteredSection>,
}

/// The keyboard while the camera stands still.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisteredSection {
    /// From here, seconds of the video,
    pub start_secs: f64,
    /// to here.
    pub end_secs: f64,
    /// Where the keys are meanwhile.
    pub keyboard: FoundKeyboard,
}

/// Why a clip was not registered to its end.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The pictures could not be read on.
    #[error(transparent)]
    Frames(#[from] FrameReadError),
    /// `progress` answered no.
    #[error("stopped on request")]
    Stopped,
}

/// Samples taken from a short clip, and the closest and widest spacing, seconds. Wider would miss short camera moves, closer costs
/// time without a better background.
const SAMPLES: f64 = 40.0;
const SPACING_SECS: [f64; 2] = [0.25, 2.0];

/// When to look at a clip of this length, ascending: what [`register_clip`] should be fed with.
pub fn sampling_moments(duration_secs: f64) -> Vec<f64> {
    let spacing = (duration_secs / SAMPLES).clamp(SPACING_SECS[0], SPACING_SECS[1]);
    let count = (duration_secs / spacing).ceil().max(1.0) as usize;
    (0..count).map(|i| ((i as f64 + 0.5) * spacing).min(duration_secs)).collect()
}

/// Follows the keyboard through sampled pictures. `progress` hears the seconds done so far and answers whether to go on.
pub fn register_clip(
    frames: &mut dyn FrameSource,
    duration_secs: f64,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<KeyboardRegistration, RegisterError> {
    let mut follower = Follower::default();
    while let Some(timed) = frames.next_frame()? {
        if !progress(timed.secs) {
            return Err(RegisterError::Stopped);
        }
        follower.see(timed.secs, timed.frame.luma());
    }
    follower.close(duration_secs);
    Ok(KeyboardRegistration {
        sections: merged(follower.sections),
    })
}

/// Pictures that must in a row not show the keyboard in its place before the section ends: a flash or an arm is no camera move.
const UNLIKE_IN_A_ROW: usize = 2;
/// After many searches in vain, one in so many pictures is searched.
const UNSEARCHED_AT_MOST: usize = 8;
/// Placement from which a keyboard is followed, and from which a section is kept.
const FOLLOWED_FROM: f64 = 0.4;
/// Pictures kept of a section for its background: enough for a median that hands do not reach, few enough to stay small.
const PICTURES_KEPT: usize = 24;

/// What is known while a clip is read.
#[derive(Default)]
struct Follower {
    sections: Vec<RegisteredSection>,
    open: Option<OpenSection>,
    /// Pictures that did not fit the open section.
    unlike: Vec<(f64, Luma)>,
    /// Pictures since the last search that found nothing, which nobody has searched.
    unsearched: Vec<(f64, Luma)>,
    /// Searches in a row that found nothing.
    failures: usize,
    /// When the last picture was in which a search found nothing.
    failed_secs: Option<f64>,
}

struct OpenSection {
    start_secs: f64,
    last_secs: f64,
    placed: Placed,
    /// Keys in place on the picture the section began with.
    usual: usize,
    /// The part of the picture that the section began with.
    part: WorkingPicture,
    pictures: Kept,
}

impl Follower {
    fn see(&mut self, secs: f64, picture: Luma) {
        let Some(open) = &mut self.open else {
            // Searching costs most where there is nothing to find, so it is done more rarely the longer nothing was found.
            if self.unsearched.len() + 1 < self.failures.clamp(1, UNSEARCHED_AT_MOST) {
                self.unsearched.push((secs, picture));
            } else {
                self.try_to_open(secs, picture);
            }
            return;
        };
        let part = open.part.of_next(&picture);
        if in_place(&open.placed.band, &part.luma, open.usual) {
            self.unlike.clear();
            open.last_secs = secs;
            open.pictures.keep(part.luma);
            return;
        }
        self.unlike.push((secs, picture));
        if self.unlike.len() >= UNLIKE_IN_A_ROW {
            let unlike = std::mem::take(&mut self.unlike);
            let between = (open.last_secs + unlike[0].0) / 2.0;
            self.close(between);
            for (secs, picture) in unlike {
                self.see(secs, picture);
            }
        }
    }

    fn try_to_open(&mut self, secs: f64, picture: Luma) {
        let part = WorkingPicture::new(&picture);
        let unsearched = std::mem::take(&mut self.unsearched);
        let Some(placed) = find(&part).filter(|placed| placed.keyboard.placement >= FOLLOWED_FROM) else {
            self.failures += 1;
            self.failed_secs = Some(secs);
            return;
        };
        let mut open = OpenSection {
            start_secs: secs,
            last_secs: secs,
            usual: keys_in_place(&placed.band, &part.luma).0,
            placed,
            part,
            pictures: Kept::default(),
        };
        // Pictures that were passed over may show the keyboard already.
        let skipped = unsearched
            .iter()
            .rev()
            .map(|(secs, picture)| (*secs, open.part.of_next(picture).luma));
        let shown: Vec<(f64, Luma)> = skipped
            .take_while(|(_, luma)| in_place(&open.placed.band, luma, open.usual))
            .collect();
        let first_secs = shown.last().map_or(secs, |(secs, _)| *secs);
        let before_secs = unsearched.iter().rev().nth(shown.len()).map(|(secs, _)| *secs).or(self.failed_secs);
        open.start_secs = match (before_secs, self.sections.last()) {
            (Some(before), _) => (before + first_secs) / 2.0,
            (None, Some(section)) => section.end_secs,
            (None, None) => 0.0,
        };
        for (_, luma) in shown.into_iter().rev() {
            open.pictures.keep(luma);
        }
        open.pictures.keep(open.part.luma.clone());
        self.open = Some(open);
        self.failures = 0;
        self.failed_secs = None;
    }

    /// Ends the open section, registering its background: the picture without hands.
    fn close(&mut self, end_secs: f64) {
        let Some(open) = self.open.take() else { return };
        let from_background = open.pictures.background().and_then(|luma| find(&open.part.with(luma)));
        let keyboard = match from_background {
            Some(placed) if placed.keyboard.placement >= FOLLOWED_FROM => placed.keyboard,
            _ => open.placed.keyboard,
        };
        self.sections.push(RegisteredSection {
            start_secs: open.start_secs,
            end_secs,
            keyboard,
        });
    }
}

/// Pictures spread evenly over a time whose length is not known beforehand.
#[derive(Default)]
struct Kept {
    pictures: Vec<Luma>,
    /// One in so many is kept.
    every: usize,
    seen: usize,
}

impl Kept {
    fn keep(&mut self, picture: Luma) {
        self.every = self.every.max(1);
        if self.seen.is_multiple_of(self.every) {
            if self.pictures.len() == PICTURES_KEPT {
                self.every *= 2;
                let mut index = 0;
                self.pictures.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
            }
            if self.seen.is_multiple_of(self.every) {
                self.pictures.push(picture);
            }
        }
        self.seen += 1;
    }

    fn background(&self) -> Option<Luma> {
        temporal_median(&self.pictures.iter().collect::<Vec<_>>())
    }
}

/// A move of more than this along the keyboard, anywhere on it, begins a new section, white-key widths.
const MOVE: f64 = 0.2;
/// Share of the usual keys that must be in place: two hands hide a third.
const SHARE_IN_PLACE: f64 = 0.4;

fn in_place(band: &Band, picture: &Luma, usual: usize) -> bool {
    let (keys, moves) = keys_in_place(band, picture);
    keys as f64 >= SHARE_IN_PLACE * usual as f64 && moves.iter().all(|offset| offset.abs() <= MOVE)
}

/// How many sightings of black keys lie where the band has them, and by how much they have moved in the bass, middle and treble part of what
/// is seen.
fn keys_in_place(band: &Band, picture: &Luma) -> (usize, [f64; 3]) {
    let mut offsets: Vec<(f64, f64)> = band.offsets(picture);
    offsets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let third = offsets.len().div_ceil(3).max(1);
    let mut moves = [0.0; 3];
    let mut keys = 0;
    for (part, chunk) in moves.iter_mut().zip(offsets.chunks(third)) {
        let mut values: Vec<f64> = chunk.iter().map(|offset| offset.1).collect();
        values.sort_by(f64::total_cmp);
        *part = values[values.len() / 2];
        keys += values.iter().filter(|value| (*value - *part).abs() < 0.5 * MOVE).count();
    }
    (keys, moves)
}

/// Joins neighbours that show the same keys in the same place: what parted them was no camera move.
fn merged(sections: Vec<RegisteredSection>) -> Vec<RegisteredSection> {
    let mut merged: Vec<RegisteredSection> = Vec::new();
    for section in sections {
        match merged.last_mut() {
            Some(last) if section.start_secs <= last.end_secs + 1e-6 && same_place(&last.keyboard, &section.keyboard) => {
                last.end_secs = section.end_secs;
                if section.keyboard.confidence() > last.keyboard.confidence() {
                    last.keyboard = section.keyboard;
                }
            }
            _ => merged.push(section),
        }
    }
    merged
}

/// Whether two maps put the same pixels on the same part of a key, whichever octave they call it.
fn same_place(a: &FoundKeyboard, b: &FoundKeyboard) -> bool {
    let (a, b) = (a.best(), b.best());
    let Some(image_from_keyboard) = a.keyboard_from_image.inverse() else {
        return false;
    };
    let ends = [a.lowest_pitch, a.highest_pitch].map(piano::keyboard::center_x);
    let moves = ends.map(|x| b.keyboard_from_image.apply(image_from_keyboard.apply([x, 0.2]))[0] - x);
    let octaves = 7.0 * ((moves[0] + moves[1]) / 14.0).round();
    moves.iter().all(|offset| (offset - octaves).abs() <= MOVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_lie_inside_the_clip_and_stay_apart() {
        for duration in [0.1, 3.0, 32.0, 840.0] {
            let moments = sampling_moments(duration);
            assert!(moments.iter().all(|secs| (0.0..=duration).contains(secs)));
            assert!(moments.windows(2).all(|pair| pair[1] > pair[0]));
        }
        assert_eq!(sampling_moments(840.0).len(), 420);
        assert_eq!(sampling_moments(20.0).len(), 40);
    }

    #[test]
    fn few_pictures_are_kept_however_long_the_clip() {
        let mut kept = Kept::default();
        for i in 0..1000u32 {
            let luma = Luma {
                width: 1,
                height: 1,
                values: vec![(i / 4) as u8],
            };
            kept.keep(luma);
        }
        assert!((PICTURES_KEPT / 2..=PICTURES_KEPT).contains(&kept.pictures.len()));
        let median = kept.background().unwrap().values[0];
        assert!((110..140).contains(&median), "{median}");
    }
}
