//! MuJoCo and the Shadow Hands, as the set-up fetched them.

use crate::error::TrainError;
use bootstrap::models::ModelStore;
use simulation::model::Model;
use simulation::mujoco::Mujoco;
use simulation::scene::{HandAssets, MESH_FILES, SceneSettings};

/// The packages among the fetched models.
const MUJOCO: &str = "mujoco";
pub(crate) const ROBOPIANIST: &str = "robopianist";

/// The simulator and what hands are built from.
pub struct Hands {
    mujoco: Mujoco,
    assets: HandAssets,
}

impl Hands {
    /// Loads them. They are missing until `toccata models fetch`.
    pub fn load(store: &ModelStore) -> Result<Hands, TrainError> {
        let library = store.file(MUJOCO, "libmujoco.so").map_err(TrainError::fault)?;
        let mujoco = Mujoco::load(&library).map_err(TrainError::fault)?;
        let bytes = |name: &str| {
            let path = store.file(ROBOPIANIST, name).map_err(TrainError::fault)?;
            std::fs::read(path).map_err(TrainError::fault)
        };
        let text = |name: &str| String::from_utf8(bytes(name)?).map_err(TrainError::fault);
        let meshes: Result<_, TrainError> = MESH_FILES.iter().map(|name| Ok((name.to_string(), bytes(name)?))).collect();
        let assets = HandAssets {
            left_hand_xml: text("left_hand.xml")?,
            right_hand_xml: text("right_hand.xml")?,
            meshes: meshes?,
        };
        Ok(Hands { mujoco, assets })
    }

    /// The loaded simulator.
    pub fn mujoco(&self) -> Mujoco {
        self.mujoco
    }

    /// What hands are built from.
    pub fn assets(&self) -> &HandAssets {
        &self.assets
    }

    /// Builds a scene.
    pub fn build(&self, settings: &SceneSettings) -> Result<Model, TrainError> {
        Model::build(self.mujoco, &self.assets, settings).map_err(TrainError::fault)
    }
}
