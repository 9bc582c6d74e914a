//! Finished stages, found again by what went into them.

use crate::{ArtifactStore, StoreError, write_whole};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime::Handle;

/// Where stages stand in a shared store.
pub const STAGES_PREFIX: &str = "stages";
/// Files of stages begin with this; the number changes with what follows it: a checksum, then the result (postcard).
const FORMAT: &[u8; 8] = b"STAGE 1\n";
const CHECKSUM_BYTES: usize = 32;
/// The hands of ten hours of video have a third of this.
const SHARED_BYTES_MAX: u64 = 2 << 30;
/// A shared store that is slower than this is taken for one that has nothing: doing the stage again is always right.
const FIND_LIMIT: Duration = Duration::from_secs(30);
/// Writing takes longer, and nobody waits for it longer than this.
const KEEP_LIMIT: Duration = Duration::from_secs(120);

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

    fn name(&self) -> String {
        format!("{}-{}", self.stage, self.hash)
    }
}

/// A folder of finished stages, and perhaps a store behind it that workers on other machines see too.
#[derive(Clone, Debug)]
pub struct StageStore {
    folder: PathBuf,
    shared: Option<Shared>,
}

#[derive(Clone, Debug)]
struct Shared {
    store: ArtifactStore,
    runtime: Handle,
}

/// A stage's result could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the result of stage {stage} could not be kept in {}", folder.display())]
pub struct KeepStageError {
    stage: &'static str,
    folder: PathBuf,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl StageStore {
    /// A store in a folder, which is made when the first result is kept.
    pub fn at(folder: &Path) -> StageStore {
        StageStore {
            folder: folder.to_owned(),
            shared: None,
        }
    }

    /// The same, with a store behind it in which results are kept too and looked for. Stages run in threads that may block:
    /// `find` and `keep` wait on the runtime, which must have threads of its own, and panic when called from one of its tasks.
    pub fn shared(folder: &Path, store: ArtifactStore, runtime: Handle) -> StageStore {
        StageStore {
            folder: folder.to_owned(),
            shared: Some(Shared { store, runtime }),
        }
    }

    /// A kept result; none if there is none, or none that can be read and is whole (then the stage is simply done again).
    pub fn find<T: DeserializeOwned>(&self, key: &StageKey) -> Option<T> {
        let kept = std::fs::read(self.path(key)).ok();
        if let Some(result) = kept.and_then(|bytes| unsealed(key, &bytes)) {
            return Some(result);
        }
        let bytes = self.shared.as_ref()?.find(key)?;
        let result = unsealed(key, &bytes);
        if result.is_none() {
            tracing::warn!(
                stage.key = key.name(),
                "a finished stage in the shared store is damaged; it is done again"
            );
        } else if let Err(error) = self.keep_here(key, &bytes) {
            // Only another look at the shared store is lost.
            tracing::warn!(stage.key = key.name(), %error, "a finished stage could not be copied to this machine");
        }
        result
    }

    /// Keeps a result: in the folder surely, in the shared store if it can be reached in time. A checkpoint that other machines
    /// will not find costs a stage if this machine dies; it must not cost the job, so that failure is only told to the log.
    pub fn keep<T: Serialize>(&self, key: &StageKey, result: &T) -> Result<(), KeepStageError> {
        let failed = |source| KeepStageError {
            stage: key.stage,
            folder: self.folder.clone(),
            source,
        };
        let result = postcard::to_stdvec(result).map_err(|error| failed(Box::new(error)))?;
        let bytes = sealed(key, &result);
        self.keep_here(key, &bytes).map_err(|error| failed(Box::new(error)))?;
        if let Some(shared) = &self.shared {
            shared.keep(key, bytes);
        }
        Ok(())
    }

    fn keep_here(&self, key: &StageKey, bytes: &[u8]) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        write_whole(&self.path(key), bytes)
    }

    fn path(&self, key: &StageKey) -> PathBuf {
        self.folder.join(format!("{}.bin", key.name()))
    }
}

impl Shared {
    fn find(&self, key: &StageKey) -> Option<Vec<u8>> {
        let place = place(key);
        let found = self.wait(FIND_LIMIT, self.store.get_at(&place, SHARED_BYTES_MAX));
        match found {
            Ok(Ok(bytes)) => Some(bytes.into()),
            Ok(Err(StoreError::Missing { .. })) => None,
            Ok(Err(error)) => {
                tracing::warn!(
                    object.key = place,
                    error = &error as &dyn std::error::Error,
                    "finished stages cannot be looked for"
                );
                None
            }
            Err(_) => {
                tracing::warn!(
                    object.key = place,
                    limit_secs = FIND_LIMIT.as_secs(),
                    "finished stages cannot be looked for in time"
                );
                None
            }
        }
    }

    fn keep(&self, key: &StageKey, bytes: Vec<u8>) {
        let place = place(key);
        match self.wait(KEEP_LIMIT, self.store.put_at(&place, bytes)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(
                object.key = place,
                error = &error as &dyn std::error::Error,
                "a finished stage is kept on this machine alone"
            ),
            Err(_) => tracing::warn!(
                object.key = place,
                limit_secs = KEEP_LIMIT.as_secs(),
                "a finished stage is kept on this machine alone: the store took too long"
            ),
        }
    }

    fn wait<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Result<T, tokio::time::error::Elapsed> {
        self.runtime.block_on(async { tokio::time::timeout(limit, work).await })
    }
}

fn place(key: &StageKey) -> String {
    format!("{STAGES_PREFIX}/{}", key.name())
}

/// A result as it is kept.
fn sealed(key: &StageKey, result: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FORMAT.len() + CHECKSUM_BYTES + result.len());
    bytes.extend_from_slice(FORMAT);
    bytes.extend_from_slice(&checksum(key, result));
    bytes.extend_from_slice(result);
    bytes
}

/// The result that was sealed; none if anything of it changed, or if it is another stage's.
fn unsealed<T: DeserializeOwned>(key: &StageKey, bytes: &[u8]) -> Option<T> {
    let (found, result) = bytes.strip_prefix(FORMAT)?.split_at_checked(CHECKSUM_BYTES)?;
    if found != checksum(key, result) {
        return None;
    }
    postcard::from_bytes(result).ok()
}

fn checksum(key: &StageKey, result: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = Sha256::new_with_prefix(key.name());
    hasher.update([0]);
    hasher.update(result);
    hasher.finalize().into()
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
        let others = [StageKey::new("hands", 2, &("input", 3)), StageKey::new("hands", 1, &("input", 4))];
        for other in others {
            assert_eq!(store.find::<Vec<f32>>(&other), None);
            std::fs::copy(store.path(&key), store.path(&other)).unwrap();
            assert_eq!(store.find::<Vec<f32>>(&other), None, "a result is taken for another's");
        }
    }

    #[test]
    fn a_damaged_result_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = StageStore::at(folder.path());
        let key = StageKey::new("notes", 1, &0);
        store.keep(&key, &vec![7_u8; 100]).unwrap();
        let path = store.path(&key);
        let bytes = std::fs::read(&path).unwrap();
        for len in 0..bytes.len() {
            std::fs::write(&path, &bytes[..len]).unwrap();
            assert_eq!(store.find::<Vec<u8>>(&key), None, "cut to {len} bytes");
        }
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            assert_eq!(store.find::<Vec<u8>>(&key), None, "byte {place} changed");
        }
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(store.find::<Vec<u8>>(&key), Some(vec![7; 100]));
    }
}
