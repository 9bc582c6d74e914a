//! Finished stages, found again by what went into them.

use crate::write_whole;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What a stage's result depends on: its name and version, its parameters, its inputs, its models. Equal keys mean equal
/// results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageKey {
    stage: &'static str,
    hash: String,
}

impl StageKey {
    /// The key of a stage. `depends_on` is everything the result depends on, as data.
    pub fn new(stage: &'static str, version: u32, depends_on: &impl Serialize) -> StageKey {
        let described = serde_json::json!({ "stage": stage, "version": version, "depends_on": depends_on });
        let digest = Sha256::digest(described.to_string());
        StageKey {
            stage,
            hash: digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// The hash, for the keys of later stages.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// A folder of finished stages.
#[derive(Clone, Debug)]
pub struct StageStore {
    folder: PathBuf,
}

/// A stage's result could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the result of stage {stage} could not be kept in {folder}")]
pub struct KeepStageError {
    stage: &'static str,
    folder: PathBuf,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl StageStore {
    /// A store in a folder, which is made when the first result is kept.
    pub fn at(folder: &Path) -> StageStore {
        StageStore { folder: folder.to_owned() }
    }

    /// A kept result; none if there is none or it cannot be read (then the stage is simply done again).
    pub fn find<T: DeserializeOwned>(&self, key: &StageKey) -> Option<T> {
        postcard::from_bytes(&std::fs::read(self.path(key)).ok()?).ok()
    }

    /// Keeps a result.
    pub fn keep<T: Serialize>(&self, key: &StageKey, result: &T) -> Result<(), KeepStageError> {
        let failed = |source| KeepStageError {
            stage: key.stage,
            folder: self.folder.clone(),
            source,
        };
        let bytes = postcard::to_stdvec(result).map_err(|error| failed(Box::new(error)))?;
        std::fs::create_dir_all(&self.folder)
            .and_then(|()| write_whole(&self.path(key), &bytes))
            .map_err(|error| failed(Box::new(error)))
    }

    fn path(&self, key: &StageKey) -> PathBuf {
        self.folder.join(format!("{}-{}.bin", key.stage, key.hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_found_under_its_own_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = StageStore::at(&folder.path().join("stages"));
        let key = StageKey::new("hands", 1, &("input", 3));
        assert_eq!(store.find::<Vec<f32>>(&key), None);
        store.keep(&key, &vec![1.0_f32, f32::NAN]).unwrap();
        assert_eq!(store.find::<Vec<f32>>(&key).unwrap()[0], 1.0);
        assert_eq!(store.find::<Vec<f32>>(&StageKey::new("hands", 2, &("input", 3))), None);
        assert_eq!(store.find::<Vec<f32>>(&StageKey::new("hands", 1, &("input", 4))), None);
    }

    #[test]
    fn a_damaged_result_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = StageStore::at(folder.path());
        let key = StageKey::new("notes", 1, &0);
        store.keep(&key, &vec!["a".to_owned(); 100]).unwrap();
        let path = store.path(&key);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(store.find::<Vec<String>>(&key), None);
    }
}
