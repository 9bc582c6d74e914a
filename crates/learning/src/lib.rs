//! Learning to act from rewards and from examples: networks, DroQ, PPO, cloning, replay of experience, checkpoints.
//!
//! It sees observations and actions as vectors and knows neither pianos nor MuJoCo, neither files nor clocks: the environment, where
//! experience is kept, chance and the number of threads come from outside.

pub mod adam;
pub mod arithmetic;
pub mod checkpoint;
pub mod cloning;
pub mod droq;
pub mod environment;
pub mod gaussian;
pub mod inputs;
pub mod interaction;
pub mod network;
pub mod policy;
mod policy_onnx;
pub mod ppo;
pub mod random;
pub mod replay;
pub mod settings;
pub mod threads;
