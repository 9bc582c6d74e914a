//! One hand as the prior sees it: which controls are its, how it rests, and where it stands.

use crate::PlanError;
use piano::{Finger, FingerNumber, Hand, Pitch};
use simulation::controls::{Control, Moves};
use simulation::kinematics::Kinematics;
use simulation::scene::forearm::ForearmDof;
use simulation::scene::piano::{key_angle_max, key_center, key_half_size};
use simulation::schedule::{FINGERS, Schedule};
use simulation::score::Score;

/// A hand and its part.
#[derive(Clone, Debug)]
pub(crate) struct PlayingHand {
    pub hand: Hand,
    pub schedule: Schedule,
    /// Where among all controls its are.
    pub range: std::ops::Range<usize>,
    pub controls: Vec<Control>,
    /// How it rests: fingers bent, thumb spread. A hand that never plays stays as the simulation starts.
    pub rest: Vec<f64>,
    /// Among its controls, the forearm's way along the keyboard.
    pub along: usize,
    /// Among its controls, the wrist's up and down.
    pub wrist: usize,
    /// Where fingertips are along the keyboard at rest, with the forearm's length 0, meters.
    pub tip_places: [f64; FINGERS],
}

/// A key's measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyPlace {
    pub center: [f64; 3],
    pub half_length: f64,
    /// Height of its top while it is up.
    pub top: f64,
    pub black: bool,
    pub angle_max: f64,
}

/// How a hand over the keyboard holds its fingers; everything else rests at 0. Radians and meters, from the prototype's neutral pose.
const RESTING: [(&str, f64); 4] = [("knuckle", 0.6), ("last joints", 1.0), ("thumb spread", 0.8), ("thumb bend", 0.3)];

fn rest_length(moves: Moves) -> f64 {
    let thumb = |finger: FingerNumber| finger.index() == 0;
    match moves {
        Moves::Finger(finger, 3) if !thumb(finger) => RESTING[0].1,
        Moves::Finger(finger, 0) if !thumb(finger) => RESTING[1].1,
        Moves::Finger(finger, 4) if thumb(finger) => RESTING[2].1,
        Moves::Finger(finger, 2) if thumb(finger) => RESTING[3].1,
        _ => 0.0,
    }
}

impl PlayingHand {
    pub fn new(hand: Hand, score: &Score, kinematics: &mut Kinematics) -> Result<PlayingHand, PlanError> {
        let schedule = Schedule::new(score, hand)?;
        let model = kinematics.model().clone();
        let range = model.controls_of(hand);
        let controls = model.controls()[range.clone()].to_vec();
        let find = |moves: Moves| {
            let place = controls.iter().position(|control| control.moves == moves);
            place.expect("every hand has a wrist and a forearm that moves along the keyboard")
        };
        let mut rest: Vec<f64> = controls.iter().map(|control| rest_length(control.moves)).collect();
        if !schedule.plays() {
            rest.fill(0.0);
        }
        let mut pose = vec![0.0; model.controls().len()];
        pose[range.clone()].copy_from_slice(&rest);
        kinematics.pose(&pose);
        Ok(PlayingHand {
            tip_places: fingers(hand).map(|finger| kinematics.fingertip(finger)[1]),
            along: find(Moves::Forearm(ForearmDof::Tx)),
            wrist: find(Moves::Wrist(1)),
            hand,
            schedule,
            range,
            controls,
            rest,
        })
    }

    /// The controls that bend a finger up and down.
    pub fn lifting(&self, finger: usize) -> impl Iterator<Item = usize> + '_ {
        let places = self.controls.iter().enumerate();
        places.filter_map(move |(index, control)| match control.moves {
            Moves::Finger(own, joint) if own.index() == finger && (joint != 4 || finger == 0) => Some(index),
            _ => None,
        })
    }
}

/// A hand's fingers, thumb first.
pub(crate) fn fingers(hand: Hand) -> [Finger; FINGERS] {
    FingerNumber::ALL.map(|finger| Finger { hand, finger })
}

/// Every key's measures, from the left.
pub(crate) fn key_places() -> Vec<KeyPlace> {
    let place = |pitch: Pitch| {
        let (center, half_size) = (key_center(pitch), key_half_size(pitch));
        KeyPlace {
            center,
            half_length: half_size[0],
            top: center[2] + half_size[2],
            black: pitch.is_black(),
            angle_max: key_angle_max(pitch),
        }
    };
    Pitch::all().map(place).collect()
}
