//! Which finger is on which key.

use crate::model::Key;
use crate::scene::HANDS;
use crate::scene::hand::{FINGERTIP_BODIES, prefix, short_prefix};
use mujoco_rs::wrappers::mj_model::{MjModel, MjtObjBase};
use piano::{Finger, FingerNumber};

/// Phalanges of a finger, from its end towards the palm, that count as the finger.
const PHALANGES: usize = 3;

/// The finger each shape of the scene belongs to: its three last links.
pub(crate) fn fingers_of_geoms(model: &MjModel) -> Vec<Option<Finger>> {
    let mut finger_of_body = vec![None; model.body_parentid().len()];
    for hand in HANDS {
        for (name, finger) in FINGERTIP_BODIES.into_iter().zip(FingerNumber::ALL) {
            let tip = model.name_to_id(MjtObjBase::mjOBJ_BODY, &format!("{}{}{name}", prefix(hand), short_prefix(hand)));
            let parent = |body: &usize| Some(model.body_parentid()[*body] as usize);
            for body in std::iter::successors(tip, parent).take(PHALANGES) {
                finger_of_body[body] = Some(Finger { hand, finger });
            }
        }
    }
    model.geom_bodyid().iter().map(|body| finger_of_body[*body as usize]).collect()
}

/// The finger that presses a key: of those touching it the one deepest in it. Contacts are a distance and two shapes.
pub(crate) fn finger_on(
    key: &Key,
    fingers_of_geoms: &[Option<Finger>],
    contacts: impl Iterator<Item = (f64, usize, usize)>,
) -> Option<Finger> {
    let (_, geom) = key.indices?;
    let on_key = contacts.filter_map(|(distance, first, second)| match (first == geom, second == geom) {
        (true, _) => Some((distance, fingers_of_geoms[second]?)),
        (_, true) => Some((distance, fingers_of_geoms[first]?)),
        _ => None,
    });
    on_key.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, finger)| finger)
}
