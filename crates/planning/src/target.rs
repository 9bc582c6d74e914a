//! What a fingertip should do at a moment: where it aims and how much that counts, for each direction.

use crate::hand::KeyPlace;
use crate::settings::PoseSettings;
use simulation::schedule::FingerTask;

/// Radius of the fingertips' capsules, meters, thumb first (simulation.md 1.2): a finger touches a key so far above it.
pub(crate) const TIP_RADIUS_METERS: [f64; 5] = [0.0082, 0.0067, 0.0067, 0.0067, 0.0067];

/// Beside its key by more than this a finger still travels, meters: beyond lie the neighbouring keys.
const FAR_METERS: f64 = 0.009;
/// What black keys need more of height while a finger travels to one, meters.
const BLACK_EXTRA_METERS: f64 = 0.004;
/// Of its weight, what counts where a finger is higher than it need be.
const HIGHER_THAN_NEEDED: f64 = 0.03;
/// The same while it comes down to its key.
const HIGHER_THAN_HOVERING: f64 = 0.1;
/// Least share of the weight of a key that is to be pressed.
const APPROACH_SHARE_MIN: f64 = 0.15;

/// Where a fingertip is off, meters, and what a square meter of that costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Target {
    pub off: [f64; 3],
    pub weight: [f64; 3],
}

/// The circumstances of a finger at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub finger: usize,
    pub task: FingerTask,
    /// Whether the key that is to be held, or held next, is within reach of the forearm's course.
    pub reaching: bool,
    /// Whether the forearm moves fast.
    pub travelling: bool,
    /// A held key this far beside its finger counts a quarter, meters.
    pub doubt_meters: f64,
    /// Where the person's fingertip was: world x and y, meters.
    pub person: Option<[f64; 2]>,
}

/// The target of a fingertip that is at `tip`.
pub(crate) fn target(moment: Moment, tip: [f64; 3], keys: &[KeyPlace], settings: &PoseSettings) -> Target {
    let Moment { finger, task, .. } = moment;
    let radius = TIP_RADIUS_METERS[finger];
    match (task.holds, task.next) {
        (Some(key), _) => {
            let beside = (keys[key].center[1] - tip[1]) / moment.doubt_meters;
            let share = (1.0 + beside * beside).powi(-2);
            if moment.reaching && beside.abs() < 1.0 {
                press(&keys[key], radius, tip, share, settings)
            } else {
                approach(&keys[key], radius, tip, share, settings)
            }
        }
        (None, Some((key, moments))) if moment.reaching && moments <= settings.approach_moments => {
            let share = 1.0 - (moments as f64 - 1.0) / settings.approach_moments as f64;
            approach(&keys[key], radius, tip, share.max(APPROACH_SHARE_MIN), settings)
        }
        _ => {
            let just_left = task
                .last
                .filter(|(_, moments)| *moments <= settings.rest_moments && !moment.travelling);
            let height = just_left.map_or(settings.clear_meters, |(key, _)| keys[key].top + radius + settings.hover_meters);
            follow(moment.person, tip, keep_clear(height, tip, settings), settings)
        }
    }
}

fn press(key: &KeyPlace, radius: f64, tip: [f64; 3], share: f64, settings: &PoseSettings) -> Target {
    Target {
        off: [
            along(key, tip, settings),
            key.center[1] - tip[1],
            key.top + radius - settings.press_depth_meters - tip[2],
        ],
        weight: [settings.along_weight * share, share, share],
    }
}

fn approach(key: &KeyPlace, radius: f64, tip: [f64; 3], share: f64, settings: &PoseSettings) -> Target {
    let beside = key.center[1] - tip[1];
    let far = beside.abs() > FAR_METERS;
    let over = key.top + radius + settings.hover_meters;
    let height = match (far, key.black) {
        (true, false) => settings.clear_meters,
        (true, true) => over + BLACK_EXTRA_METERS,
        (false, _) => over,
    };
    let up = height - tip[2];
    let upward = if up > 0.0 || !far { 1.0 } else { HIGHER_THAN_HOVERING };
    Target {
        off: [along(key, tip, settings), beside, up],
        weight: [
            settings.along_weight * share,
            settings.approach_weight * share,
            settings.approach_weight * upward,
        ],
    }
}

fn keep_clear(height: f64, tip: [f64; 3], settings: &PoseSettings) -> Target {
    let up = height - tip[2];
    let weight = settings.clear_weight * if up > 0.0 { 1.0 } else { HIGHER_THAN_NEEDED };
    let [low, high] = settings.idle_zone_meters;
    Target {
        off: [tip[0].clamp(low, high) - tip[0], 0.0, up],
        weight: [settings.idle_along_weight, 0.0, weight],
    }
}

/// A finger without a task is where the person's was.
fn follow(person: Option<[f64; 2]>, tip: [f64; 3], idle: Target, settings: &PoseSettings) -> Target {
    let Some([x, y]) = person else { return idle };
    let [weight_x, weight_y] = settings.person_weights;
    Target {
        off: [x - tip[0], y - tip[1], idle.off[2]],
        weight: [weight_x, weight_y, idle.weight[2]],
    }
}

/// How far outside its zone along the key.
fn along(key: &KeyPlace, tip: [f64; 3], settings: &PoseSettings) -> f64 {
    let [low, high] = if key.black {
        settings.black_zone_meters
    } else {
        settings.white_zone_meters
    };
    tip[0].clamp(low, high) - tip[0]
}
