//! A fingered score as an overhead video with sound, and its exact truth.
//!
//! [`clip`] puts it together: [`performance`] says where hands and keys are at any moment, [`picture`] paints them in a
//! [`scene`], [`sound`] plays the notes, [`truth`] is what is written beside. The hands' mesh, the SoundFont and the seed are
//! arguments: this crate opens no files and draws nothing but from the seed.

pub mod arm;
pub mod articulation;
pub mod camera;
pub mod clip;
pub mod hand_mesh;
pub mod hand_plan;
pub mod keyboard_model;
pub mod lens;
pub mod lighting;
pub mod performance;
pub mod picture;
pub mod posture;
pub mod raster;
pub mod reach;
pub mod relaxed;
pub mod scene;
pub mod shadow;
pub mod sound;
pub mod touch;
pub mod truth;
