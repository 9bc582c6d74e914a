//! The models, run by ONNX Runtime: conversion, sessions, and the implementations of the two seams.

pub mod basic_pitch;
pub mod graph_writer;
pub mod mediapipe;
pub mod runtime;
pub mod tflite;
pub mod transkun;
