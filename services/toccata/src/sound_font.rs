//! The piano that performances sound on.

use crate::failure::{Failure, fault};
use std::path::{Path, PathBuf};
use synthesis::sound::Piano;

/// Reads the SoundFont somebody named, or the installed one.
pub fn read_piano(named: Option<&Path>) -> Result<Piano, Failure> {
    let path = named
        .map(PathBuf::from)
        .or_else(bootstrap::sound_font::installed)
        .ok_or_else(|| Failure::Usage("no SoundFont found: install timgm6mb-soundfont (Debian), or name one with --soundfont".into()))?;
    let bytes = std::fs::read(&path).map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", path.display())))?;
    Piano::from_sound_font(&bytes).map_err(fault)
}
