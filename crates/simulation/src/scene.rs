//! The scene as MJCF, MuJoCo's model language: floor, piano, two hands. As RoboPianist 1.0.10 composes it, name for name,
//! so that states can be compared joint by joint; without the sites and sensors its observations and rewards do not use.

pub mod forearm;
pub(crate) mod hand;
pub mod piano;
mod xml;

use crate::mujoco::Mujoco;
use crate::score::Score;
use ::piano::{Hand, Pitch};
use std::collections::BTreeSet;
use xml::Element;

/// Time between physics steps, seconds.
pub const PHYSICS_TIMESTEP_SECS: f64 = 0.005;

/// The hands in RoboPianist's order, in which actions and joints are numbered.
pub const HANDS: [Hand; 2] = [Hand::Right, Hand::Left];

/// The Shadow Hands' files, read by the caller.
#[derive(Clone, Debug)]
pub struct HandAssets {
    /// `left_hand.xml`.
    pub left_hand_xml: String,
    /// `right_hand.xml`.
    pub right_hand_xml: String,
    /// The meshes both name: file name and contents.
    pub meshes: Vec<(String, Vec<u8>)>,
}

/// The meshes' file names.
pub const MESH_FILES: [&str; 13] = [
    "f_distal_pst.obj",
    "f_knuckle.obj",
    "f_middle.obj",
    "f_proximal.obj",
    "forearm_0.obj",
    "forearm_1.obj",
    "forearm_collision.obj",
    "lf_metacarpal.obj",
    "palm.obj",
    "th_distal_pst.obj",
    "th_middle.obj",
    "th_proximal.obj",
    "wrist.obj",
];

/// What of the scene can be chosen. [`SceneSettings::default`] is what RoboPianist's paper uses.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneSettings {
    /// Leaves out the thumb's first and last joint and the little finger's metacarpal, and keeps the thumb from bending outwards.
    pub reduced_action_space: bool,
    /// Gives the hands no weight.
    pub gravity_compensation: bool,
    /// Capsules instead of meshes where fingertips touch.
    pub primitive_fingertip_collisions: bool,
    /// Hands pass through each other and themselves; they still touch keys.
    pub disable_hand_collisions: bool,
    /// How each forearm moves beyond along and towards the keyboard.
    pub extra_forearm_dofs: Vec<forearm::ForearmDof>,
    /// What is simulated.
    pub fidelity: Fidelity,
    /// Keeps the shapes that are only looked at. Nothing touches them: states are the same without, and come sooner.
    pub drawable: bool,
}

/// How much of the physics is simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fidelity {
    /// All of it: the same states as RoboPianist's.
    Exact,
    /// For planning and gathering experience: only these keys exist, and the constraint solver does not look for islands. Faster, and
    /// equal to about 1e-6 while the hands touch no other key; results are to be confirmed in the exact model.
    Planning {
        /// The keys that exist.
        keys: BTreeSet<Pitch>,
    },
    /// No keys, and nothing touches or stops anything: for [`crate::kinematics`], where the hands' weights and lengths are all
    /// that counts.
    HandsAlone,
}

impl Fidelity {
    /// The planning model for a score: the keys that are due in it, and as many beside each as a hand may touch on its way.
    pub fn planning_for(score: &Score, beside: i32) -> Fidelity {
        let due = score.frames().iter().flat_map(|frame| &frame.notes);
        let around = |pitch: Pitch| (-beside..=beside).filter_map(move |semitones| pitch.transposed(semitones));
        Fidelity::Planning {
            keys: due.flat_map(|note| around(note.pitch)).collect(),
        }
    }

    /// Whether a key exists.
    pub fn has_key(&self, pitch: Pitch) -> bool {
        match self {
            Fidelity::Exact => true,
            Fidelity::Planning { keys } => keys.contains(&pitch),
            Fidelity::HandsAlone => false,
        }
    }
}

impl Default for SceneSettings {
    fn default() -> Self {
        SceneSettings {
            reduced_action_space: true,
            gravity_compensation: true,
            primitive_fingertip_collisions: true,
            disable_hand_collisions: false,
            extra_forearm_dofs: Vec::new(),
            fidelity: Fidelity::Exact,
            drawable: false,
        }
    }
}

/// Why there is no scene.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// A hand's file is not the XML we know.
    #[error("the {hand:?} hand's file is not XML")]
    NotXml {
        /// Which hand.
        hand: Hand,
        /// What is wrong with it.
        #[source]
        source: roxmltree::Error,
    },
    /// A hand's file lacks something.
    #[error("the {hand:?} hand's file has no {what}")]
    Missing {
        /// Which hand.
        hand: Hand,
        /// What it lacks.
        what: String,
    },
    /// MuJoCo refused a model.
    #[error("MuJoCo cannot build {what}")]
    NotBuilt {
        /// What was to be built.
        what: &'static str,
        /// What MuJoCo said.
        #[source]
        source: mujoco_rs::error::MjModelError,
    },
    /// A file could not be handed to MuJoCo.
    #[error("MuJoCo does not take the file {name}")]
    NotTaken {
        /// The file.
        name: String,
        /// Why.
        #[source]
        source: mujoco_rs::error::MjVfsError,
    },
}

/// The scene's MJCF. MuJoCo is needed to weigh the hands: the forearms' damping follows from their inertia.
pub fn scene_xml(mujoco: Mujoco, assets: &HandAssets, settings: &SceneSettings) -> Result<String, SceneError> {
    let mut default = Element::new("default");
    let mut asset = Element::new("asset");
    let mut world = Element::new("worldbody");
    let mut contact = Element::new("contact");
    let mut tendon = Element::new("tendon");
    let mut actuator = Element::new("actuator");

    if settings.drawable {
        asset.extend(arena_assets());
        world.extend(arena_shapes());
    }
    default.push(piano::defaults());
    asset.extend(piano::materials());
    world.push(piano::body(&settings.fidelity));
    for side in HANDS {
        let hand = hand::Hand::build(mujoco, assets, side, settings)?;
        default.extend(hand.defaults);
        asset.extend(hand.assets);
        world.push(hand.body);
        contact.extend(hand.contacts);
        tendon.extend(hand.tendons);
        actuator.extend(hand.actuators);
    }

    let mut scene = Element::new("mujoco").with("model", "stage");
    scene.push(Element::new("compiler").with("autolimits", "true").with("angle", "radian"));
    scene.push(options(&settings.fidelity));
    scene.push(Element::new("statistic").with("extent", "0.6").with("center", "0.2 0 0.3"));
    if settings.drawable {
        scene.push(visual());
    }
    scene.extend([default, asset, world, contact, tendon, actuator]);
    Ok(scene.to_string())
}

fn options(fidelity: &Fidelity) -> Element {
    let option = Element::new("option")
        .with("timestep", PHYSICS_TIMESTEP_SECS)
        // From the Shadow Hands' own files: fingers slip less at the price of a little softness.
        .with("impratio", "10");
    let left_out = match fidelity {
        Fidelity::Exact => return option,
        Fidelity::Planning { .. } => "island",
        Fidelity::HandsAlone => "constraint",
    };
    let mut option = option;
    option.push(Element::new("flag").with(left_out, "disable"));
    option
}

/// A light at the camera, strong enough to tell black hands from a dark floor.
fn visual() -> Element {
    let mut visual = Element::new("visual");
    visual.push(
        Element::new("headlight")
            .with("ambient", "0.45 0.45 0.45")
            .with("diffuse", "0.6 0.6 0.6")
            .with("specular", "0.2 0.2 0.2"),
    );
    // Often drawn by the processor, where large shadow maps and many samples a pixel cost most of the time.
    visual.push(Element::new("quality").with("shadowsize", "1024").with("offsamples", "2"));
    visual
}

/// The floor's looks.
fn arena_assets() -> [Element; 2] {
    [
        Element::new("texture")
            .with("name", "grid")
            .with("type", "2d")
            .with("builtin", "checker")
            .with("rgb1", "0.32 0.34 0.37")
            .with("rgb2", "0.36 0.38 0.41")
            .with("width", "512")
            .with("height", "512"),
        Element::new("material")
            .with("name", "grid")
            .with("texture", "grid")
            .with("texrepeat", "1 1")
            .with("texuniform", "true")
            .with("reflectance", "0"),
    ]
}

/// Lights and a floor that nothing touches.
fn arena_shapes() -> [Element; 3] {
    [
        Element::new("light").with("pos", "0 0 1").with("castshadow", "false"),
        Element::new("light")
            .with("pos", "0.3 0 1")
            .with("dir", "0 0 -1")
            .with("castshadow", "false"),
        Element::new("geom")
            .with("name", "floor")
            .with("type", "plane")
            .with("size", "1 1 0.05")
            .with("material", "grid")
            .with("contype", "0")
            .with("conaffinity", "0"),
    ]
}
