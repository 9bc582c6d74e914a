//! The prior's numbers. Where no reason is given, a number was found by random search on RoboPianist's scales, chords and songs
//! (see docs/RESULTS.md, "Planning").

use serde::Serialize;

/// Numbers of the prior.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PriorSettings {
    /// The forearms' courses.
    pub arm: ArmSettings,
    /// The poses.
    pub pose: PoseSettings,
    /// What becomes controls.
    pub controller: ControllerSettings,
}

impl PriorSettings {
    /// The same with forearms that hardly keep to their courses: a finger may draw its hand along. Alone it plays worse, but it reaches
    /// chords that the other does not (RESULTS.md, "Planning").
    pub fn loose(&self) -> PriorSettings {
        let mut loose = self.clone();
        loose.pose.course_weight = LOOSE_COURSE_WEIGHT;
        loose
    }
}

/// A hundredth of the weight that search found best for the prior alone.
const LOOSE_COURSE_WEIGHT: f64 = 0.003;

/// Numbers of the forearms' courses. A moment is a control step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmSettings {
    /// Speeds are told apart to this, meters a moment, and places to half of it.
    pub step_meters: f64,
    /// How far beyond the outermost stations a forearm may go, meters.
    pub margin_meters: f64,
    /// Fastest.
    pub speed_max_meters_per_moment: f64,
    /// Quickest change of speed.
    pub acceleration_max_meters_per_moment2: f64,
    /// A finger reaches its key this far off its own place, meters: beyond, a station is worth little.
    pub reach_meters: f64,
    /// Fingers are drawn to keys within this of their own place while the forearm follows its course, meters.
    pub gate_meters: f64,
    /// How much of a station's worth pulls for each reach that it is off.
    pub pull: f64,
    /// What the quickest change of speed costs, in stations.
    pub effort: f64,
    /// Worth of being over a key one moment before it is pressed.
    pub before: f64,
}

/// Numbers of the poses. Weights are relative to a pressed key's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PoseSettings {
    /// How far beyond touching a pressing fingertip aims, meters.
    pub press_depth_meters: f64,
    /// How high a finger waits over its key, meters.
    pub hover_meters: f64,
    /// How high fingertips travel, meters: above black keys.
    pub clear_meters: f64,
    /// How many moments before its onset a key draws its finger.
    pub approach_moments: usize,
    /// For how many moments a finger that let go only lifts.
    pub rest_moments: usize,
    /// Weight of a key that is to be pressed soon.
    pub approach_weight: f64,
    /// Weight of keeping clear of the keys.
    pub clear_weight: f64,
    /// Weight of the place along a key.
    pub along_weight: f64,
    /// Weight of the resting pose.
    pub rest_weight: f64,
    /// Weight of the forearm's course.
    pub course_weight: f64,
    /// Weight of even motion: fingers, wrist, forearm.
    pub smooth_finger: f64,
    /// See [`PoseSettings::smooth_finger`].
    pub smooth_wrist: f64,
    /// See [`PoseSettings::smooth_finger`].
    pub smooth_arm: f64,
    /// Where on white keys fingertips may be, meters from the keys' middle towards the player: black keys end at 0.015.
    pub white_zone_meters: [f64; 2],
    /// Where on black keys.
    pub black_zone_meters: [f64; 2],
    /// Where fingers wait that have nothing to do: a finger that stretches out to rise would strike black keys on its way.
    pub idle_zone_meters: [f64; 2],
    /// Weight of that.
    pub idle_along_weight: f64,
    /// Weights of a person's fingertip for a finger without a task: along the keys' length and from key to key.
    pub person_weights: [f64; 2],
    /// A key further than this beside its finger is not pressed, meters.
    pub gate_meters: f64,
    /// Least distance between the forearms, meters.
    pub separation_meters: f64,
    /// Weight of that.
    pub separation_weight: f64,
    /// Forearm speed above which fingertips that hold nothing are lifted clear, meters a moment.
    pub travel_meters_per_moment: f64,
    /// A held key this far beside its finger counts a quarter, meters: at the first step and at the last.
    pub doubt_meters: [f64; 2],
    /// Gauss-Newton steps.
    pub iterations: usize,
}

/// Numbers of the controller.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ControllerSettings {
    /// Force on a pressed key, of what holds it down.
    pub press_force: f64,
    /// The same in the frame in which the key goes down.
    pub strike_force: f64,
    /// How many times more while a key is all the way up; less as it goes down.
    pub press_more: f64,
    /// Price of controls that differ from where they lead, for fingers and wrist: see [`crate::tracking::Tracker`].
    pub control_cost: f64,
    /// The same for forearms.
    pub control_cost_arm: f64,
    /// Price of speeds that are off, seconds.
    pub speed_cost_secs: f64,
    /// How much of the forces that other actuators' motion puts on one is made up for.
    pub coupling: f64,
    /// A finger further beside its key than this is lifted, meters.
    pub lift_beyond_meters: f64,
    /// To this height, meters.
    pub lift_height_meters: f64,
    /// How far the wrist lifts a hand that still travels, radians.
    pub wrist_lift_radians: f64,
}

impl Default for ArmSettings {
    fn default() -> Self {
        ArmSettings {
            step_meters: 0.006,
            margin_meters: 0.02,
            // The actuator reaches 0.6 m past the middle of its range: 300 N/m x 0.5 m against 67 N s/m.
            speed_max_meters_per_moment: 0.0904,
            // A quarter of a meter of the actuator's range moves 3.8 kg at 20 m/s2.
            acceleration_max_meters_per_moment2: 0.0546,
            reach_meters: 0.022,
            gate_meters: 0.044,
            pull: 0.02,
            effort: 0.15,
            before: 1.01,
        }
    }
}

impl Default for PoseSettings {
    fn default() -> Self {
        PoseSettings {
            press_depth_meters: 0.0104,
            hover_meters: 0.0127,
            clear_meters: 0.062,
            approach_moments: 6,
            rest_moments: 2,
            approach_weight: 0.266,
            clear_weight: 0.4,
            along_weight: 0.6,
            rest_weight: 3e-6,
            course_weight: 0.3,
            smooth_finger: 8.1e-7,
            smooth_wrist: 3.7e-5,
            smooth_arm: 0.001,
            white_zone_meters: [0.0439, 0.055],
            black_zone_meters: [-0.062, 0.002],
            idle_zone_meters: [0.02, 0.07],
            idle_along_weight: 0.105,
            // Of nine pairs the best on three labelled videos: twice as much follows hardly nearer and plays worse.
            person_weights: [0.05, 0.01],
            gate_meters: 0.00531,
            separation_meters: 0.2,
            separation_weight: 0.25,
            travel_meters_per_moment: 0.0122,
            doubt_meters: [0.0783, 0.013],
            iterations: 16,
        }
    }
}

impl Default for ControllerSettings {
    fn default() -> Self {
        ControllerSettings {
            press_force: 2.4,
            strike_force: 2.4,
            press_more: 1.09,
            control_cost: 0.0213,
            control_cost_arm: 0.00602,
            speed_cost_secs: 0.01,
            coupling: 1.0,
            lift_beyond_meters: 0.0104,
            lift_height_meters: 0.042,
            wrist_lift_radians: 0.333,
        }
    }
}

/// Numbers of the planner.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannerSettings {
    /// How far it looks ahead.
    pub horizon_frames: usize,
    /// How many frames it plays before it looks again.
    pub commit_frames: usize,
    /// Changes of whole hands that are tried in a round.
    pub arm_samples: usize,
    /// Changes of fingers alone that are tried in a round.
    pub finger_samples: usize,
    /// Rounds a frame.
    pub rounds: usize,
    /// Each round's changes are so many times the size of the last one's.
    pub shrink: f64,
    /// How often fingers change together with their arm.
    pub fingers_with_arm: f64,
    /// How often a finger changes where fingers do.
    pub fingers_changed: f64,
    /// Windows are planned so long, and tried again where they were not played right.
    pub window_frames: usize,
    /// How many times the samples each attempt at a window has.
    pub efforts: Vec<f64>,
    /// Control steps that may be simulated in all; then the prior plays on with what was found.
    pub control_steps_max: Option<u64>,
    /// A window is left as it is at this much wrongness a frame.
    pub content: f64,
    /// What a rollout costs.
    pub cost: CostSettings,
    /// Of the random numbers.
    pub seed: u64,
    /// How many rollouts are computed at a time; plans do not depend on it.
    #[serde(skip)]
    pub threads: usize,
}

/// Weights of a rollout's costs. A key missed in a frame of one note costs 1 times [`CostSettings::missed`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostSettings {
    /// A key that is due and does not sound, in F1.
    pub missed: f64,
    /// How far it is up, in F1.
    pub short: f64,
    /// A key that sounds and is not due, in F1.
    pub wrong: f64,
    /// A key that is not due and half down.
    pub brushed: f64,
    /// A key struck harder or softer than it should be, for each 40 of 127: 0 leaves velocities alone, as RoboPianist does.
    pub velocity: f64,
    /// A finger beside its key, for each 2 cm.
    pub beside: f64,
    /// How much that counts before the key is due.
    pub approach: f64,
    /// A finger over its key, for each 3 cm.
    pub over: f64,
    /// Changes of their usual size.
    pub change: f64,
}

impl Default for PlannerSettings {
    fn default() -> Self {
        PlannerSettings {
            horizon_frames: 8,
            commit_frames: 1,
            arm_samples: 12,
            finger_samples: 12,
            rounds: 2,
            shrink: 0.6,
            fingers_with_arm: 0.5,
            fingers_changed: 0.6,
            window_frames: 10,
            efforts: vec![1.0],
            control_steps_max: None,
            content: 0.0,
            cost: CostSettings::default(),
            seed: 0,
            threads: 1,
        }
    }
}

impl Default for CostSettings {
    fn default() -> Self {
        CostSettings {
            missed: 2.0,
            short: 0.5,
            wrong: 2.0,
            brushed: 0.5,
            velocity: 0.0,
            beside: 0.25,
            approach: 0.4,
            over: 0.1,
            change: 0.02,
        }
    }
}
