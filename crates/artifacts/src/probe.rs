//! Which conditional puts a store keeps its word on.
//!
//! Servers differ: some ignore the condition, some check it and then write in two steps, so that several of many racing writers
//! win. Nothing of ours depends on conditions (objects stand under their hashes, and the catalog says what counts); a start-up
//! probe tells operators what their server can be trusted with. A race can show that a server is wrong, not that it is right.

use crate::ArtifactStore;
use crate::store_error::{Operation, StoreError};
use futures::future::join_all;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutMode, PutOptions, UpdateVersion};
use std::fmt;
use uuid::Uuid;

/// Writers in a race, and races: servers that were seen to fail let several of 16 win in the first race or in one of forty.
const RACERS: usize = 16;
const RACES: usize = 4;

/// How a store treats a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// One of many writers won each time.
    Right,
    /// Right when asked once; of racing writers not exactly one won.
    Racy,
    /// The condition was not looked at.
    Ignored,
    /// The store says that it cannot.
    Unsupported,
}

/// How a store treats both conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionalPut {
    /// Only if there is no such object (If-None-Match).
    pub create: Support,
    /// Only if the object is still the one that was read (If-Match).
    pub update: Support,
}

impl fmt::Display for Support {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Support::Right => "right",
            Support::Racy => "racy",
            Support::Ignored => "ignored",
            Support::Unsupported => "unsupported",
        })
    }
}

/// Tries both conditions, one writer after another and many at once, on objects of its own. An error means that the store could
/// not be asked.
pub async fn probe_conditional_put(store: &ArtifactStore) -> Result<ConditionalPut, StoreError> {
    let place = Place {
        store,
        folder: format!("probe/{}", Uuid::now_v7().simple()),
    };
    let probed = async {
        Ok(ConditionalPut {
            create: place.create().await?,
            update: place.update().await?,
        })
    };
    let probed = probed.await;
    let cleared = place.clear().await;
    probed.and_then(|found| cleared.map(|()| found))
}

/// What every program does before it begins: tells its operators what the store can be trusted with. A store that refuses our keys is
/// an error now rather than with the first job; one that is away may come back, and jobs wait for it.
pub async fn check_at_start(store: &ArtifactStore) -> Result<(), StoreError> {
    match probe_conditional_put(store).await {
        Ok(found) => tracing::info!(create = %found.create, update = %found.update, "the store answers; conditional puts"),
        Err(error) if error.is_transient() => tracing::warn!(%error, "the store does not answer yet"),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// What became of a conditional put.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Put {
    Done,
    Declined,
    Unsupported,
}

struct Place<'a> {
    store: &'a ArtifactStore,
    folder: String,
}

impl Place<'_> {
    async fn create(&self) -> Result<Support, StoreError> {
        let key = format!("{}/create", self.folder);
        let once = [self.put(&key, 0, PutMode::Create).await?, self.put(&key, 1, PutMode::Create).await?];
        if let Some(found) = asked_twice(once) {
            return Ok(found);
        }
        for race in 0..RACES {
            let key = format!("{}/create-race-{race}", self.folder);
            if self.winners(&key, PutMode::Create).await? != 1 {
                return Ok(Support::Racy);
            }
        }
        Ok(Support::Right)
    }

    async fn update(&self) -> Result<Support, StoreError> {
        let key = format!("{}/update", self.folder);
        let Some(first) = self.version(&key).await? else {
            return Ok(Support::Unsupported);
        };
        let mode = || PutMode::Update(first.clone());
        let once = [self.put(&key, 0, mode()).await?, self.put(&key, 1, mode()).await?];
        if let Some(found) = asked_twice(once) {
            return Ok(found);
        }
        for _ in 0..RACES {
            let Some(current) = self.version(&key).await? else {
                return Ok(Support::Unsupported);
            };
            if self.winners(&key, PutMode::Update(current)).await? != 1 {
                return Ok(Support::Racy);
            }
        }
        Ok(Support::Right)
    }

    /// Puts the object anew and gives its version; none if the store does not tell.
    async fn version(&self, key: &str) -> Result<Option<UpdateVersion>, StoreError> {
        let put = self.store.objects.put(&self.path(key)?, content(usize::MAX).into()).await;
        let put = put.map_err(|error| StoreError::of(Operation::Put, key, error))?;
        Ok(put.e_tag.is_some().then(|| put.into()))
    }

    async fn winners(&self, key: &str, mode: PutMode) -> Result<usize, StoreError> {
        let racers = (0..RACERS).map(|racer| self.put(key, racer, mode.clone()));
        let puts: Result<Vec<Put>, StoreError> = join_all(racers).await.into_iter().collect();
        Ok(puts?.into_iter().filter(|put| *put == Put::Done).count())
    }

    async fn put(&self, key: &str, writer: usize, mode: PutMode) -> Result<Put, StoreError> {
        let options = PutOptions {
            mode,
            ..PutOptions::default()
        };
        match self.store.objects.put_opts(&self.path(key)?, content(writer).into(), options).await {
            Ok(_) => Ok(Put::Done),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(Put::Declined),
            Err(error) => match StoreError::of(Operation::Put, key, error) {
                // Servers decline what they do not know in several ways; only a store that is out of reach says nothing.
                error if error.is_transient() => Err(error),
                error @ (StoreError::Forbidden { .. } | StoreError::Missing { .. }) => Err(error),
                _ => Ok(Put::Unsupported),
            },
        }
    }

    async fn clear(&self) -> Result<(), StoreError> {
        let races = (0..RACES).map(|race| format!("create-race-{race}"));
        for name in races.chain(["create".to_owned(), "update".to_owned()]) {
            self.store.delete(&format!("{}/{name}", self.folder)).await?;
        }
        Ok(())
    }

    fn path(&self, key: &str) -> Result<ObjectPath, StoreError> {
        self.store.path(key)
    }
}

/// Versions are often hashes of the content: every writer's is its own.
fn content(writer: usize) -> String {
    format!("writer {writer}")
}

/// What two puts with the same condition, of which only the first can be met, say of the store; nothing if they went right.
fn asked_twice(puts: [Put; 2]) -> Option<Support> {
    match puts {
        [Put::Done, Put::Declined] => None,
        [Put::Done, Put::Done] => Some(Support::Ignored),
        _ => Some(Support::Unsupported),
    }
}
