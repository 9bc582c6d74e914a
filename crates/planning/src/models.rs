//! The scene in the three fidelities that planning needs.

use simulation::model::Model;
use simulation::mujoco::Mujoco;
use simulation::scene::{Fidelity, HandAssets, SceneError, SceneSettings};
use simulation::score::Score;

/// Keys beside those of the score that exist while planning: more than a hand brushes on its way, which spans an octave.
const KEYS_BESIDE: i32 = 12;

/// One scene, three times.
#[derive(Clone, Debug)]
pub struct Models {
    /// What counts: every result is confirmed here.
    pub exact: Model,
    /// For rollouts while searching.
    pub planning: Model,
    /// For kinematics and inverse dynamics.
    pub hands: Model,
}

impl Models {
    /// Compiles the scene for a score. The settings' fidelity is replaced.
    pub fn build(mujoco: Mujoco, assets: &HandAssets, scene: &SceneSettings, score: &Score) -> Result<Models, SceneError> {
        let build = |fidelity| {
            let scene = SceneSettings { fidelity, ..scene.clone() };
            Model::build(mujoco, assets, &scene)
        };
        Ok(Models {
            exact: build(Fidelity::Exact)?,
            planning: build(Fidelity::planning_for(score, KEYS_BESIDE))?,
            hands: build(Fidelity::HandsAlone)?,
        })
    }
}
