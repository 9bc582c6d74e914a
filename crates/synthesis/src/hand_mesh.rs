//! The shape of a hand: a skinned mesh with the 25 joints of WebXR, out of a glTF file.

use nalgebra::{Isometry3, Matrix3, Point3, Rotation3, Translation3, UnitQuaternion, Vector3};
use piano::{Finger, FingerNumber, Hand};
use std::collections::HashMap;

/// Joints of a hand, in WebXR's order: wrist, four of the thumb, five of every other finger.
pub const JOINTS: usize = 25;

/// A hand lying flat, in the player's axes: x to the player's right, y up (the back of the hand), z towards the player.
/// Meters.
#[derive(Clone, Debug)]
pub struct HandMesh {
    /// Where each joint rests. WebXR: -z of a joint's own axes runs along the bone to the tip, +y to the back of the hand,
    /// so bending a finger is a negative turn about its x.
    pub joints: [Isometry3<f64>; JOINTS],
    /// Places of the skin's vertices.
    pub vertices: Vec<Point3<f64>>,
    /// Directions the skin faces at the vertices.
    pub normals: Vec<Vector3<f64>>,
    /// The four joints each vertex follows.
    pub followed: Vec<[u8; 4]>,
    /// How much it follows each; they sum to 1.
    pub weights: Vec<[f64; 4]>,
    /// Corners of the triangles.
    pub triangles: Vec<[u32; 3]>,
}

/// Why bytes are no hand.
#[derive(Debug, thiserror::Error)]
pub enum HandMeshError {
    /// Not glTF.
    #[error("this is no readable binary glTF file")]
    Malformed(#[source] Box<gltf::Error>),
    /// A joint is missing.
    #[error("the hand has no joint called {0}")]
    NoJoint(String),
    /// There is no skinned mesh in it, or its parts do not fit together.
    #[error("the file holds no skinned hand: {0}")]
    NoSkinnedMesh(&'static str),
}

/// More than this is no hand, and would make every picture slow.
const MOST_VERTICES: usize = 100_000;

const FINGER_NAMES: [&str; 5] = ["thumb", "index-finger", "middle-finger", "ring-finger", "pinky-finger"];
const BONE_NAMES: [&str; 5] = ["metacarpal", "phalanx-proximal", "phalanx-intermediate", "phalanx-distal", "tip"];

/// Indices of a finger's joints from the palm outwards, the tip last: four for the thumb, which has no intermediate phalanx.
pub fn finger_joints(finger: FingerNumber) -> &'static [usize] {
    const CHAINS: [&[usize]; 5] = [
        &[1, 2, 3, 4],
        &[5, 6, 7, 8, 9],
        &[10, 11, 12, 13, 14],
        &[15, 16, 17, 18, 19],
        &[20, 21, 22, 23, 24],
    ];
    CHAINS[finger.index()]
}

/// Joint indices of the 21 landmarks (MediaPipe and OpenPose order: wrist, then four a finger). Fingers' metacarpal joints
/// are no landmarks.
pub fn landmark_joints() -> [usize; 21] {
    let mut joints = [0; 21];
    for finger in FingerNumber::ALL {
        let chain = finger_joints(finger);
        let outer = &chain[chain.len() - 4..];
        joints[1 + 4 * finger.index()..5 + 4 * finger.index()].copy_from_slice(outer);
    }
    joints
}

impl HandMesh {
    /// Reads the WebXR generic hand (a binary glTF file) of this side.
    pub fn from_glb(bytes: &[u8], hand: Hand) -> Result<HandMesh, HandMeshError> {
        let file = gltf::Gltf::from_slice(bytes).map_err(|error| HandMeshError::Malformed(Box::new(error)))?;
        let axes = player_from_model(hand);
        let skin = file.skins().next().ok_or(HandMeshError::NoSkinnedMesh("no skin"))?;
        let named: HashMap<String, usize> = skin
            .joints()
            .enumerate()
            .filter_map(|(index, node)| Some((node.name()?.to_owned(), index)))
            .collect();
        let ours = joint_names();
        let mut ours_from_file = vec![None; skin.joints().count()];
        let mut joints = [Isometry3::identity(); JOINTS];
        for (index, name) in ours.iter().enumerate() {
            let place = *named.get(name).ok_or_else(|| HandMeshError::NoJoint(name.clone()))?;
            ours_from_file[place] = Some(index as u8);
            let node = skin.joints().nth(place).ok_or_else(|| HandMeshError::NoJoint(name.clone()))?;
            joints[index] = at_rest(&axes, &node);
        }
        let mut mesh = HandMesh {
            joints,
            vertices: Vec::new(),
            normals: Vec::new(),
            followed: Vec::new(),
            weights: Vec::new(),
            triangles: Vec::new(),
        };
        mesh.read_skin(&file, &axes, &ours_from_file)?;
        Ok(mesh)
    }

    fn read_skin(&mut self, file: &gltf::Gltf, axes: &Rotation3<f64>, ours_from_file: &[Option<u8>]) -> Result<(), HandMeshError> {
        let blob = file.blob.as_deref().ok_or(HandMeshError::NoSkinnedMesh("no data"))?;
        let primitive = file.meshes().next().and_then(|mesh| mesh.primitives().next());
        let primitive = primitive.ok_or(HandMeshError::NoSkinnedMesh("no mesh"))?;
        let reader = primitive.reader(|buffer| (buffer.index() == 0).then_some(blob));
        let point = |p: [f32; 3]| axes * Vector3::from(p.map(f64::from));
        let positions = reader.read_positions().ok_or(HandMeshError::NoSkinnedMesh("no positions"))?;
        self.vertices = positions.take(MOST_VERTICES + 1).map(|p| Point3::from(point(p))).collect();
        let normals = reader.read_normals().ok_or(HandMeshError::NoSkinnedMesh("no normals"))?;
        self.normals = normals.take(MOST_VERTICES).map(point).collect();
        let followed = reader.read_joints(0).ok_or(HandMeshError::NoSkinnedMesh("no joints"))?;
        for four in followed.into_u16().take(MOST_VERTICES) {
            let ours = four.map(|joint| ours_from_file.get(usize::from(joint)).copied().flatten());
            // A joint we do not move can only be followed with weight 0; the wrist stands in for it.
            self.followed.push(ours.map(|joint| joint.unwrap_or(0)));
        }
        let weights = reader.read_weights(0).ok_or(HandMeshError::NoSkinnedMesh("no weights"))?;
        self.weights = weights.into_f32().take(MOST_VERTICES).map(normalized).collect();
        let corners: Vec<u32> = reader
            .read_indices()
            .ok_or(HandMeshError::NoSkinnedMesh("no triangles"))?
            .into_u32()
            .take(6 * MOST_VERTICES)
            .collect();
        self.triangles = corners.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect();
        let count = self.vertices.len();
        let fits = [self.normals.len(), self.followed.len(), self.weights.len()]
            .iter()
            .all(|n| *n == count);
        let inside = self.triangles.iter().flatten().all(|corner| (*corner as usize) < count);
        if fits && inside && (1..=MOST_VERTICES).contains(&count) {
            Ok(())
        } else {
            Err(HandMeshError::NoSkinnedMesh("its lists do not fit together"))
        }
    }
}

/// WebXR's names in our order.
fn joint_names() -> Vec<String> {
    let mut names = vec!["wrist".to_owned()];
    for (finger, name) in FINGER_NAMES.iter().enumerate() {
        let bones = BONE_NAMES.iter().filter(|bone| finger > 0 || **bone != "phalanx-intermediate");
        names.extend(bones.map(|bone| format!("{name}-{bone}")));
    }
    names
}

/// The file's hands stand with the fingers along -y, the thumb along -z and the back of the hand to +x (right) or -x (left).
fn player_from_model(hand: Hand) -> Rotation3<f64> {
    let side = if hand == Hand::Right { 1.0 } else { -1.0 };
    Rotation3::from_matrix_unchecked(Matrix3::new(0.0, 0.0, side, side, 0.0, 0.0, 0.0, 1.0, 0.0))
}

fn at_rest(axes: &Rotation3<f64>, node: &gltf::Node) -> Isometry3<f64> {
    // All joints of the file lie directly under its root, so these are places in the model, not relative to a parent joint.
    let (translation, [x, y, z, w], _) = node.transform().decomposed();
    let turn = UnitQuaternion::from_quaternion(nalgebra::Quaternion::new(f64::from(w), f64::from(x), f64::from(y), f64::from(z)));
    let place = Translation3::from(axes * Vector3::from(translation.map(f64::from)));
    Isometry3::from_parts(place, UnitQuaternion::from_rotation_matrix(axes) * turn)
}

fn normalized(weights: [f32; 4]) -> [f64; 4] {
    let sum: f64 = weights.iter().map(|w| f64::from(*w)).sum();
    weights.map(|w| f64::from(w) / sum.max(1e-9))
}

/// Index of a finger's tip joint.
pub fn tip_joint(finger: FingerNumber) -> usize {
    let chain = finger_joints(finger);
    chain[chain.len() - 1]
}

/// +1 where the finger numbers run to the player's right (right hand), -1 where they run to the left.
pub fn direction(finger: Finger) -> f64 {
    hand_direction(finger.hand)
}

/// +1 for the right hand, -1 for the left: where the little finger lies from the thumb.
pub fn hand_direction(hand: Hand) -> f64 {
    if hand == Hand::Right { 1.0 } else { -1.0 }
}
