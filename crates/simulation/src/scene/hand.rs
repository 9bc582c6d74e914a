//! A Shadow Hand as RoboPianist changes it (`shadow_hand.py`, `base.py`): put before the keyboard, given a forearm that moves,
//! sites at its fingertips, and names of its own.

use super::forearm::{ALWAYS, FOREARM_QUATERNION, ForearmDof, forearm_position};
use super::xml::{Element, list};
use super::{HandAssets, SceneError, SceneSettings};
use crate::mujoco::Mujoco;
use piano::Hand as Side;

/// The bodies at the fingers' ends, thumb first.
pub(crate) const FINGERTIP_BODIES: [&str; 5] = ["thdistal", "ffdistal", "mfdistal", "rfdistal", "lfdistal"];

/// How far beyond its body's origin a fingertip lies, meters.
const FINGERTIP_OFFSET_METERS: f64 = 0.026;
const THUMB_TIP_OFFSET_METERS: f64 = 0.0275;

/// What the reduced action space leaves out: thumb rotation, thumb tip, little finger's metacarpal.
const LEFT_OUT_JOINTS: [&str; 3] = ["THJ5", "THJ1", "LFJ5"];
/// How far the thumb bends in the reduced action space, radians.
const REDUCED_THJ2_RANGE: [f64; 2] = [0.0, 0.698132];

/// Attributes that name something of the hand.
const NAMING: [&str; 9] = [
    "name",
    "class",
    "childclass",
    "mesh",
    "material",
    "joint",
    "tendon",
    "body1",
    "body2",
];

/// A hand's parts, each for its section of the scene.
pub(super) struct Hand {
    pub defaults: Vec<Element>,
    pub assets: Vec<Element>,
    pub body: Element,
    pub contacts: Vec<Element>,
    pub tendons: Vec<Element>,
    pub actuators: Vec<Element>,
}

/// What all names of a hand begin with.
pub(crate) fn prefix(side: Side) -> String {
    format!("{}shadow_hand/", short_prefix(side))
}

/// What names begin with in the hand's own file.
pub(crate) fn short_prefix(side: Side) -> &'static str {
    match side {
        Side::Left => "lh_",
        Side::Right => "rh_",
    }
}

impl Hand {
    pub fn build(mujoco: Mujoco, assets: &HandAssets, side: Side, settings: &SceneSettings) -> Result<Hand, SceneError> {
        let text = match side {
            Side::Left => &assets.left_hand_xml,
            Side::Right => &assets.right_hand_xml,
        };
        let mut file = Element::parse(text).map_err(|source| SceneError::NotXml { hand: side, source })?;
        let dofs: Vec<ForearmDof> = ALWAYS.iter().chain(&settings.extra_forearm_dofs).copied().collect();
        let damping = forearm_damping(mujoco, &file, side, &dofs)?;

        name_geoms(&mut file);
        if !settings.drawable {
            drop_drawn_shapes(&mut file);
        }
        if settings.reduced_action_space {
            reduce_action_space(&mut file, side);
        }
        if settings.primitive_fingertip_collisions {
            file.for_each(&mut fingertip_as_capsule);
        }
        if settings.disable_hand_collisions {
            file.for_each(&mut touch_keys_only);
        }
        file.for_each(&mut |element| add_fingertip_site(element, side));
        let mut forearm = forearm(&file, side)?;
        place(&mut forearm, side);
        forearm.extend(
            dofs.iter()
                .zip(damping)
                .map(|(dof, damping)| dof.joint(side).with("damping", damping)),
        );
        if settings.gravity_compensation {
            forearm.for_each(&mut lift);
        }

        let mut body = Element::new("body");
        body.push(forearm);
        let mut hand = Hand {
            defaults: section(&file, side, "default")?,
            assets: section(&file, side, "asset")?,
            body,
            contacts: section(&file, side, "contact")?,
            tendons: section(&file, side, "tendon")?,
            actuators: section(&file, side, "actuator")?,
        };
        hand.actuators.extend(dofs.iter().map(|dof| dof.actuator(side)));
        hand.for_each(&mut name_mesh);
        let prefix = prefix(side);
        hand.for_each(&mut |element| put_before_names(element, &prefix));
        hand.body.set("name", prefix);
        Ok(hand)
    }

    fn for_each(&mut self, act: &mut impl FnMut(&mut Element)) {
        let lists = [
            &mut self.defaults,
            &mut self.assets,
            &mut self.contacts,
            &mut self.tendons,
            &mut self.actuators,
        ];
        for element in lists.into_iter().flatten().chain([&mut self.body]) {
            element.for_each(act);
        }
    }
}

/// Damping of the forearm's joints: critical for the inertia the hand has about each. RoboPianist computes it before it changes the
/// hand, so the inertia is that of all its joints, as its file has it.
fn forearm_damping(mujoco: Mujoco, file: &Element, side: Side, dofs: &[ForearmDof]) -> Result<Vec<f64>, SceneError> {
    let mut bare = file.clone();
    // Every body states its inertia, so the shapes, and with them the meshes, are not needed.
    bare.retain(&|element| element.name != "geom" && element.name != "asset");
    let position = bare.children.iter().position(|child| child.name == "worldbody");
    let forearm = position.and_then(|at| bare.children[at].children.first_mut());
    let forearm = forearm.ok_or_else(|| missing(side, "forearm"))?;
    forearm.extend(dofs.iter().map(|dof| dof.joint(side)));
    let model = crate::model::load_xml(mujoco, &bare.to_string(), &[], "a hand alone")?;
    let inertia = |dof: &ForearmDof| {
        let joint = crate::model::joint_id(&model, dof.name()).expect("the joint was just added");
        model.dof_m0()[joint]
    };
    Ok(dofs.iter().map(|dof| 2.0 * (inertia(dof) * dof.stiffness()).sqrt()).collect())
}

/// Numbers the shapes in the order of the file, as RoboPianist's composer names what has no name.
fn name_geoms(file: &mut Element) {
    let mut next = 0;
    file.for_each(&mut |element| {
        // Defaults describe shapes too; only a body's shapes are numbered, and all of those have a class.
        if element.name == "geom" && element.get("class").is_some() {
            element.set("name", format!("/unnamed_geom_{next}"));
            next += 1;
        }
    });
}

/// Drops the shapes that are only looked at, and the meshes that then nothing has.
fn drop_drawn_shapes(file: &mut Element) {
    file.retain(&|element| !(element.name == "geom" && element.get("class") == Some("plastic_visual")));
    let mut needed = Vec::new();
    file.for_each(&mut |element| needed.extend(element.get("mesh").map(|mesh| format!("{mesh}.obj"))));
    file.retain(&|element| element.get("file").is_none_or(|file| needed.iter().any(|mesh| mesh == file)));
}

fn reduce_action_space(file: &mut Element, side: Side) {
    let short = short_prefix(side);
    let left_out: Vec<String> = LEFT_OUT_JOINTS
        .iter()
        .flat_map(|joint| [format!("{short}{joint}"), format!("{short}A_{joint}")])
        .collect();
    file.retain(&|element| !element.get("name").is_some_and(|name| left_out.iter().any(|out| out == name)));
    file.for_each(&mut |element| {
        if element.get("name") == Some(&format!("{short}THJ2")) {
            element.set("range", list(&REDUCED_THJ2_RANGE));
        } else if element.get("name") == Some(&format!("{short}A_THJ2")) {
            element.set("ctrlrange", list(&REDUCED_THJ2_RANGE));
        }
    });
}

fn is_collision_geom(element: &Element) -> bool {
    element.name == "geom" && element.get("class") == Some("plastic_collision")
}

fn fingertip_as_capsule(element: &mut Element) {
    if is_collision_geom(element) && element.get("mesh").is_some_and(|mesh| mesh.ends_with("distal_pst")) {
        element.set("type", "capsule"); // MuJoCo fits it to the mesh.
    }
}

fn touch_keys_only(element: &mut Element) {
    if is_collision_geom(element) {
        element.set("contype", "1");
        element.set("conaffinity", "0");
    }
}

fn add_fingertip_site(element: &mut Element, side: Side) {
    let Some(tip) = element.get("name").and_then(|name| name.strip_prefix(short_prefix(side))) else {
        return;
    };
    let Some(tip) = FINGERTIP_BODIES.into_iter().find(|body| *body == tip) else {
        return;
    };
    let offset = if tip == FINGERTIP_BODIES[0] {
        THUMB_TIP_OFFSET_METERS
    } else {
        FINGERTIP_OFFSET_METERS
    };
    element.push(
        Element::new("site")
            .with("name", format!("{tip}_site"))
            .with("type", "sphere")
            .with("pos", list(&[0.0, 0.0, offset]))
            .with("size", "0.004")
            .with("group", "4"),
    );
}

fn forearm(file: &Element, side: Side) -> Result<Element, SceneError> {
    let world = file.child("worldbody").ok_or_else(|| missing(side, "worldbody"))?;
    world.child("body").cloned().ok_or_else(|| missing(side, "forearm"))
}

fn place(forearm: &mut Element, side: Side) {
    forearm.set("pos", list(&forearm_position(side)));
    forearm.set("quat", FOREARM_QUATERNION);
}

fn lift(element: &mut Element) {
    if element.name == "body" {
        element.set("gravcomp", "1");
    }
}

fn section(file: &Element, side: Side, name: &str) -> Result<Vec<Element>, SceneError> {
    let section = file.child(name).ok_or_else(|| missing(side, name))?;
    Ok(section.children.clone())
}

/// A mesh is called by its file's name unless it has one; both hands use the same files.
fn name_mesh(element: &mut Element) {
    if let Some(file) = element.get("file") {
        let stem = file.trim_end_matches(".obj").to_owned();
        element.set("name", stem);
    }
}

fn put_before_names(element: &mut Element, prefix: &str) {
    for (key, value) in &mut element.attributes {
        if NAMING.contains(&key.as_str()) {
            value.insert_str(0, prefix);
        }
    }
}

fn missing(hand: Side, what: &str) -> SceneError {
    SceneError::Missing {
        hand,
        what: what.to_owned(),
    }
}
