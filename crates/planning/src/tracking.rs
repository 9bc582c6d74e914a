//! Following a course with one actuator: the controls that bring it about and correct for where things really are.
//!
//! An actuator is taken for a mass with damping on its spring. Its control is held for a control step, so what a step does is
//! linear, and the controls that follow a course best (linear-quadratic tracking, with the whole course known) are a fixed
//! multiple of the state plus a number for each frame.

use simulation::scene::PHYSICS_TIMESTEP_SECS;
use simulation::score::CONTROL_TIMESTEP_SECS;

/// What moves at an actuator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Actuated {
    /// kg or kg m².
    pub inertia: f64,
    /// N s/m or N m s/rad.
    pub damping: f64,
    /// N/m or N m/rad.
    pub stiffness: f64,
}

/// What one control step makes of position, speed and control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Position and speed after, for each of position and speed before: rows are after.
    pub state: [[f64; 2]; 2],
    /// Position and speed after, for the control.
    pub control: [f64; 2],
}

/// How an actuator follows its course.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracker {
    /// What a step does.
    pub step: Step,
    /// Control for each of position and speed.
    pub gains: [f64; 2],
    /// What is added to that in every frame.
    pub offsets: Vec<f64>,
}

impl Actuated {
    /// One control step, computed as the simulation computes it: semi-implicit, damping implicit.
    pub fn step(&self) -> Step {
        let after = |mut position: f64, mut speed: f64, control: f64| {
            let substeps = (CONTROL_TIMESTEP_SECS / PHYSICS_TIMESTEP_SECS).round() as usize;
            let implicit = 1.0 + PHYSICS_TIMESTEP_SECS * self.damping / self.inertia;
            for _ in 0..substeps {
                let force = self.stiffness * (control - position);
                speed = (speed + PHYSICS_TIMESTEP_SECS * force / self.inertia) / implicit;
                position += PHYSICS_TIMESTEP_SECS * speed;
            }
            [position, speed]
        };
        let (of_position, of_speed, of_control) = (after(1.0, 0.0, 0.0), after(0.0, 1.0, 0.0), after(0.0, 0.0, 1.0));
        Step {
            state: [[of_position[0], of_speed[0]], [of_position[1], of_speed[1]]],
            control: of_control,
        }
    }
}

impl Step {
    /// Position and speed after a step.
    pub fn after(&self, state: [f64; 2], control: f64) -> [f64; 2] {
        [0, 1].map(|row| dot(self.state[row], state) + self.control[row] * control)
    }
}

/// Steps after which gains no longer change by anything that counts.
const SETTLING_STEPS: usize = 200;

impl Tracker {
    /// Follows `course`, a position for every moment. A control may differ from the position it leads to at the price
    /// `control_cost`; a position that is off costs 1, a speed at the end of a step `speed_cost_secs` squared.
    pub fn new(actuated: Actuated, course: &[f64], control_cost: f64, speed_cost_secs: f64) -> Tracker {
        let step = actuated.step();
        let riccati = Riccati {
            step,
            control_cost,
            speed_cost: speed_cost_secs * speed_cost_secs,
        };
        let frames = course.len() - 1;
        // The cost to come is z'Pz - 2 p'z, z position and speed.
        let mut cost = [[0.0; 2]; 2];
        for _ in 0..SETTLING_STEPS {
            cost = riccati.cost_before(cost);
        }
        let gains = riccati.gains(cost);
        let speeds = |moment: usize| {
            let (before, after) = (moment.saturating_sub(1), (moment + 1).min(frames));
            (course[after] - course[before]) / ((after - before).max(1) as f64 * CONTROL_TIMESTEP_SECS)
        };
        // After the course its end is held.
        let mut pull = [cost[0][0] * course[frames], cost[1][0] * course[frames]];
        let mut offsets = vec![0.0; frames];
        for frame in (0..frames).rev() {
            let aim = [course[frame + 1], speeds(frame + 1)];
            let (offset, before) = riccati.pull_before(cost, pull, aim);
            offsets[frame] = offset;
            pull = before;
        }
        Tracker { step, gains, offsets }
    }

    /// The control for a frame.
    pub fn control(&self, frame: usize, position: f64, speed: f64) -> f64 {
        self.offsets[frame] - self.gains[0] * position - self.gains[1] * speed
    }
}

/// The recursion of linear-quadratic control, backwards in time.
struct Riccati {
    step: Step,
    control_cost: f64,
    speed_cost: f64,
}

impl Riccati {
    /// The cost to come and that of the moment it starts at.
    fn weighted(&self, cost: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
        [[cost[0][0] + 1.0, cost[0][1]], [cost[1][0], cost[1][1] + self.speed_cost]]
    }

    fn gains(&self, cost: [[f64; 2]; 2]) -> [f64; 2] {
        let (total, b) = (self.weighted(cost), self.step.control);
        let of_control = times(total, b);
        let curvature = dot(b, of_control) + self.control_cost;
        let a = self.step.state;
        [0, 1].map(|column| dot(of_control, [a[0][column], a[1][column]]) / curvature)
    }

    fn cost_before(&self, cost: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
        let total = self.weighted(cost);
        let gains = self.gains(cost);
        let (a, b) = (self.step.state, self.step.control);
        let column = |index: usize| [a[0][index], a[1][index]];
        let of_control = times(total, b);
        let entry = |row: usize, column_index: usize| {
            dot(column(row), times(total, column(column_index))) - dot(column(row), of_control) * gains[column_index]
        };
        [[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]]
    }

    /// The frame's offset, and the pull before it.
    fn pull_before(&self, cost: [[f64; 2]; 2], pull: [f64; 2], aim: [f64; 2]) -> (f64, [f64; 2]) {
        let total = self.weighted(cost);
        let (a, b) = (self.step.state, self.step.control);
        let pulled = [pull[0] + aim[0], pull[1] + self.speed_cost * aim[1]];
        let curvature = dot(b, times(total, b)) + self.control_cost;
        let offset = (dot(b, pulled) + self.control_cost * aim[0]) / curvature;
        let column = |index: usize| [a[0][index], a[1][index]];
        let rest = times(total, b).map(|number| number * offset);
        let before = [0, 1].map(|index| dot(column(index), [pulled[0] - rest[0], pulled[1] - rest[1]]));
        (offset, before)
    }
}

fn times(matrix: [[f64; 2]; 2], vector: [f64; 2]) -> [f64; 2] {
    [dot(matrix[0], vector), dot(matrix[1], vector)]
}

fn dot(one: [f64; 2], other: [f64; 2]) -> f64 {
    one[0] * other[0] + one[1] * other[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOREARM: Actuated = Actuated {
        inertia: 3.794,
        damping: 67.476,
        stiffness: 300.0,
    };

    fn follow(course: &[f64], start: [f64; 2]) -> Vec<f64> {
        let tracker = Tracker::new(FOREARM, course, 1e-3, 0.0);
        let mut state = start;
        let mut positions = vec![state[0]];
        for frame in 0..course.len() - 1 {
            let control = tracker.control(frame, state[0], state[1]);
            state = tracker.step.after(state, control);
            positions.push(state[0]);
        }
        positions
    }

    #[test]
    fn a_smooth_course_is_followed_and_a_wrong_start_is_made_up_for() {
        let course: Vec<f64> = (0..60).map(|moment| 0.1 * (moment as f64 * 0.15).sin()).collect();
        for start in [[0.0, 0.0], [0.02, -0.3]] {
            let positions = follow(&course, start);
            let worst = positions.iter().zip(&course).skip(8).map(|(is, should)| (is - should).abs());
            assert!(worst.fold(0.0, f64::max) < 0.002, "{positions:?}");
        }
    }

    #[test]
    fn it_sets_out_before_a_leap() {
        let course: Vec<f64> = (0..30).map(|moment| if moment < 15 { 0.0 } else { 0.2 }).collect();
        let positions = follow(&course, [0.0; 2]);
        assert!(
            positions[14] > 0.02 && positions[16] < 0.22 && (positions[29] - 0.2).abs() < 1e-3,
            "{positions:?}"
        );
    }
}
