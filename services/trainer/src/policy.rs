//! A policy's files, and playing any score with it.

use crate::error::TrainError;
use crate::hands::Hands;
use crate::recording::Playable;
use artifacts::write_whole;
use learning::policy::Policy;
use simulation::environment::{Environment, TaskSettings};
use simulation::model::Model;
use simulation::scene::SceneSettings;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use training::imitation::{self, Round};
use training::rollout::Rollout;
use training::sight::{Contract, Sight};

/// The network with all that is needed to go on from it.
pub const POLICY_FILE: &str = "policy.safetensors";
/// The same for ONNX Runtime: observation in, action out.
pub const ONNX_FILE: &str = "policy.onnx";
/// How it was learned, a line for each round.
pub const CURVE_FILE: &str = "curve.csv";

/// Writes a policy and its curve into a folder.
pub fn write(folder: &Path, policy: &Policy, curve: &[Round]) -> Result<(), TrainError> {
    std::fs::create_dir_all(folder).map_err(TrainError::fault)?;
    let line = |round: &Round| {
        format!(
            "{},{},{},{:e},{:.4}\n",
            round.round, round.demonstrations, round.updates, round.loss, round.f1
        )
    };
    let header = "round,demonstrations,updates,loss,f1\n".to_owned();
    let text = header + &curve.iter().map(line).collect::<String>();
    write_whole(&folder.join(CURVE_FILE), text.as_bytes()).map_err(TrainError::fault)?;
    write_whole(&folder.join(ONNX_FILE), &policy.to_onnx()).map_err(TrainError::fault)?;
    let bytes = policy.to_safetensors().map_err(TrainError::fault)?;
    write_whole(&folder.join(POLICY_FILE), &bytes).map_err(TrainError::fault)
}

/// The policy's file: `path` itself, or the one in the folder it names.
pub fn file_at(path: &Path) -> Result<PathBuf, TrainError> {
    let file = if path.is_dir() { path.join(POLICY_FILE) } else { path.to_owned() };
    match file.is_file() {
        true => Ok(file),
        false => Err(unreadable(&file, "there is no such file")),
    }
}

fn unreadable(file: &Path, reason: impl Display) -> TrainError {
    TrainError::refused(
        "policy_unreadable",
        format!("{}: {reason}", file.display()),
        "Give a folder with policy.safetensors, as `toccata train --method clone` writes it.",
    )
}

/// Reads a policy.
pub fn read(file: &Path) -> Result<Policy, TrainError> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, error))?;
    Policy::from_safetensors(&bytes).map_err(|error| unreadable(file, crate::error::with_causes(&error)))
}

/// The scene a policy was taught in, built.
pub fn model(policy: &Policy, hands: &Hands) -> Result<Model, TrainError> {
    let other = |reason: String| {
        TrainError::refused(
            "policy_for_other_hands",
            reason,
            "Give a policy that this version of Toccata wrote, or teach it anew.",
        )
    };
    let contract: Contract =
        serde_json::from_str(policy.contract()).map_err(|error| other(format!("its contract cannot be read: {error}")))?;
    let scene = SceneSettings {
        reduced_action_space: contract.reduced_action_space,
        gravity_compensation: contract.gravity_compensation,
        primitive_fingertip_collisions: contract.primitive_fingertip_collisions,
        ..SceneSettings::default()
    };
    let model = hands.build(&scene)?;
    let ours = Contract::new(&model);
    let seen = policy.network().shape().observation.len();
    if contract != ours || policy.action_len() != model.action_len() || seen != ours.layout.len() {
        return Err(other(format!(
            "it sees {seen} numbers ({}, version {}) and moves {}; these hands show {} ({}, version {}) and take {}",
            contract.observation,
            contract.version,
            policy.action_len(),
            ours.layout.len(),
            ours.observation,
            ours.version,
            model.action_len()
        )));
    }
    Ok(model)
}

/// Plays with the network alone.
pub fn play(policy: &Policy, model: &Model, playable: &Playable) -> Result<Rollout, TrainError> {
    let sight = Sight::new(model, &playable.score)
        .map_err(|error| TrainError::refused("score_unfingered", error.to_string(), "Finger the score with `toccata finger`."))?;
    let mut environment = Environment::new(model, Arc::new(playable.score.clone()), TaskSettings::default());
    imitation::play(policy, &mut environment, &sight).map_err(TrainError::fault)
}
