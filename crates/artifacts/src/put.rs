//! Storing: bytes and files, whole or not at all, in bounded memory.

use crate::store_error::{Operation, StoreError};
use crate::{ArtifactRef, ArtifactStore, ContentHash};
use bytes::{Bytes, BytesMut};
use futures::stream::{BoxStream, FuturesUnordered, StreamExt, TryStreamExt};
use object_store::{MultipartUpload, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;
use tokio::io::AsyncReadExt;

/// What is not larger goes in one request; larger objects go in parts of this size.
pub(crate) const PART_BYTES: u64 = 8 << 20;
/// S3 takes no more parts.
const PARTS_MAX: u64 = 10_000;
/// Parts on their way at once: with one being filled, up to 40 MiB of memory.
const PARTS_IN_FLIGHT: usize = 4;
/// Files are read in pieces of this size.
const PIECE_BYTES: usize = 1 << 20;
/// A server can forget an upload that is under way, or tell its success to nobody: then all is sent once more.
const SENDINGS: usize = 2;

/// Bytes that arrive one piece after another.
pub(crate) type Pieces<'a> = BoxStream<'a, Result<Bytes, StoreError>>;

impl ArtifactStore {
    /// Stores bytes under their hash. Storing them again makes them young again, so that a sweep of old objects leaves them.
    pub async fn put_bytes(&self, bytes: impl Into<Bytes>) -> Result<ArtifactRef, StoreError> {
        let bytes: Bytes = bytes.into();
        let artifact = ArtifactRef {
            sha256: ContentHash::of(&bytes),
            size_bytes: bytes.len() as u64,
        };
        self.put_at(&artifact.key(), bytes).await?;
        Ok(artifact)
    }

    /// Stores a file under its hash. It is read twice if it is large: once for the hash, which is its name, and once while it is
    /// sent; a file that changes in between is refused. Storing it again makes it young again.
    pub async fn put_file(&self, path: &Path) -> Result<ArtifactRef, StoreError> {
        let hashing = path.to_owned();
        let artifact = tokio::task::spawn_blocking(move || hash_file(&hashing))
            .await
            .map_err(std::io::Error::other)
            .and_then(|hashed| hashed)
            .map_err(|source| StoreError::File {
                path: path.to_owned(),
                source,
            })?;
        self.put_artifact(&artifact, || pieces_of(path)).await?;
        Ok(artifact)
    }

    /// Stores bytes under a key, instead of what was there.
    pub async fn put_at(&self, key: &str, bytes: impl Into<Bytes>) -> Result<(), StoreError> {
        let bytes: Bytes = bytes.into();
        let size_bytes = bytes.len() as u64;
        self.send(key, size_bytes, None, || pieces_of_bytes(bytes.clone())).await
    }

    /// Stores what the pieces make, if it has the hash it should have.
    pub(crate) async fn put_artifact<'a>(&self, artifact: &ArtifactRef, pieces: impl Fn() -> Pieces<'a>) -> Result<(), StoreError> {
        self.send(&artifact.key(), artifact.size_bytes, Some(&artifact.sha256), pieces)
            .await
    }

    async fn send<'a>(
        &self,
        key: &str,
        size_bytes: u64,
        expected: Option<&ContentHash>,
        pieces: impl Fn() -> Pieces<'a>,
    ) -> Result<(), StoreError> {
        let mut sendings_left = SENDINGS;
        loop {
            sendings_left -= 1;
            let sent = if size_bytes <= PART_BYTES {
                self.send_at_once(key, expected, pieces()).await
            } else {
                self.send_in_parts(key, size_bytes, expected, pieces()).await
            };
            match sent {
                // What servers say of an upload they have forgotten.
                Err(StoreError::Missing { .. } | StoreError::Forbidden { .. }) if sendings_left > 0 => {}
                sent => return sent,
            }
        }
    }

    async fn send_at_once(&self, key: &str, expected: Option<&ContentHash>, pieces: Pieces<'_>) -> Result<(), StoreError> {
        let content = pieces.try_fold(BytesMut::new(), |mut content, piece| async move {
            content.extend_from_slice(&piece);
            Ok(content)
        });
        let content = content.await?.freeze();
        if let Some(expected) = expected {
            as_promised(expected, ContentHash::of(&content))?;
        }
        let sent = self.objects.put(&self.path(key)?, content.into()).await;
        sent.map(drop).map_err(|error| StoreError::of(Operation::Put, key, error))
    }

    async fn send_in_parts(
        &self,
        key: &str,
        size_bytes: u64,
        expected: Option<&ContentHash>,
        pieces: Pieces<'_>,
    ) -> Result<(), StoreError> {
        let failed = |error| StoreError::of(Operation::Put, key, error);
        let before = self.find(key).await?;
        let mut upload = self.objects.put_multipart(&self.path(key)?).await.map_err(failed)?;
        let part_bytes = PART_BYTES.max(size_bytes.div_ceil(PARTS_MAX)) as usize;
        let fed = feed(&mut *upload, part_bytes, pieces, failed).await;
        let fed = fed.and_then(|found| expected.map_or(Ok(()), |expected| as_promised(expected, found)));
        if let Err(error) = fed {
            if let Err(left) = upload.abort().await {
                tracing::warn!(object.key = key, error = %left, "an unfinished upload could not be withdrawn");
            }
            return Err(error);
        }
        let Err(error) = upload.complete().await else { return Ok(()) };
        // Where the answer to the completion was lost, the second asking finds no such upload: the object is what counts.
        match self.find(key).await {
            Ok(Some(now)) if now.size_bytes == size_bytes && before.is_none_or(|before| before.stored_at < now.stored_at) => Ok(()),
            _ => Err(failed(error)),
        }
    }
}

/// Sends the pieces as parts, and gives the hash of what was sent.
async fn feed(
    upload: &mut dyn MultipartUpload,
    part_bytes: usize,
    mut pieces: Pieces<'_>,
    failed: impl Fn(object_store::Error) -> StoreError,
) -> Result<ContentHash, StoreError> {
    let mut hasher = Sha256::new();
    let mut part = BytesMut::new();
    let mut in_flight = FuturesUnordered::new();
    loop {
        let piece = pieces.try_next().await?;
        let ended = piece.is_none();
        if let Some(piece) = piece {
            hasher.update(&piece);
            part.extend_from_slice(&piece);
        }
        // Parts are of one size, as some servers want them, except for the last.
        while part.len() >= part_bytes || (ended && !part.is_empty()) {
            let full = part.split_to(part.len().min(part_bytes)).freeze();
            while in_flight.len() >= PARTS_IN_FLIGHT {
                in_flight.try_next().await.map_err(&failed)?;
            }
            in_flight.push(upload.put_part(full.into()));
        }
        if ended {
            break;
        }
    }
    while in_flight.try_next().await.map_err(&failed)?.is_some() {}
    Ok(ContentHash::from_hasher(hasher))
}

fn as_promised(expected: &ContentHash, found: ContentHash) -> Result<(), StoreError> {
    if *expected == found {
        return Ok(());
    }
    Err(StoreError::NotAsPromised {
        expected: expected.clone(),
        found,
    })
}

fn hash_file(path: &Path) -> std::io::Result<ArtifactRef> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut size_bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            count => {
                hasher.update(&piece[..count]);
                size_bytes += count as u64;
            }
        }
    }
    Ok(ArtifactRef {
        sha256: ContentHash::from_hasher(hasher),
        size_bytes,
    })
}

/// Bytes, piece by piece, so that no more than a part of them is held twice.
fn pieces_of_bytes(mut bytes: Bytes) -> Pieces<'static> {
    futures::stream::iter(std::iter::from_fn(move || {
        let piece = bytes.split_to(bytes.len().min(PIECE_BYTES));
        (!piece.is_empty()).then_some(Ok(piece))
    }))
    .boxed()
}

/// A file, piece by piece.
fn pieces_of(path: &Path) -> Pieces<'_> {
    let failed = |source| StoreError::File {
        path: path.to_owned(),
        source,
    };
    let opened = async move { tokio::fs::File::open(path).await.map_err(failed) };
    let read = move |mut file: tokio::fs::File| async move {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        let count = file.read_buf(&mut piece).await.map_err(failed)?;
        Ok((count > 0).then(|| (piece.freeze(), file)))
    };
    futures::stream::once(opened)
        .map_ok(move |file| futures::stream::try_unfold(file, read))
        .try_flatten()
        .boxed()
}
