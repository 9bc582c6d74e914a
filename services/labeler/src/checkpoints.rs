//! Finished stages between machines: what a lost worker had finished is found by the next one. A stage's file is named by a hash
//! of all it depends on, so a copy can be missing but never wrong.

use artifacts::{ArtifactStore, StoreError};
use futures::TryStreamExt;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The finished stages of one video, here and in the store.
pub struct Checkpoints<'a> {
    store: &'a ArtifactStore,
    prefix: String,
    folder: PathBuf,
    stored: HashSet<String>,
}

/// A stage's result is megabytes; what is larger than this is not one.
const STAGE_BYTES_MAX: u64 = 1 << 30;

impl<'a> Checkpoints<'a> {
    /// Of a video, named by its hash (and the part of it that is labelled), in a folder.
    pub fn new(store: &'a ArtifactStore, video: &str, folder: &Path) -> Checkpoints<'a> {
        Checkpoints {
            store,
            prefix: format!("stages/{video}/"),
            folder: folder.to_owned(),
            stored: HashSet::new(),
        }
    }

    /// Copies what the store has into the folder.
    pub async fn restore(&mut self) -> Result<(), StoreError> {
        let objects: Vec<_> = self.store.list(self.prefix.trim_end_matches('/')).try_collect().await?;
        for object in objects {
            let Some(name) = object.key.strip_prefix(&self.prefix).filter(|name| !name.contains('/')) else {
                continue;
            };
            let bytes = self.store.get_at(&object.key, STAGE_BYTES_MAX).await?;
            // A stage that cannot be written here is simply done again.
            if std::fs::create_dir_all(&self.folder).is_ok() && artifacts::write_whole(&self.folder.join(name), &bytes).is_ok() {
                self.stored.insert(name.to_owned());
            }
        }
        if !self.stored.is_empty() {
            tracing::info!(stages = self.stored.len(), "finished stages of an earlier attempt are used");
        }
        Ok(())
    }

    /// Copies what is new in the folder to the store. Returns how many bytes.
    pub async fn save(&mut self) -> Result<u64, StoreError> {
        let mut written = 0;
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Ok(0);
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Only finished files have this ending.
            if !name.ends_with(".bin") || self.stored.contains(&name) {
                continue;
            }
            let Ok(bytes) = tokio::fs::read(entry.path()).await else { continue };
            written += bytes.len() as u64;
            self.store.put_at(&format!("{}{name}", self.prefix), bytes).await?;
            self.stored.insert(name);
        }
        Ok(written)
    }
}
