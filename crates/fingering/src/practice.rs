//! A make-believe pianist for tests: fingered exercises, and the hands that play them as a camera would see them.

use crate::evidence::{HandPose, HandsAt};
use crate::keys::playable_x;
use piano::keyboard::center_x;
use piano::{Finger, FingerNumber, FingeredNote, Hand, Note, Pitch};

/// What camera and tracker do to the tips.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Camera {
    pub frames_per_second: f64,
    /// Displacement along the keyboard, constant and growing to the ends, white-key widths.
    pub lean: [f64; 2],
    /// Noise along the keyboard, white-key widths.
    pub noise: f64,
    /// How much later than the notes the pictures are.
    pub lag_secs: f64,
}

impl Default for Camera {
    fn default() -> Camera {
        Camera {
            frames_per_second: 30.0,
            lean: [0.0, 0.0],
            noise: 0.1,
            lag_secs: 0.0,
        }
    }
}

/// Random numbers for tests (SplitMix64).
pub(crate) struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    /// Roughly normal, mean 0, deviation 1.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.below(1 << 32) as f64 / (1u64 << 32) as f64).sum::<f64>() - 6.0
    }
}

/// Both hands walk over the keys in five-finger positions that change now and then: notes by onset.
pub(crate) fn exercise(seed: u64, notes_per_hand: usize) -> Vec<FingeredNote> {
    let mut dice = Dice(seed);
    let mut notes = Vec::new();
    for hand in Hand::BOTH {
        let mut lowest_white = if hand == Hand::Left { 12 } else { 30 };
        let mut onset_secs = 0.5;
        for _ in 0..notes_per_hand {
            if dice.below(8) == 0 {
                lowest_white = (lowest_white + dice.below(9) as i64 - 4).clamp(9, 38);
            }
            let step = dice.below(5) as usize;
            let white = piano::keyboard::white_key((lowest_white as usize) + step).unwrap();
            let sharp = white.transposed(1).filter(|key| key.is_black() && dice.below(3) == 0);
            let number = if hand == Hand::Left { 5 - step as u8 } else { 1 + step as u8 };
            let length_secs = 0.15 + 0.05 * dice.below(6) as f64;
            notes.push(FingeredNote {
                note: Note {
                    pitch: sharp.unwrap_or(white),
                    onset_secs,
                    offset_secs: onset_secs + 0.9 * length_secs,
                    velocity: 64,
                },
                finger: Some(Finger {
                    hand,
                    finger: FingerNumber::new(number).unwrap(),
                }),
            });
            onset_secs += length_secs;
        }
    }
    notes.sort_by(|a, b| {
        a.note
            .onset_secs
            .total_cmp(&b.note.onset_secs)
            .then(a.note.pitch.cmp(&b.note.pitch))
    });
    notes
}

/// The hands that play these notes.
pub(crate) fn play(score: &[FingeredNote], camera: &Camera, seed: u64) -> Vec<HandsAt> {
    let mut dice = Dice(seed ^ 0x5eed);
    let end_secs = score.iter().map(|played| played.note.offset_secs).fold(0.0, f64::max) + 0.5;
    let frames = (end_secs * camera.frames_per_second) as usize;
    (0..frames)
        .map(|frame| {
            let secs = frame as f64 / camera.frames_per_second;
            HandsAt {
                secs,
                hands: Hand::BOTH.map(|hand| pose(score, hand, secs - camera.lag_secs, camera, &mut dice)),
            }
        })
        .collect()
}

/// A hand is over the keys of the note it plays, or on its way to the next one, which it reaches a little early.
fn pose(score: &[FingeredNote], hand: Hand, secs: f64, camera: &Camera, dice: &mut Dice) -> Option<HandPose> {
    const TRAVEL_SECS: f64 = 0.12;
    const EARLY_SECS: f64 = 0.04;
    let own: Vec<&FingeredNote> = score
        .iter()
        .filter(|played| played.finger.is_some_and(|finger| finger.hand == hand))
        .collect();
    let next = own.partition_point(|played| played.note.onset_secs - EARLY_SECS <= secs);
    let current = own.get(next.saturating_sub(1))?;
    let mut x = hand_x(current);
    if let Some(coming) = own.get(next) {
        let progress = 1.0 - (coming.note.onset_secs - EARLY_SECS - secs) / TRAVEL_SECS;
        x += progress.clamp(0.0, 1.0) * (hand_x(coming) - x);
    }
    let mut landmarks = [[x as f32, -0.5, 0.0]; 21];
    for finger in FingerNumber::ALL {
        let pressing = current.finger.is_some_and(|pressing| pressing.finger == finger) && secs < current.note.offset_secs;
        let (tip, y) = if pressing {
            let y = depth(current.note.pitch, finger);
            (playable_x(current.note.pitch, y).0, y)
        } else {
            (x + resting_x(Finger { hand, finger }), 0.3)
        };
        let lean = camera.lean[0] + camera.lean[1] * (tip - 26.0) / 26.0;
        let x = tip + lean + camera.noise * dice.normal();
        landmarks[finger.tip_landmark()] = [x as f32, (y + 0.04 * dice.normal()) as f32, 0.0];
    }
    Some(HandPose {
        landmarks,
        presence: 1.0,
        interpolated: false,
    })
}

/// Where the middle finger is when this note is played.
fn hand_x(played: &FingeredNote) -> f64 {
    center_x(played.note.pitch) - played.finger.map_or(0.0, resting_x)
}

/// Where a finger rests beside the middle finger, white-key widths.
fn resting_x(finger: Finger) -> f64 {
    let outward = f64::from(finger.finger.get()) - 3.0;
    if finger.hand == Hand::Left { -outward } else { outward }
}

fn depth(pitch: Pitch, finger: FingerNumber) -> f64 {
    match (pitch.is_black(), finger.get()) {
        (true, _) => 0.5,
        (false, 1) => 0.12,
        (false, _) => 0.3,
    }
}
