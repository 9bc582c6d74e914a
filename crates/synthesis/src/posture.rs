//! How a hand is held: where the wrist is and how far every joint is bent.

use crate::hand_mesh::{HandMesh, JOINTS, finger_joints};
use nalgebra::{Isometry3, Point3, Translation3, UnitQuaternion, Vector3};
use piano::FingerNumber;

/// Numbers that describe a posture: six for the hand, four for every finger.
pub const PARAMETERS: usize = 6 + 4 * 5;

/// A posture as a list of numbers, so that a solver can change any of them.
///
/// 0 to 2: the middle knuckle's place (meters, the keyboard's axes). 3 to 5: yaw (positive turns the fingers to the player's
/// left), pitch (positive lifts them), roll, radians. Then for thumb to little finger: sideways turn at the root (positive
/// to the player's left) and three bends, radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posture(pub [f64; PARAMETERS]);

/// Where the parts of a finger's four numbers begin.
pub fn finger_parameters(finger: FingerNumber) -> usize {
    6 + 4 * finger.index()
}

/// Every joint's place in the keyboard's axes.
pub type Joints = [Isometry3<f64>; JOINTS];

/// The joint that a posture's place names: the middle finger's knuckle, about the middle of the hand.
const CENTER_JOINT: usize = 11;

/// Places the joints of a hand held like this.
pub fn place_joints(mesh: &HandMesh, posture: &Posture) -> Joints {
    let [x, y, z, yaw, pitch, roll] = [0, 1, 2, 3, 4, 5].map(|k| posture.0[k]);
    let turn = about_y(yaw) * about_x(pitch) * UnitQuaternion::from_axis_angle(&Vector3::z_axis(), roll);
    let center = Translation3::from(-mesh.joints[CENTER_JOINT].translation.vector);
    let world_from_hand = Translation3::new(x, y, z) * Isometry3::from_parts(Translation3::identity(), turn) * center;
    let mut placed = [Isometry3::identity(); JOINTS];
    placed[0] = world_from_hand * mesh.joints[0];
    for finger in FingerNumber::ALL {
        let chain = finger_joints(finger);
        let [sideways, bend_1, bend_2, bend_3] = std::array::from_fn(|k| posture.0[finger_parameters(finger) + k]);
        // The thumb turns at its metacarpal, the others at the knuckle after it.
        let root = chain.len() - 4;
        let turns = [about_y(sideways) * about_x(-bend_1), about_x(-bend_2), about_x(-bend_3)];
        let mut parent = (mesh.joints[0], placed[0]);
        for (k, joint) in chain.iter().enumerate() {
            let local = parent.0.inv_mul(&mesh.joints[*joint]);
            let turn = k.checked_sub(root).and_then(|bend| turns.get(bend));
            placed[*joint] = parent.1 * local * turn.copied().unwrap_or_else(UnitQuaternion::identity);
            parent = (mesh.joints[*joint], placed[*joint]);
        }
    }
    placed
}

fn about_x(angle: f64) -> UnitQuaternion<f64> {
    UnitQuaternion::from_axis_angle(&Vector3::x_axis(), angle)
}

fn about_y(angle: f64) -> UnitQuaternion<f64> {
    UnitQuaternion::from_axis_angle(&Vector3::y_axis(), angle)
}

/// The skin of a hand held like this: places and directions of the mesh's vertices (linear blend skinning).
pub fn skin(mesh: &HandMesh, joints: &Joints) -> (Vec<Point3<f64>>, Vec<Vector3<f64>>) {
    let moved: Vec<Isometry3<f64>> = joints.iter().zip(&mesh.joints).map(|(now, rest)| now * rest.inverse()).collect();
    let matrices: Vec<_> = moved.iter().map(Isometry3::to_homogeneous).collect();
    let blended = mesh.followed.iter().zip(&mesh.weights).map(|(followed, weights)| {
        let terms = followed
            .iter()
            .zip(weights)
            .map(|(joint, weight)| matrices[usize::from(*joint)] * *weight);
        terms.fold(nalgebra::Matrix4::zeros(), |sum, term| sum + term)
    });
    let skinned = blended
        .zip(mesh.vertices.iter().zip(&mesh.normals))
        .map(|(matrix, (vertex, normal))| {
            let direction = matrix.fixed_view::<3, 3>(0, 0) * normal;
            (matrix.transform_point(vertex), direction.normalize())
        });
    skinned.unzip()
}
