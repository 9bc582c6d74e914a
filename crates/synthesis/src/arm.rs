//! A hand with its forearm as triangles ready to draw.

use crate::hand_mesh::HandMesh;
use crate::posture::{Joints, skin};
use nalgebra::{Point3, Vector3};

/// A surface: corners, the way they face, and triangles among them.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// Places, the keyboard's axes.
    pub vertices: Vec<Point3<f64>>,
    /// Unit directions.
    pub normals: Vec<Vector3<f64>>,
    /// Corners of triangles.
    pub triangles: Vec<[u32; 3]>,
    /// The first vertex of the forearm; those before belong to the hand.
    pub forearm_from: usize,
}

/// Half width and half height of the forearm at distances from the wrist joint (negative: inside the hand), meters. Up to
/// `STUMP_METERS` it lies inside the mesh, which ends there with these measures; forearms of adults are about 85 mm wide where
/// they are thickest.
const SECTIONS: [(f64, f64, f64); 9] = [
    (-0.010, 0.018, 0.011),
    (0.004, 0.0264, 0.0192),
    (0.021, 0.0277, 0.0206),
    (0.036, 0.0277, 0.0209),
    (0.050, 0.0280, 0.0215),
    // Twice, so that a sleeve has a sharp edge.
    (0.050, 0.0280, 0.0215),
    (0.090, 0.0315, 0.0260),
    (0.160, 0.0380, 0.0330),
    (0.350, 0.0440, 0.0400),
];
/// The mesh goes on this far behind the wrist joint; from there the arm bends towards the elbow, within so many meters.
const STUMP_METERS: f64 = 0.014;
const BEND_METERS: f64 = 0.05;
/// Of these sections the first five are always bare; a sleeve begins after them.
pub const BARE_VERTICES: usize = 5 * AROUND;
/// Corners around each section.
const AROUND: usize = 28;

/// The skin of a hand in this posture, and its forearm up to the elbow's side of the picture.
pub fn surface(mesh: &HandMesh, joints: &Joints, elbow: Point3<f64>) -> Surface {
    let (vertices, normals) = skin(mesh, joints);
    let forearm_from = vertices.len();
    let mut surface = Surface {
        vertices,
        normals,
        triangles: mesh.triangles.clone(),
        forearm_from,
    };
    add_forearm(&mut surface, joints, elbow);
    surface
}

fn add_forearm(surface: &mut Surface, joints: &Joints, elbow: Point3<f64>) {
    let wrist = Point3::from(joints[0].translation.vector);
    let palm = (joints[0].rotation * Vector3::z()).normalize();
    let arm = (elbow - wrist).normalize();
    let first = surface.vertices.len() as u32;
    let (mut center, mut at) = (wrist, 0.0);
    for (distance, half_width, half_height) in SECTIONS {
        let bent = ((distance - STUMP_METERS) / BEND_METERS).clamp(0.0, 1.0);
        let along = (palm + (arm - palm) * bent).normalize();
        center += along * (distance - at);
        at = distance;
        let across = Vector3::y().cross(&along).normalize();
        let up = along.cross(&across);
        for k in 0..AROUND {
            let angle = std::f64::consts::TAU * k as f64 / AROUND as f64;
            let (sine, cosine) = angle.sin_cos();
            surface
                .vertices
                .push(center + across * (half_width * cosine) + up * (half_height * sine));
            surface
                .normals
                .push((across * (cosine / half_width) + up * (sine / half_height)).normalize());
        }
    }
    for section in 0..SECTIONS.len() as u32 - 1 {
        for k in 0..AROUND as u32 {
            let here = first + section * AROUND as u32;
            let (a, b) = (here + k, here + (k + 1) % AROUND as u32);
            let (c, d) = (a + AROUND as u32, b + AROUND as u32);
            surface.triangles.extend([[a, b, d], [a, d, c]]);
        }
    }
}
