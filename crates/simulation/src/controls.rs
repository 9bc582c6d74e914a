//! What each number of an action moves.

use crate::model::Model;
use crate::scene::forearm::ForearmDof;
use crate::scene::hand::{prefix, short_prefix};
use crate::scene::{HANDS, SceneError};
use mujoco_rs::wrappers::mj_model::{MjModel, MjtObjBase, MjtTrn};
use piano::{FingerNumber, Hand};

/// One actuator. It pulls with its stiffness times the difference between its control and its length, the angle or way that it
/// moves; where it moves two joints by one tendon, their sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// The hand it belongs to.
    pub hand: Hand,
    /// The part of the hand it moves.
    pub moves: Moves,
    /// Lowest and highest control, meters or radians.
    pub range: [f64; 2],
    /// N/m or N m/rad.
    pub stiffness: f64,
    /// The joints it moves, counted from the hands' first.
    pub(crate) joints: Vec<usize>,
}

/// A part of a hand that one actuator moves. Numbers are those in the Shadow Hand's names of joints: `WRJ1`, `FFJ4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// The forearm.
    Forearm(ForearmDof),
    /// The wrist: 2 turns the hand sideways, 1 up and down.
    Wrist(u8),
    /// A finger: 4 spreads it, 3 bends it at the knuckle, 0 bends its two last joints; the thumb's and the little finger's
    /// further joints have their own numbers.
    Finger(FingerNumber, u8),
}

const FOREARM_DOFS: [ForearmDof; 6] = [
    ForearmDof::Tx,
    ForearmDof::Ty,
    ForearmDof::Tz,
    ForearmDof::Roll,
    ForearmDof::Pitch,
    ForearmDof::Yaw,
];
/// The fingers in the Shadow Hand's names of joints, thumb first.
const FINGERS: [&str; 5] = ["TH", "FF", "MF", "RF", "LF"];

/// The actuators of a compiled scene in the order of their controls; joints are counted from `first_joint`.
pub(crate) fn find_controls(model: &MjModel, first_joint: usize) -> Result<Vec<Control>, SceneError> {
    let ranges = model.actuator_ctrlrange();
    let control = |index: usize| {
        let name = model.id_to_name(MjtObjBase::mjOBJ_ACTUATOR, index).unwrap_or_default();
        let (hand, moves) = parse(name).ok_or_else(|| SceneError::Missing {
            hand: HANDS[0],
            what: format!("actuator we know by the name {name}"),
        })?;
        Ok(Control {
            hand,
            moves,
            range: ranges[index],
            stiffness: model.actuator_gainprm()[index][0],
            joints: joints(model, index).into_iter().map(|joint| joint - first_joint).collect(),
        })
    };
    (0..ranges.len()).map(control).collect()
}

fn parse(name: &str) -> Option<(Hand, Moves)> {
    let hand = HANDS.into_iter().find(|hand| name.starts_with(&prefix(*hand)))?;
    let name = name.strip_prefix(&prefix(hand))?;
    if let Some(dof) = FOREARM_DOFS.into_iter().find(|dof| dof.name() == name) {
        return Some((hand, Moves::Forearm(dof)));
    }
    let (part, number) = name.strip_prefix(short_prefix(hand))?.strip_prefix("A_")?.split_once('J')?;
    let number = number.parse().ok()?;
    if part == "WR" {
        return Some((hand, Moves::Wrist(number)));
    }
    let finger = FINGERS.iter().position(|finger| *finger == part)?;
    Some((hand, Moves::Finger(FingerNumber::ALL[finger], number)))
}

fn joints(model: &MjModel, actuator: usize) -> Vec<usize> {
    let target = model.actuator_trnid()[actuator][0] as usize;
    if model.actuator_trntype()[actuator] != MjtTrn::mjTRN_TENDON {
        return vec![target];
    }
    let (first, count) = (model.tendon_adr()[target] as usize, model.tendon_num()[target] as usize);
    model.wrap_objid()[first..first + count]
        .iter()
        .map(|joint| *joint as usize)
        .collect()
}

impl Model {
    /// Where in a list of controls a hand's are.
    pub fn controls_of(&self, hand: Hand) -> std::ops::Range<usize> {
        let index = usize::from(hand != HANDS[0]);
        self.hands()[index].actuators.clone()
    }
}
