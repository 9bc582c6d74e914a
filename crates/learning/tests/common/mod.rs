//! A point on a line that should go to one of four places: small enough to be learned in seconds.

use learning::environment::{Ending, Environments, Outcome};
use learning::inputs::InputLayout;
use learning::replay::ReplayShape;
use std::convert::Infallible;

/// Position, which of four places is the goal (bits), and time left.
pub const OBSERVATION: usize = 6;
pub const BITS: std::ops::Range<usize> = 1..5;
const PLACES: [f32; 4] = [-0.6, -0.2, 0.2, 0.6];
const EPISODE_STEPS: usize = 12;
/// How far the strongest action goes.
const REACH: f32 = 0.3;

/// Points, each an environment.
pub struct Points {
    points: Vec<Point>,
}

#[derive(Clone, Default)]
struct Point {
    position: f32,
    place: usize,
    steps: usize,
}

impl Points {
    pub fn new(count: usize) -> Points {
        Points {
            points: vec![Point::default(); count],
        }
    }

    /// The action that goes straight to the goal.
    pub fn best_action(&self, which: usize) -> f32 {
        let point = &self.points[which];
        ((PLACES[point.place] - point.position) / REACH).clamp(-1.0, 1.0)
    }
}

impl Point {
    fn observe(&self, observation: &mut [f32]) {
        observation.fill(0.0);
        observation[0] = self.position;
        observation[BITS][self.place] = 1.0;
        observation[5] = 1.0 - self.steps as f32 / EPISODE_STEPS as f32;
    }
}

impl Environments for Points {
    type Error = Infallible;

    fn count(&self) -> usize {
        self.points.len()
    }

    fn reset(&mut self, which: usize, episode: u64, observation: &mut [f32]) -> Result<(), Infallible> {
        let number = episode as usize * self.points.len() + which;
        self.points[which] = Point {
            position: (number * 7 % 11) as f32 / 5.0 - 1.0,
            place: number % 4,
            steps: 0,
        };
        self.points[which].observe(observation);
        Ok(())
    }

    fn step(&mut self, actions: &[f32], observations: &mut [f32], outcomes: &mut [Outcome]) -> Result<(), Infallible> {
        let each = self
            .points
            .iter_mut()
            .zip(actions)
            .zip(observations.chunks_exact_mut(OBSERVATION))
            .zip(outcomes);
        for (((point, action), observation), outcome) in each {
            assert!(point.steps < EPISODE_STEPS, "stepped after its end");
            point.position = (point.position + REACH * action.clamp(-1.0, 1.0)).clamp(-1.0, 1.0);
            point.steps += 1;
            point.observe(observation);
            *outcome = Outcome {
                reward: 1.0 - (point.position - PLACES[point.place]).abs(),
                ending: if point.steps == EPISODE_STEPS {
                    Ending::Cut
                } else {
                    Ending::Running
                },
            };
        }
        Ok(())
    }
}

pub fn layout() -> InputLayout {
    InputLayout::new(OBSERVATION, BITS).unwrap()
}

pub fn shape(keeps_next: bool, capacity: u64, slack: u64) -> ReplayShape {
    ReplayShape {
        observation: layout(),
        action_len: 1,
        keeps_next,
        capacity,
        slack,
    }
}

/// Mean reward of a step over some episodes, acted by `policy`.
pub fn mean_reward(mut policy: impl FnMut(&[f32]) -> f32) -> f32 {
    const EPISODES: u64 = 16;
    let (mut points, mut observation, mut outcomes) = (Points::new(1), vec![0.0; OBSERVATION], [Outcome::default()]);
    let mut sum = 0.0;
    for episode in 0..EPISODES {
        points.reset(0, 1000 + episode, &mut observation).unwrap();
        for _ in 0..EPISODE_STEPS {
            let action = policy(&observation);
            points.step(&[action], &mut observation, &mut outcomes).unwrap();
            sum += outcomes[0].reward;
        }
    }
    sum / (EPISODES as usize * EPISODE_STEPS) as f32
}

/// What going straight to the goal brings.
pub fn best_mean_reward() -> f32 {
    mean_reward(|observation| {
        let place = observation[BITS].iter().position(|bit| *bit == 1.0).unwrap();
        ((PLACES[place] - observation[0]) / REACH).clamp(-1.0, 1.0)
    })
}
