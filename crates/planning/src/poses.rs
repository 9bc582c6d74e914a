//! The poses of both hands at every moment: fingertips at their targets, motion even, limits kept, hands apart. Found for the
//! whole piece at once by Gauss-Newton steps; each solves one banded system for each hand.

use crate::PlanError;
use crate::arm::{Station, course};
use crate::banded::BandedMatrix;
use crate::hand::{KeyPlace, PlayingHand, fingers, key_places};
use crate::person::Person;
use crate::settings::{ArmSettings, PoseSettings, PriorSettings};
use crate::target::{Moment, target};
use piano::Hand;
use simulation::controls::Moves;
use simulation::kinematics::Kinematics;
use simulation::model::Model;
use simulation::schedule::FINGERS;
use simulation::score::Score;
use simulation::trajectory::Trajectory;

/// Keeps steps short where targets pull weakly, in a pressed key's weight.
const DAMPING: f64 = 7.5e-6;
/// Longest step of one length, radians or meters: Jacobians are those of the pose before.
const STEP_MAX: f64 = 0.25;
/// Holds a length that has come to its limit and would go on.
const HELD: f64 = 1e9;
/// Of a lack of distance between the hands, what one step makes up for; the other hand gives way too.
const SEPARATION_SHARE: f64 = 0.7;
/// Black keys' targets lie closer to their middle than they are wide, so they are forgiven a little more, meters.
const BLACK_GATE_EXTRA_METERS: f64 = 0.001;

/// The poses, and which keys are within reach.
#[derive(Clone, Debug)]
pub struct Poses {
    /// One length an actuator for every moment.
    pub lengths: Vec<Vec<f64>>,
    /// Where the fingertips are then: right hand first, thumb first; meters.
    pub tips: Vec<[[[f64; 3]; FINGERS]; 2]>,
    pub(crate) hands: [PlayingHand; 2],
    /// For every moment, hand and finger, whether the key to be held is within reach.
    pub(crate) pressing: Vec<[[bool; FINGERS]; 2]>,
    pub(crate) keys: Vec<KeyPlace>,
}

/// Finds the poses. Where the way of a `person` who played the score is known, fingers without a task are where the person's
/// were. `report` hears of progress, 0 to 1, and says whether to go on. `threads` compute poses in parallel; the result
/// does not depend on how many.
pub fn find_poses(
    hands_alone: &Model,
    score: &Score,
    person: Option<&Trajectory>,
    settings: &PriorSettings,
    threads: usize,
    report: &mut dyn FnMut(f64) -> bool,
) -> Result<Poses, PlanError> {
    let mut kinematics = Kinematics::new(hands_alone)?;
    let hands = simulation::scene::HANDS.map(|hand| PlayingHand::new(hand, score, &mut kinematics));
    let [right, left] = hands;
    let hands = [right?, left?];
    let keys = key_places();
    let person = Person::new(person, score.frames().len());
    let courses = [0, 1].map(|hand| arm_course(&hands[hand], &keys, &settings.arm));
    let mut search = Search {
        lengths: first_guess(&hands, &courses, hands_alone.controls().len()),
        tips: Vec::new(),
        pressing: gates_of_courses(&hands, &keys, &courses, &settings.arm),
        settings: &settings.pose,
        doubt_meters: settings.pose.doubt_meters[0],
        hands,
        keys,
        courses,
        person,
    };
    let threads = threads.max(1);
    let mut workers: Vec<Kinematics> = vec![kinematics];
    while workers.len() < threads {
        workers.push(Kinematics::new(hands_alone)?);
    }
    for iteration in 0..settings.pose.iterations {
        if !report(iteration as f64 / settings.pose.iterations as f64) {
            return Err(PlanError::Stopped);
        }
        let [first, last] = settings.pose.doubt_meters;
        let share = iteration as f64 / (settings.pose.iterations.max(2) - 1) as f64;
        search.doubt_meters = first * (last / first).powf(share);
        search.improve(&mut workers);
    }
    search.look(&mut workers);
    search.regate();
    Ok(Poses {
        lengths: search.lengths,
        tips: search.tips,
        hands: search.hands,
        pressing: search.pressing,
        keys: search.keys,
    })
}

/// A hand's equations at one moment.
struct Block {
    matrix: Vec<f64>,
    side: Vec<f64>,
}

struct Search<'a> {
    settings: &'a PoseSettings,
    doubt_meters: f64,
    hands: [PlayingHand; 2],
    keys: Vec<KeyPlace>,
    courses: [Vec<f64>; 2],
    person: Person,
    lengths: Vec<Vec<f64>>,
    tips: Vec<[[[f64; 3]; FINGERS]; 2]>,
    pressing: Vec<[[bool; FINGERS]; 2]>,
}

/// Where the forearm should be: over the keys its fingers hold, and there already when they are about to press.
fn arm_course(hand: &PlayingHand, keys: &[KeyPlace], settings: &ArmSettings) -> Vec<f64> {
    let stations: Vec<Vec<Station>> = (0..hand.schedule.len())
        .map(|moment| {
            let tasks = hand.schedule.at(moment).iter().enumerate();
            let station = |finger: usize, key: usize, worth: f64| Station {
                place_meters: keys[key].center[1] - hand.tip_places[finger],
                worth,
            };
            tasks
                .filter_map(|(finger, task)| match (task.holds, task.next) {
                    (Some(key), _) => Some(station(finger, key, 1.0)),
                    (None, Some((key, 1))) => Some(station(finger, key, settings.before)),
                    _ => None,
                })
                .collect()
        })
        .collect();
    course(&stations, 0.0, hand.controls[hand.along].range, settings)
}

fn first_guess(hands: &[PlayingHand; 2], courses: &[Vec<f64>; 2], controls: usize) -> Vec<Vec<f64>> {
    let pose = |moment: usize| {
        let mut pose = vec![0.0; controls];
        if moment > 0 {
            for (hand, course) in hands.iter().zip(courses) {
                pose[hand.range.clone()].copy_from_slice(&hand.rest);
                pose[hand.range.start + hand.along] = course[moment];
            }
        }
        pose
    };
    (0..hands[0].schedule.len()).map(pose).collect()
}

/// Keys that the forearm's course leaves out of reach draw no finger.
fn gates_of_courses(
    hands: &[PlayingHand; 2],
    keys: &[KeyPlace],
    courses: &[Vec<f64>; 2],
    settings: &ArmSettings,
) -> Vec<[[bool; FINGERS]; 2]> {
    let within = |moment: usize, hand: usize, finger: usize| {
        let playing = &hands[hand];
        let next = playing.schedule.at(moment)[finger].next;
        next.is_some_and(|(key, _)| {
            let off = keys[key].center[1] - playing.tip_places[finger] - courses[hand][moment];
            off.abs() < settings.gate_meters
        })
    };
    let of_hand = |moment: usize, hand: usize| [0, 1, 2, 3, 4].map(|finger| within(moment, hand, finger));
    (0..hands[0].schedule.len())
        .map(|moment| [of_hand(moment, 0), of_hand(moment, 1)])
        .collect()
}

impl Search<'_> {
    /// One Gauss-Newton step.
    fn improve(&mut self, workers: &mut [Kinematics]) {
        let blocks = self.blocks(workers);
        for (index, blocks) in blocks.into_iter().enumerate() {
            if self.hands[index].schedule.plays() {
                self.step(index, &blocks);
            }
        }
    }

    /// Every moment's equations, for each hand.
    fn blocks(&self, workers: &mut [Kinematics]) -> [Vec<Block>; 2] {
        let moments = self.lengths.len();
        let share = moments.div_ceil(workers.len());
        let parts: Vec<Vec<[Block; 2]>> = std::thread::scope(|scope| {
            let threads: Vec<_> = workers
                .iter_mut()
                .enumerate()
                .map(|(index, kinematics)| {
                    let own = (index * share).min(moments)..((index + 1) * share).min(moments);
                    scope.spawn(move || own.map(|moment| self.blocks_at(moment, kinematics)).collect())
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        let (mut right, mut left) = (Vec::with_capacity(moments), Vec::with_capacity(moments));
        for [one, other] in parts.into_iter().flatten() {
            right.push(one);
            left.push(other);
        }
        [right, left]
    }

    fn blocks_at(&self, moment: usize, kinematics: &mut Kinematics) -> [Block; 2] {
        kinematics.pose(&self.lengths[moment]);
        [0, 1].map(|index| {
            let hand = &self.hands[index];
            let count = hand.controls.len();
            let mut block = Block {
                matrix: vec![0.0; count * count],
                side: vec![0.0; count],
            };
            if hand.schedule.plays() {
                self.add_fingers(moment, index, kinematics, &mut block);
                self.add_rest(moment, index, &mut block);
                self.add_separation(moment, index, &mut block);
            }
            block
        })
    }

    fn add_fingers(&self, moment: usize, index: usize, kinematics: &Kinematics, block: &mut Block) {
        let hand = &self.hands[index];
        let count = hand.controls.len();
        let travelling = self.travels(moment, index);
        for (finger, name) in fingers(hand.hand).into_iter().enumerate() {
            let tip = kinematics.fingertip(name);
            let circumstances = Moment {
                finger,
                task: hand.schedule.at(moment)[finger],
                reaching: self.pressing[moment][index][finger],
                travelling,
                doubt_meters: self.doubt_meters,
                person: self.person.tip(hand.hand, finger, moment),
            };
            let target = target(circumstances, tip, &self.keys, self.settings);
            let jacobian = kinematics.fingertip_jacobian(name);
            for (row, own) in jacobian.iter().enumerate() {
                let weighted = [0, 1, 2].map(|axis| target.weight[axis] * own[axis]);
                if weighted == [0.0; 3] {
                    continue;
                }
                block.side[row] += (0..3).map(|axis| weighted[axis] * target.off[axis]).sum::<f64>();
                for (column, other) in jacobian.iter().enumerate().take(row + 1) {
                    block.matrix[row * count + column] += (0..3).map(|axis| weighted[axis] * other[axis]).sum::<f64>();
                }
            }
        }
    }

    fn travels(&self, moment: usize, index: usize) -> bool {
        let along = self.hands[index].range.start + self.hands[index].along;
        let (before, after) = (moment.saturating_sub(1), (moment + 1).min(self.lengths.len() - 1));
        let way = self.lengths[after][along] - self.lengths[before][along];
        way.abs() > self.settings.travel_meters_per_moment * (after - before) as f64
    }

    fn add_rest(&self, moment: usize, index: usize, block: &mut Block) {
        let hand = &self.hands[index];
        let count = hand.controls.len();
        let own = &self.lengths[moment][hand.range.clone()];
        for (place, control) in hand.controls.iter().enumerate() {
            let (weight, aim) = match control.moves {
                _ if place == hand.along => (self.settings.course_weight, self.courses[index][moment]),
                Moves::Wrist(_) => (2.0 * self.settings.rest_weight, hand.rest[place]),
                Moves::Finger(finger, 4) if finger.index() > 0 => (2.0 * self.settings.rest_weight, hand.rest[place]),
                _ => (self.settings.rest_weight, hand.rest[place]),
            };
            block.matrix[place * count + place] += weight;
            block.side[place] += weight * (aim - own[place]);
        }
    }

    fn add_separation(&self, moment: usize, index: usize, block: &mut Block) {
        let hand = &self.hands[index];
        let stands = |hand: &PlayingHand| Kinematics::forearm_start_meters(hand.hand) + self.lengths[moment][hand.range.start + hand.along];
        let lack = self.settings.separation_meters - (stands(&self.hands[0]) - stands(&self.hands[1]));
        if lack > 0.0 {
            let count = hand.controls.len();
            let away = if hand.hand == Hand::Right { lack } else { -lack };
            block.matrix[hand.along * count + hand.along] += self.settings.separation_weight;
            block.side[hand.along] += self.settings.separation_weight * SEPARATION_SHARE * away;
        }
    }

    /// Solves one hand's equations and takes the step. The moment 0 is given.
    fn step(&mut self, index: usize, blocks: &[Block]) {
        let hand = &self.hands[index];
        let (count, moments) = (hand.controls.len(), self.lengths.len());
        let unknowns = (moments - 1) * count;
        let mut matrix = BandedMatrix::zeros(unknowns, 3 * count - 1);
        let mut side = vec![0.0; unknowns];
        for (moment, block) in blocks.iter().enumerate().skip(1) {
            let first = (moment - 1) * count;
            for row in 0..count {
                side[first + row] += block.side[row];
                for column in 0..=row {
                    *matrix.at(first + row, first + column) += block.matrix[row * count + column];
                }
                *matrix.at(first + row, first + row) += DAMPING;
            }
        }
        self.add_evenness(index, &mut matrix, &mut side);
        self.hold_at_limits(index, &mut matrix, &mut side);
        if !matrix.solve(&mut side) {
            return; // Numbers that cannot be: the poses stay as they are.
        }
        let hand = &self.hands[index];
        for (moment, step) in (1..moments).zip(side.chunks(count)) {
            let own = &mut self.lengths[moment][hand.range.clone()];
            for ((length, step), control) in own.iter_mut().zip(step).zip(&hand.controls) {
                let [min, max] = control.range;
                *length = (*length + step.clamp(-STEP_MAX, STEP_MAX)).clamp(min, max);
            }
        }
    }

    /// The cost of every change of speed; before moment 0 the hands were at rest.
    fn add_evenness(&self, index: usize, matrix: &mut BandedMatrix, side: &mut [f64]) {
        let hand = &self.hands[index];
        let (count, moments) = (hand.controls.len(), self.lengths.len());
        for (place, control) in hand.controls.iter().enumerate() {
            let weight = match control.moves {
                Moves::Forearm(_) => self.settings.smooth_arm,
                Moves::Wrist(_) => self.settings.smooth_wrist,
                Moves::Finger(..) => self.settings.smooth_finger,
            };
            let length = |moment: usize| self.lengths[moment][hand.range.start + place];
            for middle in 0..moments - 1 {
                let before = middle.saturating_sub(1);
                let change = length(before) - 2.0 * length(middle) + length(middle + 1);
                let parts = [(before, 1.0), (middle, -2.0), (middle + 1, 1.0)];
                for (row_moment, row_factor) in parts.into_iter().filter(|(moment, _)| *moment > 0) {
                    let row = (row_moment - 1) * count + place;
                    side[row] -= weight * row_factor * change;
                    for (column_moment, column_factor) in parts.into_iter().filter(|(moment, _)| *moment > 0) {
                        if column_moment <= row_moment {
                            *matrix.at(row, (column_moment - 1) * count + place) += weight * row_factor * column_factor;
                        }
                    }
                }
            }
        }
    }

    fn hold_at_limits(&self, index: usize, matrix: &mut BandedMatrix, side: &mut [f64]) {
        const NEAR: f64 = 1e-9;
        let hand = &self.hands[index];
        let count = hand.controls.len();
        for (row, pull) in side.iter_mut().enumerate() {
            let length = self.lengths[row / count + 1][hand.range.start + row % count];
            let [min, max] = hand.controls[row % count].range;
            if (length <= min + NEAR && *pull < 0.0) || (length >= max - NEAR && *pull > 0.0) {
                *matrix.at(row, row) += HELD;
                *pull = 0.0;
            }
        }
    }

    /// Notes where the fingertips are.
    fn look(&mut self, workers: &mut [Kinematics]) {
        let kinematics = &mut workers[0];
        let tips = self.lengths.iter().map(|lengths| {
            kinematics.pose(lengths);
            [0, 1].map(|index| fingers(self.hands[index].hand).map(|finger| kinematics.fingertip(finger)))
        });
        self.tips = tips.collect();
    }

    /// Keys that the poses leave out of reach are not pressed.
    fn regate(&mut self) {
        for (moment, tips) in self.tips.iter().enumerate() {
            for (index, hand) in self.hands.iter().enumerate() {
                for (finger, task) in hand.schedule.at(moment).iter().enumerate() {
                    self.pressing[moment][index][finger] = task.holds.is_some_and(|key| {
                        let key = &self.keys[key];
                        let extra = if key.black { BLACK_GATE_EXTRA_METERS } else { 0.0 };
                        (key.center[1] - tips[index][finger][1]).abs() < self.settings.gate_meters + extra
                    });
                }
            }
        }
    }
}
