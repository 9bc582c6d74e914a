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

/// Half width and half height of the forearm at distances from the wrist (negative: inside the hand), meters. Adults'
/// wrists are about 58 mm wide, forearms about 85 mm where they are thickest.
const SECTIONS: [(f64, f64, f64); 5] = [
    (-0.020, 0.021, 0.012),
    (0.0, 0.027, 0.018),
    (0.04, 0.028, 0.021),
    (0.12, 0.034, 0.029),
    (0.35, 0.044, 0.040),
];
/// Of these sections two are always bare; a sleeve begins after them.
pub const BARE_VERTICES: usize = 3 * AROUND;
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
    for (distance, half_width, half_height) in SECTIONS {
        // Inside the hand the tube follows the palm, from the wrist on the arm.
        let along = if distance < 0.0 { palm } else { arm };
        let across = Vector3::y().cross(&along).normalize();
        let up = along.cross(&across);
        for k in 0..AROUND {
            let angle = std::f64::consts::TAU * k as f64 / AROUND as f64;
            let (sine, cosine) = angle.sin_cos();
            surface
                .vertices
                .push(wrist + along * distance + across * (half_width * cosine) + up * (half_height * sine));
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
