//! The scene compiled: MuJoCo's model, and where in its arrays keys, joints, actuators and fingertips are.

use crate::controls::{Control, find_controls};
use crate::mujoco::Mujoco;
use crate::scene::forearm::ALWAYS;
use crate::scene::hand::{FINGERTIP_BODIES, prefix, short_prefix};
use crate::scene::{HANDS, HandAssets, SceneError, SceneSettings, piano, scene_xml};
use crate::touch::fingers_of_geoms;
use ::piano::{Finger, Hand, Pitch};
use mujoco_rs::wrappers::mj_auxiliary::MjVfs;
use mujoco_rs::wrappers::mj_model::{MjModel, MjtObjBase};
use std::sync::Arc;

/// Number of keys.
pub const KEYS: usize = 88;

/// A compiled scene, shared by every environment that plays in it.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) mujoco: Arc<MjModel>,
    settings: SceneSettings,
    keys: Vec<Key>,
    hands: [HandJoints; 2],
    control_ranges: Vec<[f64; 2]>,
    controls: Arc<[Control]>,
    fingers_of_geoms: Arc<[Option<Finger>]>,
}

/// Where a key is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Of its joint in `qpos` and of its box among the shapes; nothing for a key that is left out.
    pub indices: Option<(usize, usize)>,
    /// All the way down, radians.
    pub angle_max: f64,
    /// Centre of its box while it is up, meters.
    pub center: [f64; 3],
    /// Half of its length, width and height, meters.
    pub half_size: [f64; 3],
}

/// Where a hand's parts are.
#[derive(Clone, Debug)]
pub(crate) struct HandJoints {
    /// In `qpos`: forearm, wrist, fingers, thumb. The places in `qvel` are the same.
    pub joints: std::ops::Range<usize>,
    /// How many of them are the forearm's.
    pub forearm_dofs: usize,
    /// In `ctrl`.
    pub actuators: std::ops::Range<usize>,
    /// Sites at the fingertips, thumb first.
    pub tips: [usize; 5],
    /// The body whose origin is the wrist.
    pub wrist: usize,
    /// The shapes whose touching the other hand's costs the forearm reward.
    pub forearm_geoms: Vec<usize>,
}

impl HandJoints {
    /// The joints in the order they are observed in: wrist, fingers, thumb, forearm.
    pub fn seen_joints(&self) -> impl Iterator<Item = usize> + use<> {
        let (start, wrist, end) = (self.joints.start, self.joints.start + self.forearm_dofs, self.joints.end);
        (wrist..end).chain(start..wrist)
    }
}

impl Model {
    /// Composes and compiles a scene.
    pub fn build(mujoco: Mujoco, assets: &HandAssets, settings: &SceneSettings) -> Result<Model, SceneError> {
        let xml = scene_xml(mujoco, assets, settings)?;
        let model = load_xml(mujoco, &xml, &assets.meshes, "the scene")?;
        let keys = Pitch::all().map(|pitch| find_key(&model, settings, pitch)).collect();
        let hands = [find_hand(&model, settings, HANDS[0])?, find_hand(&model, settings, HANDS[1])?];
        Ok(Model {
            control_ranges: model.actuator_ctrlrange().to_vec(),
            controls: find_controls(&model, hands[0].joints.start)?.into(),
            fingers_of_geoms: fingers_of_geoms(&model).into(),
            mujoco: Arc::new(model),
            settings: settings.clone(),
            keys,
            hands,
        })
    }

    /// What the scene was built with.
    pub fn settings(&self) -> &SceneSettings {
        &self.settings
    }

    /// Lowest and highest control of every actuator, right hand first.
    pub fn control_ranges(&self) -> &[[f64; 2]] {
        &self.control_ranges
    }

    /// What each actuator moves, right hand first.
    pub fn controls(&self) -> &[Control] {
        &self.controls
    }

    /// Numbers in an action: one an actuator, and the sustain pedal.
    pub fn action_len(&self) -> usize {
        self.control_ranges.len() + 1
    }

    /// Numbers in `qpos`.
    pub fn state_len(&self) -> usize {
        self.mujoco.ffi().nq as usize
    }

    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Both hands in the order of [`HANDS`].
    pub(crate) fn hands(&self) -> &[HandJoints; 2] {
        &self.hands
    }

    /// The finger each shape belongs to.
    pub(crate) fn fingers_of_geoms(&self) -> &[Option<Finger>] {
        &self.fingers_of_geoms
    }

    /// The body at a hand's wrist.
    pub(crate) fn wrist(&self, hand: Hand) -> usize {
        let hand = if hand == HANDS[0] { &self.hands[0] } else { &self.hands[1] };
        hand.wrist
    }

    /// The site at a finger's tip.
    pub(crate) fn tip(&self, finger: Finger) -> usize {
        let hand = if finger.hand == HANDS[0] { &self.hands[0] } else { &self.hands[1] };
        hand.tips[finger.finger.index()]
    }
}

/// Compiles MJCF together with the files it names.
pub(crate) fn load_xml(_: Mujoco, xml: &str, files: &[(String, Vec<u8>)], what: &'static str) -> Result<MjModel, SceneError> {
    const NAME: &str = "scene.xml";
    let mut vfs = MjVfs::new();
    let scene = (NAME.to_owned(), xml.as_bytes());
    for (name, contents) in files
        .iter()
        .map(|(name, contents)| (name.clone(), contents.as_slice()))
        .chain([scene])
    {
        vfs.add_from_buffer(&name, contents)
            .map_err(|source| SceneError::NotTaken { name, source })?;
    }
    MjModel::from_xml_vfs(NAME, &vfs).map_err(|source| SceneError::NotBuilt { what, source })
}

pub(crate) fn joint_id(model: &MjModel, name: &str) -> Option<usize> {
    model.name_to_id(MjtObjBase::mjOBJ_JOINT, name)
}

fn find_key(model: &MjModel, settings: &SceneSettings, pitch: Pitch) -> Key {
    // Every joint of the scene has one number in qpos, so a joint's id is its place there.
    let find = || {
        let joint = joint_id(model, &piano::joint_name(pitch))?;
        let geom = model.name_to_id(MjtObjBase::mjOBJ_GEOM, &piano::geom_name(pitch))?;
        Some((joint, geom))
    };
    let exists = settings.fidelity.has_key(pitch);
    Key {
        indices: exists.then(|| find().expect("the scene has every key that exists")),
        angle_max: piano::key_angle_max(pitch),
        center: piano::key_center(pitch),
        half_size: piano::key_half_size(pitch),
    }
}

fn find_hand(model: &MjModel, settings: &SceneSettings, side: Hand) -> Result<HandJoints, SceneError> {
    let prefix = prefix(side);
    let find = |kind: MjtObjBase, name: &str| {
        model
            .name_to_id(kind, &format!("{prefix}{name}"))
            .ok_or_else(|| SceneError::Missing {
                hand: side,
                what: name.to_owned(),
            })
    };
    let forearm_dofs = ALWAYS.len() + settings.extra_forearm_dofs.len();
    let reduced = usize::from(settings.reduced_action_space) * LEFT_OUT;
    let first_joint = find(MjtObjBase::mjOBJ_JOINT, ALWAYS[0].name())?;
    let first_actuator = find(MjtObjBase::mjOBJ_ACTUATOR, &format!("{}A_WRJ2", short_prefix(side)))?;
    let mut tips = [0; 5];
    for (tip, body) in tips.iter_mut().zip(FINGERTIP_BODIES) {
        *tip = find(MjtObjBase::mjOBJ_SITE, &format!("{body}_site"))?;
    }
    Ok(HandJoints {
        forearm_dofs,
        joints: first_joint..first_joint + HAND_JOINTS - reduced + forearm_dofs,
        actuators: first_actuator..first_actuator + HAND_ACTUATORS - reduced + forearm_dofs,
        tips,
        wrist: find(MjtObjBase::mjOBJ_BODY, &format!("{}palm", short_prefix(side)))?,
        forearm_geoms: forearm_geoms(model, &prefix),
    })
}

/// Joints and actuators of a Shadow Hand, without its forearm's.
const HAND_JOINTS: usize = 24;
const HAND_ACTUATORS: usize = 20;
/// Of either, how many the reduced action space leaves out.
const LEFT_OUT: usize = 3;
/// Shapes of a hand, drawn and touched ones.
const HAND_GEOMS: usize = 62;

/// The shapes RoboPianist means by "forearm". It compares the beginnings of names, so that the forearm's four shapes, numbers 0 to
/// 3, stand for 10 to 39 as well: wrist, palm, and most of the index, middle and ring finger. Those only drawn may be left out.
fn forearm_geoms(model: &MjModel, prefix: &str) -> Vec<usize> {
    (0..HAND_GEOMS)
        .filter(|number| matches!(number, 0..=3 | 10..=39))
        .filter_map(|number| model.name_to_id(MjtObjBase::mjOBJ_GEOM, &format!("{prefix}/unnamed_geom_{number}")))
        .collect()
}
