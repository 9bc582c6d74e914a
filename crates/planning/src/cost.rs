//! What a rollout costs, told apart by the finger that is to blame, so that ten fingers can be improved at once.

use crate::hand::fingers;
use crate::poses::Poses;
use crate::settings::CostSettings;
use simulation::model::KEYS;
use simulation::physics::{Physics, Sensed};
use simulation::schedule::FINGERS;
use simulation::score::Frame;

/// Costs of the right hand's fingers, thumb first, and of the left's.
pub(crate) type FingerCosts = [[f64; FINGERS]; 2];

/// A key sounds from about this depth on, 0 to 1 (simulation.md 1.1: white 0.869, black 0.902).
const SOUNDING_DEPTH: f64 = 0.9;
/// Keys that are not due may be this far down at no cost.
const BRUSHED_DEPTH: f64 = 0.35;
/// Beside its key a finger may be this far at no cost, meters.
const BESIDE_FREE_METERS: f64 = 0.004;
/// Distances are counted in this, meters, and up to so many.
const BESIDE_UNIT_METERS: f64 = 0.02;
const BESIDE_MAX: f64 = 6.0;
/// Heights over a key that is due are counted in this, meters.
const OVER_UNIT_METERS: f64 = 0.03;
const OVER_MAX: f64 = 2.0;
/// From so many moments before its onset a key draws its finger.
const APPROACH_MOMENTS: usize = 6;
/// Velocities this far off cost nothing and are right, of 127.
const VELOCITY_FREE: f64 = 4.0;
/// Velocities are counted in this, and up to so many.
const VELOCITY_UNIT: f64 = 40.0;
const VELOCITY_MAX: f64 = 2.0;
/// How much a height counts towards whose finger pressed a wrong key, besides the way along the keyboard.
const BLAME_HEIGHT: f64 = 0.5;

/// Adds what the state after a frame costs.
pub(crate) fn add(physics: &Physics, frame: usize, due: &Frame, poses: &Poses, settings: &CostSettings, costs: &mut FingerCosts) {
    let (depths, sounding) = physics.keys();
    let tips = [0, 1].map(|hand: usize| fingers(poses.hands[hand].hand).map(|finger| physics.fingertip(finger)));
    let mut is_due = [false; KEYS];
    for note in &due.notes {
        is_due[note.pitch.key_index()] = true;
    }
    // A frame's F1 falls by this for one key missed and for one key too many.
    let notes = due.notes.len() as f64;
    let (missed, wrong) = (1.0 / (2.0 * notes - 1.0).max(1.0), 1.0 / (2.0 * notes + 1.0));
    for (hand, costs) in costs.iter_mut().enumerate() {
        let tasks = poses.hands[hand].schedule.at(frame + 1);
        for (finger, task) in tasks.iter().enumerate() {
            let Some((key, moments)) = task.next.filter(|(_, moments)| *moments <= APPROACH_MOMENTS) else {
                continue;
            };
            let (tip, place) = (tips[hand][finger], &poses.keys[key]);
            let beside = ((tip[1] - place.center[1]).abs() - BESIDE_FREE_METERS).max(0.0) / BESIDE_UNIT_METERS;
            let share = if moments == 0 { 1.0 } else { settings.approach };
            costs[finger] += settings.beside * share * beside.min(BESIDE_MAX);
            if moments == 0 && !sounding[key] {
                let short = (SOUNDING_DEPTH - depths[key]).max(0.0) / SOUNDING_DEPTH;
                let over = ((tip[2] - place.top) / OVER_UNIT_METERS).clamp(0.0, OVER_MAX);
                costs[finger] += missed * (settings.missed + settings.short * short) + settings.over * over;
            }
        }
    }
    if settings.velocity > 0.0 {
        for (key, off) in velocities_off(physics, due) {
            let (hand, finger) = whose(poses, frame, key).unwrap_or_else(|| to_blame(&tips, poses.keys[key].center[1]));
            costs[hand][finger] += settings.velocity * (off / VELOCITY_UNIT).min(VELOCITY_MAX);
        }
    }
    for key in (0..KEYS).filter(|key| !is_due[*key] && depths[*key] > BRUSHED_DEPTH) {
        let pressed = (depths[key] - BRUSHED_DEPTH).powi(2) * settings.brushed;
        let cost = pressed + if sounding[key] { settings.wrong * wrong } else { 0.0 };
        let (hand, finger) = to_blame(&tips, poses.keys[key].center[1]);
        costs[hand][finger] += cost;
    }
}

/// The due keys that were struck in a frame, and how far beyond what is free their velocities are off.
fn velocities_off(physics: &Physics, due: &Frame) -> impl Iterator<Item = (usize, f64)> {
    physics.strokes().iter().filter_map(|stroke| {
        let note = due.notes.iter().find(|note| note.pitch.key_index() == stroke.key)?;
        let off = f64::from(stroke.midi_velocity.abs_diff(note.velocity)) - VELOCITY_FREE;
        Some((stroke.key, off.max(0.0)))
    })
}

/// What the strokes of a frame cost that were too hard or too soft, as a share of missed notes.
pub(crate) fn wrong_strokes(physics: &Physics, due: &Frame, settings: &CostSettings) -> f64 {
    if settings.velocity == 0.0 {
        return 0.0;
    }
    let off: f64 = velocities_off(physics, due)
        .map(|(_, off)| (off / VELOCITY_UNIT).min(VELOCITY_MAX))
        .sum();
    settings.velocity / settings.missed * off
}

/// Whose task a key is in a frame.
fn whose(poses: &Poses, frame: usize, key: usize) -> Option<(usize, usize)> {
    let all = (0..2).flat_map(|hand| (0..FINGERS).map(move |finger| (hand, finger)));
    let mut holding = all.filter(|(hand, finger)| poses.hands[*hand].schedule.at(frame + 1)[*finger].holds == Some(key));
    holding.next()
}

/// The finger nearest to a key, low ones first.
fn to_blame(tips: &[[[f64; 3]; FINGERS]; 2], key_place: f64) -> (usize, usize) {
    let all = (0..2).flat_map(|hand| (0..FINGERS).map(move |finger| (hand, finger)));
    let far = |(hand, finger): &(usize, usize)| {
        let tip = tips[*hand][*finger];
        (tip[1] - key_place).abs() + BLAME_HEIGHT * tip[2]
    };
    all.min_by(|one, other| far(one).total_cmp(&far(other)))
        .expect("there are ten fingers")
}

/// Whether a frame was played as it should be.
pub(crate) fn is_right(physics: &Physics, due: &Frame, settings: &CostSettings) -> bool {
    if settings.velocity > 0.0 && velocities_off(physics, due).any(|(_, off)| off > 0.0) {
        return false;
    }
    let (_, mut sounding) = physics.keys();
    let all_sound = due.notes.iter().all(|note| std::mem::take(&mut sounding[note.pitch.key_index()]));
    all_sound && !sounding.contains(&true)
}

/// All in one number.
pub(crate) fn total(costs: &FingerCosts) -> f64 {
    costs.iter().flatten().sum()
}
