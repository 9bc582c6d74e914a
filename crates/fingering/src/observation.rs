//! What the fingertips were doing when a note was struck.

use crate::fingertips::{Fingertips, HandTips};
use piano::{Hand, Note};

/// The window around an onset: before it while the key goes down (30 to 80 ms), then while it is held.
const WINDOW_BEFORE_SECS: f64 = 0.05;
const WINDOW_AFTER_SECS: f64 = 0.10;
const WINDOW_STEP_SECS: f64 = 0.01;
/// Weights fall by e in this time from the onset: later the hand may already move on.
const WINDOW_DECAY_SECS: f64 = 0.05;
/// However short the note, this much after the onset is looked at.
const SHORTEST_NOTE_SECS: f64 = 0.02;
/// Half the time over which a tip's speed is measured: a frame of a 30 fps video.
const SPEED_HALF_SPAN_SECS: f64 = 0.033;
/// A key goes down in some 30 to 80 ms; the tip is compared with where it was this long before.
const PRESS_SECS: f64 = 0.08;

/// A finger that strikes a key stays on it while it is held: it is looked at again from this long after the onset,
const HELD_FROM_SECS: f64 = 0.10;
/// to at most this long after it (a release may come earlier than the notes say where the pedal holds the sound),
const HELD_TO_SECS: f64 = 0.30;
/// and not in the last moments, when the finger may be leaving.
const LEAVING_SECS: f64 = 0.03;
/// At so many moments, evenly spread.
pub(crate) const HELD_MOMENTS: usize = 4;

/// Motion cues of a finger, all relative to the other fingers of its hand: how much the tip moved towards the player during
/// the press, how low it is against its usual height, how much it sank, how still it is after the onset.
pub(crate) const CUES: usize = 4;

/// What one fingertip was doing around an onset.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct TipObservation {
    /// Mean place over the window, keyboard coordinates.
    pub x: f64,
    /// As x.
    pub y: f64,
    /// Where it was while the key was held; none for notes that are too short.
    pub held: Option<[[f64; 2]; HELD_MOMENTS]>,
    /// Speed along the keyboard at the onset, white-key widths per second.
    pub speed_x: f64,
    /// How far the pose can be trusted, 0 to 1.
    pub trust: f64,
    /// Motion cues, in white-key widths and key lengths.
    pub cues: [f64; CUES],
}

/// What was seen around one note's onset: five fingertips a hand, thumb first, by [`Hand::index`]; none where the hand was
/// not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Observation {
    /// Tips by hand.
    pub hands: [Option<[TipObservation; 5]>; 2],
}

impl Observation {
    /// Looks at the tips around a note's onset; the pictures show it `lag_secs` later than the note says.
    pub fn of(note: &Note, fingertips: &Fingertips, lag_secs: f64) -> Observation {
        let shown = Note {
            onset_secs: note.onset_secs + lag_secs,
            offset_secs: note.offset_secs + lag_secs,
            ..*note
        };
        Observation {
            hands: Hand::BOTH.map(|hand| observe_hand(&shown, hand, fingertips)),
        }
    }
}

fn observe_hand(note: &Note, hand: Hand, fingertips: &Fingertips) -> Option<[TipObservation; 5]> {
    let usual_z = fingertips.usual_z(hand);
    let mean = window_mean(note, hand, fingertips)?;
    let onset = note.onset_secs;
    let at = |secs: f64| fingertips.at(hand, secs).unwrap_or(mean);
    let (before, after) = (at(onset - SPEED_HALF_SPAN_SECS), at(onset + SPEED_HALF_SPAN_SECS));
    let (raised, down, held) = (at(onset - PRESS_SECS), at(onset), at(onset + PRESS_SECS / 2.0));
    let raw: [[f64; CUES]; 5] = std::array::from_fn(|tip| {
        let (from, to, later) = (raised.tips[tip], down.tips[tip], held.tips[tip]);
        [
            from[1] - to[1],
            mean.tips[tip][2] - usual_z[tip],
            to[2] - from[2],
            -(later[0] - to[0]).hypot(later[1] - to[1]),
        ]
    });
    let held = held_moments(note, hand, fingertips);
    let usual: [f64; CUES] = std::array::from_fn(|cue| raw.iter().map(|cues| cues[cue]).sum::<f64>() / 5.0);
    Some(std::array::from_fn(|tip| TipObservation {
        x: mean.tips[tip][0],
        y: mean.tips[tip][1],
        held: held.map(|moments| moments.map(|tips| [tips.tips[tip][0], tips.tips[tip][1]])),
        speed_x: (after.tips[tip][0] - before.tips[tip][0]) / (2.0 * SPEED_HALF_SPAN_SECS),
        trust: mean.trust,
        cues: std::array::from_fn(|cue| raw[tip][cue] - usual[cue]),
    }))
}

/// The tips while the key is held; none where it is not held long enough or the hand was not seen throughout.
fn held_moments(note: &Note, hand: Hand, fingertips: &Fingertips) -> Option<[HandTips; HELD_MOMENTS]> {
    let last_secs = (note.offset_secs - note.onset_secs - LEAVING_SECS).min(HELD_TO_SECS);
    if last_secs < HELD_FROM_SECS {
        return None;
    }
    let step_secs = (last_secs - HELD_FROM_SECS) / (HELD_MOMENTS - 1) as f64;
    let mut moments = [HandTips::default(); HELD_MOMENTS];
    for (index, moment) in moments.iter_mut().enumerate() {
        *moment = fingertips.at(hand, note.onset_secs + HELD_FROM_SECS + index as f64 * step_secs)?;
    }
    Some(moments)
}

/// Mean tips over the window, weighted towards the onset; none where the hand is not seen in it.
fn window_mean(note: &Note, hand: Hand, fingertips: &Fingertips) -> Option<HandTips> {
    let held_secs = (note.offset_secs - note.onset_secs).clamp(SHORTEST_NOTE_SECS, WINDOW_AFTER_SECS);
    let steps = ((WINDOW_BEFORE_SECS + held_secs) / WINDOW_STEP_SECS).round() as usize;
    let mut sum = HandTips {
        tips: [[0.0; 3]; 5],
        trust: 0.0,
    };
    let mut weights = 0.0;
    for step in 0..=steps {
        let since_onset = step as f64 * WINDOW_STEP_SECS - WINDOW_BEFORE_SECS;
        let Some(seen) = fingertips.at(hand, note.onset_secs + since_onset) else {
            continue;
        };
        let weight = (-since_onset.abs() / WINDOW_DECAY_SECS).exp();
        weights += weight;
        sum.trust += weight * seen.trust;
        for (total, tip) in sum.tips.iter_mut().flatten().zip(seen.tips.iter().flatten()) {
            *total += weight * tip;
        }
    }
    (weights > 0.0).then(|| HandTips {
        tips: sum.tips.map(|tip| tip.map(|value| value / weights)),
        trust: sum.trust / weights,
    })
}
