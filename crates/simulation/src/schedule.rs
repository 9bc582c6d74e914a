//! Which key each finger of a hand holds at each moment, which it holds next, and which it held last.
//!
//! Moments count from 0, before the first frame; frame t is judged at moment t + 1.

use crate::score::{CONTROL_TIMESTEP_SECS, Score};
use piano::Hand;

/// Fingers of a hand, thumb first.
pub const FINGERS: usize = 5;

/// A note has no finger; the score is to be fingered first.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("nobody is said to play the {pitch} at {at_secs:.2} s: finger the score first")]
pub struct UnknownFinger {
    /// Its key.
    pub pitch: String,
    /// When it is due, seconds.
    pub at_secs: f64,
}

/// One hand's part of a score.
#[derive(Clone, Debug)]
pub struct Schedule {
    moments: Vec<[FingerTask; FINGERS]>,
}

/// What a finger does at a moment. Keys are numbered from 0 at the left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FingerTask {
    /// The key it holds.
    pub holds: Option<usize>,
    /// The key it holds now or next, and how many moments until then.
    pub next: Option<(usize, usize)>,
    /// The key it holds now or held last, and how many moments since.
    pub last: Option<(usize, usize)>,
}

impl Schedule {
    /// A hand's part. Scores with unknown fingers are refused.
    pub fn new(score: &Score, hand: Hand) -> Result<Schedule, UnknownFinger> {
        let mut moments = vec![[FingerTask::default(); FINGERS]; score.frames().len() + 1];
        for (index, frame) in score.frames().iter().enumerate() {
            for note in &frame.notes {
                let finger = note.finger.ok_or_else(|| UnknownFinger {
                    pitch: note.pitch.name(),
                    at_secs: index as f64 * CONTROL_TIMESTEP_SECS,
                })?;
                if finger.hand == hand {
                    let finger = finger.finger.index();
                    let key = note.pitch.key_index();
                    // One finger holds one key: where a score asks for two, the one it holds already, else the lower.
                    let held_before = moments[index][finger].holds;
                    let task = &mut moments[index + 1][finger];
                    if task.holds.is_none() || held_before == Some(key) {
                        task.holds = Some(key);
                    }
                }
            }
        }
        look_around(&mut moments);
        Ok(Schedule { moments })
    }

    /// Moments: one more than frames.
    pub fn len(&self) -> usize {
        self.moments.len()
    }

    /// Never: there is always the moment before the first frame.
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// What the fingers do at a moment.
    pub fn at(&self, moment: usize) -> &[FingerTask; FINGERS] {
        &self.moments[moment]
    }

    /// Whether the hand plays at all.
    pub fn plays(&self) -> bool {
        self.moments[0].iter().any(|task| task.next.is_some())
    }
}

fn look_around(moments: &mut [[FingerTask; FINGERS]]) {
    for finger in 0..FINGERS {
        let mut next = None;
        for tasks in moments.iter_mut().rev() {
            let task = &mut tasks[finger];
            next = nearest(task.holds, next);
            task.next = next;
        }
        let mut last = None;
        for tasks in moments.iter_mut() {
            let task = &mut tasks[finger];
            last = nearest(task.holds, last);
            task.last = last;
        }
    }
}

/// A key held now, else the one known from the neighbouring moment.
fn nearest(holds: Option<usize>, neighbour: Option<(usize, usize)>) -> Option<(usize, usize)> {
    holds.map(|key| (key, 0)).or(neighbour.map(|(key, moments)| (key, moments + 1)))
}
