//! From pictures to keys and hands: frames, homographies, keyboard registration, hand landmarks, tracking, smoothing.
//!
//! Pure functions over pixels and numbers. This crate knows no files, no video container and no neural network: whoever
//! runs a network hands its raw outputs in here to be decoded.

pub mod draw;
pub mod frame;
pub mod hands;
pub mod homography;
pub mod key_motion;
pub mod keyboard;

pub use frame::{Frame, FrameReadError, FrameSource, Luma, TimedFrame};
pub use homography::Homography;
