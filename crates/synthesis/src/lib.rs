//! A fingered score as an overhead video with sound, and its exact truth.

pub mod arm;
pub mod camera;
pub mod hand_mesh;
pub mod keyboard_model;
pub mod lens;
pub mod lighting;
pub mod picture;
pub mod posture;
pub mod raster;
pub mod shadow;
