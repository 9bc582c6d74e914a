//! Hands of an adult's proportions with a little skin at every joint, so that tests need no model file.

use nalgebra::{Isometry3, Point3, UnitQuaternion, Vector3};
use synthesis::hand_mesh::{HandMesh, JOINTS};
use synthesis::performance::HandMeshes;

/// Joints of a right hand from the wrist, millimeters: the WebXR order, x right, y up, z towards the player.
const RIGHT: [[f64; 3]; JOINTS] = [
    [0.0, 0.0, 0.0],
    [-28.0, -19.0, -36.0],
    [-45.0, -34.0, -59.0],
    [-67.0, -44.0, -83.0],
    [-78.0, -49.0, -92.0],
    [-10.0, -7.0, -29.0],
    [-23.0, -7.0, -89.0],
    [-22.0, -10.0, -134.0],
    [-21.0, -13.0, -158.0],
    [-19.0, -12.0, -170.0],
    [-3.0, -6.0, -29.0],
    [-2.0, -2.0, -92.0],
    [3.0, -7.0, -138.0],
    [6.0, -10.0, -166.0],
    [7.0, -9.0, -178.0],
    [8.0, -6.0, -27.0],
    [18.0, -6.0, -85.0],
    [27.0, -11.0, -127.0],
    [33.0, -14.0, -152.0],
    [36.0, -15.0, -164.0],
    [23.0, -9.0, -34.0],
    [35.0, -14.0, -74.0],
    [43.0, -18.0, -108.0],
    [49.0, -21.0, -127.0],
    [52.0, -22.0, -138.0],
];
/// The nail side of the thumb faces this way, that of the fingers up.
const THUMB_NAIL: [f64; 3] = [-0.87, 0.15, 0.40];
const THUMB: std::ops::RangeInclusive<usize> = 1..=4;
const TIPS: [usize; 5] = [4, 9, 14, 19, 24];

/// Left and right.
pub fn stick_hands() -> HandMeshes {
    HandMeshes {
        both: [stick_hand(-1.0), stick_hand(1.0)],
    }
}

fn stick_hand(side: f64) -> HandMesh {
    let mirrored = |[x, y, z]: [f64; 3]| Vector3::new(side * x, y, z);
    let places = RIGHT.map(|place| mirrored(place) / 1000.0);
    let mut joints = [Isometry3::identity(); JOINTS];
    for (index, place) in places.iter().enumerate() {
        let along = match index {
            0 => -Vector3::z(),
            _ if TIPS.contains(&index) => place - places[index - 1],
            _ => places[index + 1] - place,
        };
        let up = if THUMB.contains(&index) {
            mirrored(THUMB_NAIL)
        } else {
            Vector3::y()
        };
        joints[index] = Isometry3::from_parts((*place).into(), UnitQuaternion::face_towards(&-along, &up));
    }
    let corners = [
        Vector3::new(-0.006, 0.0, 0.006),
        Vector3::new(0.006, 0.0, 0.006),
        Vector3::new(0.0, 0.0, -0.010),
    ];
    let patches = || {
        places
            .iter()
            .enumerate()
            .flat_map(|(joint, place)| corners.map(|corner| (joint, place + corner)))
    };
    HandMesh {
        joints,
        vertices: patches().map(|(_, vertex)| Point3::from(vertex)).collect(),
        normals: patches().map(|_| Vector3::y()).collect(),
        followed: patches().map(|(joint, _)| [joint as u8, 0, 0, 0]).collect(),
        weights: patches().map(|_| [1.0, 0.0, 0.0, 0.0]).collect(),
        triangles: (0..JOINTS as u32).map(|joint| [3 * joint, 3 * joint + 1, 3 * joint + 2]).collect(),
    }
}
