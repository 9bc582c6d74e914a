//! MuJoCo's C library, loaded when it is needed and never linked.
//!
//! The library is fetched by the set-up, after the programs are built, and a program that only labels videos must start
//! without it. So `mujoco-rs` is linked against the functions in `symbols`, which pass each call on to the library that
//! [`Mujoco::load`] opened.

pub(crate) mod scene_graph;
mod symbols;

use mujoco_rs::mujoco_c::mjVERSION_HEADER;
use std::path::{Path, PathBuf};

/// MuJoCo's library is loaded. Whatever builds a model asks for this as proof.
#[derive(Clone, Copy, Debug)]
pub struct Mujoco(());

/// Why MuJoCo's library was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadMujocoError {
    /// The file is missing or no library.
    #[error("MuJoCo's library {path} cannot be loaded")]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// What the loader said.
        #[source]
        source: libloading::Error,
    },
    /// A function we call is missing: another version, or another library.
    #[error("{path} has no function {name}: it is not the MuJoCo library this program was built for")]
    MissingFunction {
        /// The file.
        path: PathBuf,
        /// The function.
        name: &'static str,
        /// What the loader said.
        #[source]
        source: libloading::Error,
    },
    /// The layout of MuJoCo's structures changes with every version.
    #[error("{path} is MuJoCo version {found}, not {expected}")]
    WrongVersion {
        /// The file.
        path: PathBuf,
        /// Its number, such as 3017000.
        found: u32,
        /// The number this program was built for.
        expected: u32,
    },
}

impl Mujoco {
    /// Loads the library from a file, once for the whole program: later calls return the library that is loaded.
    pub fn load(path: &Path) -> Result<Mujoco, LoadMujocoError> {
        symbols::load(path, mjVERSION_HEADER)?;
        Ok(Mujoco(()))
    }
}
