//! The whole performance: both hands and the keys, at any moment.

use crate::arm::{Surface, surface};
use crate::articulation::playable;
use crate::hand_mesh::{HandMesh, landmark_joints};
use crate::hand_plan::HandPlan;
use crate::picture::KeysDown;
use crate::posture::{Joints, place_joints};
use crate::relaxed::relaxed;
use crate::touch::{Strike, key_down};
use nalgebra::Point3;
use piano::keyboard::center_x;
use piano::{Finger, FingeredNote, Hand, Pitch};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// The two hands' meshes, left first.
pub struct HandMeshes {
    /// Left and right.
    pub both: [HandMesh; 2],
}

/// Why a score cannot be performed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScoreError {
    /// Nothing to play.
    #[error("the score has no notes")]
    Empty,
    /// A note without finger.
    #[error("{pitch} at {onset_secs:.2} s has no finger")]
    Unfingered {
        /// The note's name.
        pitch: String,
        /// When it begins.
        onset_secs: f64,
    },
    /// Too long or too full.
    #[error("the score has {notes} notes over {secs:.0} s: at most {MOST_NOTES} over {MOST_SECS} s are rendered")]
    TooLong {
        /// How many notes.
        notes: usize,
        /// How long, seconds.
        secs: f64,
    },
}

/// Rendering keeps a plan of all notes in memory.
const MOST_NOTES: usize = 20_000;
const MOST_SECS: f64 = 1200.0;
/// The last note is heard and seen to end for this long, seconds.
const TAIL_SECS: f64 = 0.7;

/// How a player strays from the middle of the keys.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Touchiness {
    /// Standard deviation from a key's centre line, white-key widths.
    pub aside: f64,
    /// Standard deviation along the key, y of `piano::keyboard`.
    pub along: f64,
}

/// Both hands' plans.
pub struct Performance<'a> {
    meshes: &'a HandMeshes,
    plans: [HandPlan<'a>; 2],
    strikes: Vec<Strike>,
    notes: Vec<FingeredNote>,
    end_secs: f64,
}

/// A hand at a moment.
pub struct HandNow {
    /// Whose.
    pub hand: Hand,
    /// Its joints in the keyboard's axes.
    pub joints: Joints,
    /// What is seen of it.
    pub surface: Surface,
}

impl HandNow {
    /// The 21 landmarks in the keyboard's axes, meters.
    pub fn landmarks(&self) -> [Point3<f64>; 21] {
        landmark_joints().map(|joint| Point3::from(self.joints[joint].translation.vector))
    }
}

impl<'a> Performance<'a> {
    /// Plans how the score is played.
    pub fn plan(
        score: &[FingeredNote],
        meshes: &'a HandMeshes,
        touchiness: Touchiness,
        generator: &mut ChaCha8Rng,
    ) -> Result<Performance<'a>, ScoreError> {
        check(score)?;
        let notes = playable(score);
        let mut strikes: [[Vec<Strike>; 5]; 2] = Default::default();
        for (index, fingered) in notes.iter().enumerate() {
            let Some(finger) = fingered.finger else { continue };
            let inwards = blacks_around(&notes, index, finger.hand);
            let strike = Strike {
                note: fingered.note,
                y: strike_y(fingered.note.pitch, finger, inwards) + touchiness.along * deviate(generator),
                taken_until_secs: taken_until(&notes, index, finger),
                aside: (touchiness.aside * deviate(generator)).clamp(-0.15, 0.15),
            };
            strikes[finger.hand.index()][finger.finger.index()].push(strike);
        }
        let [left, right] = strikes;
        let all = left.iter().chain(&right).flatten().copied().collect();
        let [left_mesh, right_mesh] = &meshes.both;
        Ok(Performance {
            meshes,
            plans: [
                HandPlan::new(left_mesh, relaxed(left_mesh, Hand::Left), left),
                HandPlan::new(right_mesh, relaxed(right_mesh, Hand::Right), right),
            ],
            strikes: all,
            notes,
            end_secs: score.iter().map(|note| note.note.offset_secs).fold(0.0, f64::max) + TAIL_SECS,
        })
    }

    /// The notes as they are played, by onset, then pitch: keys that a hand cannot hold to the next are let go early.
    pub fn notes(&self) -> &[FingeredNote] {
        &self.notes
    }

    /// When the clip ends, seconds.
    pub fn end_secs(&self) -> f64 {
        self.end_secs
    }

    /// How far down every key is.
    pub fn keys_at(&self, secs: f64) -> KeysDown {
        /// Keys move only this near to their notes, seconds.
        const NEAR_SECS: f64 = 0.5;
        let mut keys = [0.0_f64; 88];
        let near = |strike: &&Strike| strike.note.onset_secs < secs + NEAR_SECS && strike.note.offset_secs > secs - NEAR_SECS;
        for strike in self.strikes.iter().filter(near) {
            let key = &mut keys[strike.note.pitch.key_index()];
            *key = key.max(key_down(*strike, secs));
        }
        keys
    }

    /// The hands that play anything, at a moment.
    pub fn hands_at(&self, secs: f64) -> Vec<HandNow> {
        let playing = Hand::BOTH.into_iter().filter(|hand| self.plans[hand.index()].plays());
        let now = playing.map(|hand| {
            let mesh = &self.meshes.both[hand.index()];
            let moment = self.plans[hand.index()].at(secs);
            let joints = place_joints(mesh, &moment.posture);
            HandNow {
                hand,
                joints,
                surface: surface(mesh, &joints, moment.elbow),
            }
        });
        now.collect()
    }
}

fn check(score: &[FingeredNote]) -> Result<(), ScoreError> {
    if let Some(note) = score.iter().find(|note| note.finger.is_none()) {
        return Err(ScoreError::Unfingered {
            pitch: note.note.pitch.name(),
            onset_secs: note.note.onset_secs,
        });
    }
    let secs = score.iter().map(|note| note.note.offset_secs).fold(0.0, f64::max);
    match score.len() {
        0 => Err(ScoreError::Empty),
        notes if notes > MOST_NOTES || secs > MOST_SECS => Err(ScoreError::TooLong { notes, secs }),
        _ => Ok(()),
    }
}

/// 0 where a hand plays white keys only, 1 where all around this note are black: then the hand goes further in.
fn blacks_around(notes: &[FingeredNote], index: usize, hand: Hand) -> f64 {
    /// Notes this near in time share the hand's place, seconds.
    const AROUND_SECS: f64 = 0.4;
    let onset = notes[index].note.onset_secs;
    let before = notes[..index]
        .iter()
        .rev()
        .take_while(|note| onset - note.note.onset_secs < AROUND_SECS);
    let after = notes[index..].iter().take_while(|note| note.note.onset_secs - onset < AROUND_SECS);
    let around = before
        .chain(after)
        .filter(|note| note.finger.is_some_and(|finger| finger.hand == hand));
    let (blacks, all) = around.fold((0.0, 0.0), |(blacks, all), note| {
        (blacks + f64::from(u8::from(note.note.pitch.is_black())), all + 1.0)
    });
    blacks / f64::max(all, 1.0)
}

/// Until when other fingers of the hand are on the note's key or the next one, as far as they were struck before it.
fn taken_until(notes: &[FingeredNote], index: usize, finger: Finger) -> f64 {
    /// Notes struck longer ago than this are let go, or held on anyway, seconds.
    const RECENT_SECS: f64 = 2.0;
    /// Fingers side by side on one key are no wider apart than this, white-key widths.
    const NEXT_TO: f64 = 0.8;
    let note = notes[index].note;
    let recent = notes[..index]
        .iter()
        .rev()
        .take_while(|other| note.onset_secs - other.note.onset_secs < RECENT_SECS);
    let near = recent.filter(|other| {
        let other_finger = other.finger.is_some_and(|other| other.hand == finger.hand && other != finger);
        other_finger && (center_x(other.note.pitch) - center_x(note.pitch)).abs() < NEXT_TO
    });
    near.map(|other| other.note.offset_secs).fold(f64::NEG_INFINITY, f64::max)
}

/// How far from its front a finger strikes a key: thumb and little finger are shorter and strike nearer to the edge.
fn strike_y(pitch: Pitch, finger: Finger, inwards: f64) -> f64 {
    const WHITE: [f64; 5] = [0.09, 0.29, 0.31, 0.285, 0.20];
    const BLACK: [f64; 5] = [0.45, 0.49, 0.51, 0.49, 0.46];
    /// Beyond this a finger would touch the black keys' front ends.
    const WHITE_LIMIT: f64 = 0.31;
    const DEEPER: f64 = 0.14;
    let index = finger.finger.index();
    if pitch.is_black() {
        BLACK[index]
    } else {
        (WHITE[index] + DEEPER * inwards).min(WHITE_LIMIT)
    }
}

/// A number with mean 0 and standard deviation 1 (the sum of four uniform ones).
fn deviate(generator: &mut ChaCha8Rng) -> f64 {
    let sum: f64 = (0..4).map(|_| generator.random::<f64>()).sum();
    (sum - 2.0) * 3.0_f64.sqrt()
}
