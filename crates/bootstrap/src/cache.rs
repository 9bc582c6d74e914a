//! The cache folder: models and finished stages.

use std::path::PathBuf;

/// Names the cache folder.
pub const CACHE_VARIABLE: &str = "TOCCATA_CACHE";

/// There is nowhere to keep models.
#[derive(Debug, thiserror::Error)]
#[error("no folder to keep models in: set {CACHE_VARIABLE} to a folder, or HOME")]
pub struct NoCacheFolder;

/// `$TOCCATA_CACHE`, else `$XDG_CACHE_HOME/toccata`, else `~/.cache/toccata`. Need not exist yet.
pub fn folder() -> Result<PathBuf, NoCacheFolder> {
    let named = variable(CACHE_VARIABLE);
    let user = || {
        variable("XDG_CACHE_HOME")
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
            .map(|cache| cache.join("toccata"))
    };
    named.or_else(user).ok_or(NoCacheFolder)
}

#[expect(clippy::disallowed_methods, reason = "this crate is where settings are read")]
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
