//! The prior's numbers. Where no reason is given, a number was found by random search on RoboPianist's scales, chords and songs
//! (see docs/RESULTS.md, "Planning").

/// Numbers of the prior.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PriorSettings {
    /// The forearms' courses.
    pub arm: ArmSettings,
    /// The poses.
    pub pose: PoseSettings,
    /// What becomes controls.
    pub controller: ControllerSettings,
}

/// Numbers of the forearms' courses. A moment is a control step.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmSettings {
    /// Places are told apart to this, meters.
    pub step_meters: f64,
    /// How far beyond the outermost stations a forearm may go, meters.
    pub margin_meters: f64,
    /// Fastest.
    pub speed_max_meters_per_moment: f64,
    /// Quickest change of speed.
    pub acceleration_max_meters_per_moment2: f64,
    /// A finger reaches its key this far off its own place, meters: beyond, a station is worth little.
    pub reach_meters: f64,
    /// How much of a station's worth pulls for each reach that it is off.
    pub pull: f64,
    /// What the quickest change of speed costs, in stations.
    pub effort: f64,
    /// Worth of being over a key one moment before it is pressed.
    pub before: f64,
}

/// Numbers of the poses. Weights are relative to a pressed key's.
#[derive(Clone, Debug, PartialEq)]
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
    /// A key further than this beside its finger is not pressed, meters.
    pub gate_meters: f64,
    /// Least distance between the forearms, meters.
    pub separation_meters: f64,
    /// Weight of that.
    pub separation_weight: f64,
    /// Forearm speed above which fingertips that hold nothing are lifted clear, meters a moment.
    pub travel_meters_per_moment: f64,
    /// Gauss-Newton steps.
    pub iterations: usize,
}

/// Numbers of the controller.
#[derive(Clone, Debug, PartialEq)]
pub struct ControllerSettings {
    /// Force on a pressed key, of what holds it down.
    pub press_force: f64,
    /// How much of the force a motion takes is given in advance.
    pub feedforward: f64,
    /// How much of the acceleration counts in that.
    pub feedforward_acceleration: f64,
    /// How much of a length's error is added to its control; fingers and wrist.
    pub feedback: f64,
    /// The same for forearms.
    pub feedback_arm: f64,
    /// Seconds by which errors of speed count.
    pub feedback_speed_secs: f64,
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
            step_meters: 0.004,
            margin_meters: 0.02,
            // The actuator reaches 0.6 m past the middle of its range: 300 N/m x 0.5 m against 67 N s/m.
            speed_max_meters_per_moment: 0.08,
            // A quarter of a meter of the actuator's range moves 3.8 kg at 20 m/s2.
            acceleration_max_meters_per_moment2: 0.05,
            reach_meters: 0.03,
            pull: 0.02,
            effort: 0.15,
            before: 0.7,
        }
    }
}

impl Default for PoseSettings {
    fn default() -> Self {
        PoseSettings {
            press_depth_meters: 0.0085,
            hover_meters: 0.0085,
            clear_meters: 0.062,
            approach_moments: 6,
            rest_moments: 2,
            approach_weight: 0.4,
            clear_weight: 0.4,
            along_weight: 0.3,
            rest_weight: 3e-6,
            course_weight: 0.03,
            smooth_finger: 1.2e-6,
            smooth_wrist: 3.7e-5,
            smooth_arm: 1e-3,
            white_zone_meters: [0.04, 0.062],
            black_zone_meters: [-0.062, 0.004],
            gate_meters: 0.006,
            separation_meters: 0.17,
            separation_weight: 0.25,
            travel_meters_per_moment: 0.012,
            iterations: 16,
        }
    }
}

impl Default for ControllerSettings {
    fn default() -> Self {
        ControllerSettings {
            press_force: 2.4,
            feedforward: 0.86,
            feedforward_acceleration: 0.81,
            feedback: 1.19,
            feedback_arm: 2.9,
            feedback_speed_secs: 0.0,
            lift_beyond_meters: 0.0085,
            lift_height_meters: 0.055,
            wrist_lift_radians: 0.29,
        }
    }
}
