//! Deleting what nothing refers to: objects of attempts that never committed, chunks of uploads nobody finished, old stages.

use crate::{ArtifactStore, ContentHash, StoreError};
use futures::stream::TryStreamExt;
use std::collections::HashSet;
use std::error::Error;
use std::future::Future;
use std::path::Path;
use std::time::SystemTime;

/// Objects the catalog is asked about at once.
const ASKED_AT_ONCE: usize = 500;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Old objects that were looked at.
    pub examined: u64,
    /// Objects that were deleted.
    pub deleted: u64,
    /// And their length together.
    pub deleted_bytes: u64,
}

/// Why a sweep ended early. What it deleted until then was rightly deleted.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The store failed.
    #[error("the store could not be swept")]
    Store(#[from] StoreError),
    /// The catalog did not say what it knows.
    #[error("the catalog did not say which objects something refers to")]
    Catalog(#[source] Box<dyn Error + Send + Sync>),
}

impl ArtifactStore {
    /// Deletes artifacts that were last put before a time and that nothing refers to. `known` is asked for those of the given
    /// hashes (hexadecimal) that something refers to.
    ///
    /// Whoever is about to commit an artifact has just put it, which makes it young: leave a day between `before` and now, more
    /// than any attempt's last put and its commit lie apart, and a commit never finds its artifact swept. Age is looked at once
    /// more right before deleting, since the same content may have been put while the catalog was asked.
    pub async fn delete_orphans<F, Answer>(&self, before: SystemTime, known: F) -> Result<Swept, SweepError>
    where
        F: Fn(Vec<String>) -> Answer,
        Answer: Future<Output = Result<Vec<String>, Box<dyn Error + Send + Sync>>>,
    {
        let mut swept = Swept::default();
        let mut old = self.list_older_than(ContentHash::PREFIX, before).try_chunks(ASKED_AT_ONCE);
        while let Some(page) = old.try_next().await.map_err(|error| error.1)? {
            // What does not stand under a hash is not ours to judge.
            let hashes: Vec<String> = page
                .iter()
                .filter_map(|object| ContentHash::from_key(&object.key))
                .map(|hash| hash.to_string())
                .collect();
            swept.examined += hashes.len() as u64;
            let known: HashSet<String> = known(hashes.clone()).await.map_err(SweepError::Catalog)?.into_iter().collect();
            for hash in hashes.iter().filter(|hash| !known.contains(*hash)) {
                if let Ok(hash) = hash.parse::<ContentHash>() {
                    self.delete_if_still_old(&hash.key(), before, &mut swept).await?;
                }
            }
        }
        Ok(swept)
    }

    /// Deletes everything below a prefix that was last put before a time: chunks of uploads, stages, objects of attempts.
    pub async fn delete_older_than(&self, prefix: &str, before: SystemTime) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        let mut old = self.list_older_than(prefix, before);
        while let Some(object) = old.try_next().await? {
            swept.examined += 1;
            self.delete_if_still_old(&object.key, before, &mut swept).await?;
        }
        Ok(swept)
    }

    /// Deletes what writers that were killed left half written in a folder. Buckets need a lifecycle rule for this
    /// (`AbortIncompleteMultipartUpload`); for them nothing is done.
    pub async fn delete_half_written(&self, before: SystemTime) -> Result<Swept, StoreError> {
        let Some(folder) = self.folder().map(Path::to_owned) else {
            return Ok(Swept::default());
        };
        let at = folder.clone();
        let deleting = tokio::task::spawn_blocking(move || {
            let mut swept = Swept::default();
            delete_half_written_in(&folder, before, &mut swept).map(|()| swept)
        });
        let swept = deleting.await.map_err(std::io::Error::other).and_then(|swept| swept);
        swept.map_err(|source| StoreError::File { path: at, source })
    }

    async fn delete_if_still_old(&self, key: &str, before: SystemTime, swept: &mut Swept) -> Result<(), StoreError> {
        if let Some(object) = self.find(key).await?.filter(|object| object.stored_at < before) {
            self.delete(key).await?;
            swept.deleted += 1;
            swept.deleted_bytes += object.size_bytes;
        }
        Ok(())
    }
}

fn delete_half_written_in(folder: &Path, before: SystemTime, swept: &mut Swept) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            delete_half_written_in(&entry.path(), before, swept)?;
            continue;
        }
        if !kind.is_file() || !is_half_written(&entry.path()) {
            continue;
        }
        // A file that goes away meanwhile was finished by its writer.
        let Ok(facts) = entry.metadata() else { continue };
        swept.examined += 1;
        if facts.modified()? < before && std::fs::remove_file(entry.path()).is_ok() {
            swept.deleted += 1;
            swept.deleted_bytes += facts.len();
        }
    }
    Ok(())
}

/// `object_store` writes `NAME#NUMBER` and renames it; no key of ours has a `#`.
fn is_half_written(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.rsplit_once('#'))
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
