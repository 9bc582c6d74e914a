//! Reading: what comes back is what was stored, or an error.

use crate::put::Pieces;
use crate::store_error::{Operation, StoreError};
use crate::{ArtifactRef, ArtifactStore, ContentHash, UnfinishedFile};
use bytes::{Bytes, BytesMut};
use futures::stream::{StreamExt, TryStreamExt};
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectStore};
use sha2::{Digest, Sha256};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use tokio::io::AsyncWriteExt;

/// Files are read in pieces of this size.
const PIECE_BYTES: u64 = 1 << 20;
/// A body that breaks off is asked for again from where it broke, so often without a single byte coming.
const FRUITLESS_RESUMES: usize = 3;

impl ArtifactStore {
    /// An artifact's bytes, with the hash they are named for.
    pub async fn get_bytes(&self, artifact: &ArtifactRef) -> Result<Bytes, StoreError> {
        // What the record says is not trusted with memory before bytes come.
        let content = self
            .stream(artifact, None)
            .try_fold(BytesMut::new(), |mut content, piece| async move {
                content.extend_from_slice(&piece);
                Ok(content)
            });
        Ok(content.await?.freeze())
    }

    /// An artifact's bytes, or some of them, one piece after another. The whole is held against its hash, and its last piece
    /// comes only if it is right; a part cannot be.
    pub fn stream(&self, artifact: &ArtifactRef, range: Option<Range<u64>>) -> Pieces<'static> {
        let whole = 0..artifact.size_bytes;
        match range {
            Some(range) if range != whole => self.read(artifact.key(), range, Some(artifact.size_bytes)),
            _ => verified(self.read(artifact.key(), whole, Some(artifact.size_bytes)), artifact.clone()),
        }
    }

    /// Writes an artifact into a file, which appears only when it is whole and has the right hash.
    pub async fn download_to(&self, artifact: &ArtifactRef, path: &Path) -> Result<(), StoreError> {
        write_pieces(self.stream(artifact, None), path).await
    }

    /// Writes any object into a file, which appears only when it is whole. Nothing proves its bytes.
    pub async fn copy_to(&self, key: &str, path: &Path) -> Result<(), StoreError> {
        let size_bytes = self
            .size_bytes(key)
            .await?
            .ok_or_else(|| StoreError::Missing { key: key.to_owned() })?;
        write_pieces(self.read(key.to_owned(), 0..size_bytes, Some(size_bytes)), path).await
    }

    /// Some bytes of any object.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        let content = self
            .read(key.to_owned(), range, None)
            .try_fold(BytesMut::new(), |mut content, piece| async move {
                content.extend_from_slice(&piece);
                Ok(content)
            });
        Ok(content.await?.freeze())
    }

    /// All bytes of any object, if they are not more than this. Nothing proves them: keys other than hashes carry no proof.
    pub async fn get_at(&self, key: &str, max_bytes: u64) -> Result<Bytes, StoreError> {
        let size_bytes = self
            .size_bytes(key)
            .await?
            .ok_or_else(|| StoreError::Missing { key: key.to_owned() })?;
        if size_bytes > max_bytes {
            return Err(StoreError::TooLarge {
                key: key.to_owned(),
                size_bytes,
                max_bytes,
            });
        }
        self.get_range(key, 0..size_bytes).await
    }

    /// The bytes of a range, exactly; taken up again where the connection breaks. With `size_bytes` the object must be so long.
    pub(crate) fn read(&self, key: String, range: Range<u64>, size_bytes: Option<u64>) -> Pieces<'static> {
        let reading = Reading {
            store: self.clone(),
            key,
            range: range.start..range.end.max(range.start),
            wanted_bytes: range.end.saturating_sub(range.start),
            size_bytes,
            body: None,
            resumes_left: FRUITLESS_RESUMES,
        };
        futures::stream::try_unfold(reading, Reading::next).boxed()
    }
}

async fn write_pieces(mut pieces: Pieces<'static>, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::File {
        path: path.to_owned(),
        source,
    };
    let mut unfinished = UnfinishedFile::for_place(path).map_err(failed)?;
    let mut file = tokio::fs::File::from_std(unfinished.file().try_clone().map_err(failed)?);
    while let Some(piece) = pieces.try_next().await? {
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    tokio::task::spawn_blocking(move || unfinished.finish())
        .await
        .map_err(std::io::Error::other)
        .and_then(|finished| finished)
        .map_err(failed)
}

/// A range being read.
struct Reading {
    store: ArtifactStore,
    key: String,
    /// What has not come yet.
    range: Range<u64>,
    wanted_bytes: u64,
    size_bytes: Option<u64>,
    body: Option<Pieces<'static>>,
    resumes_left: usize,
}

impl Reading {
    async fn next(mut self) -> Result<Option<(Bytes, Reading)>, StoreError> {
        loop {
            if self.range.is_empty() && self.wanted_bytes > 0 {
                return Ok(None);
            }
            if self.body.is_none() {
                self.body = Some(self.open().await?);
            }
            let Some(body) = &mut self.body else { continue };
            match body.next().await {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(mut piece)) => {
                    // A server that sends more than was asked for is not followed.
                    let wanted = self.range.end - self.range.start;
                    piece.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
                    self.range.start += piece.len() as u64;
                    self.resumes_left = FRUITLESS_RESUMES;
                    return Ok(Some((piece, self)));
                }
                None if self.range.is_empty() => return Ok(None),
                Some(Err(error)) if self.resumes_left == 0 || !error.is_transient() => return Err(error),
                None if self.resumes_left == 0 => {
                    return Err(StoreError::Truncated {
                        key: self.key,
                        expected_bytes: self.wanted_bytes,
                        got_bytes: self.wanted_bytes - (self.range.end - self.range.start),
                    });
                }
                Some(Err(_)) | None => {
                    self.resumes_left -= 1;
                    self.body = None;
                }
            }
        }
    }

    async fn open(&mut self) -> Result<Pieces<'static>, StoreError> {
        let options = GetOptions {
            // An empty range cannot be asked for; then only the object's being there counts.
            range: (!self.range.is_empty()).then(|| GetRange::Bounded(self.range.clone())),
            ..GetOptions::default()
        };
        let key = self.key.clone();
        let failed = move |error| StoreError::of(Operation::Get, &key, error);
        let found = self.store.objects.get_opts(&self.store.path(&self.key)?, options).await;
        let found: GetResult = found.map_err(&failed)?;
        if let Some(expected_bytes) = self.size_bytes.filter(|expected| *expected != found.meta.size) {
            return Err(StoreError::WrongSize {
                key: self.key.clone(),
                expected_bytes,
                found_bytes: found.meta.size,
            });
        }
        if self.range.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        Ok(match found.payload {
            GetResultPayload::File(file, path) => pieces_of(file, path, self.range.clone()),
            GetResultPayload::Stream(body) => body.map_err(failed).boxed(),
        })
    }
}

/// A file's range, piece by piece. (The library's own stream of a file reads 8 KiB at a time, and never ends where the file does
/// before the range.)
fn pieces_of(file: std::fs::File, path: std::path::PathBuf, range: Range<u64>) -> Pieces<'static> {
    let read = move |(mut file, range): (std::fs::File, Range<u64>)| {
        let path = path.clone();
        async move {
            let reading = tokio::task::spawn_blocking(move || {
                let mut piece = Vec::new();
                file.seek(SeekFrom::Start(range.start))?;
                (&mut file)
                    .take((range.end - range.start).min(PIECE_BYTES))
                    .read_to_end(&mut piece)?;
                Ok((piece, file, range))
            });
            let read = reading.await.map_err(std::io::Error::other).and_then(|read| read);
            let (piece, file, range) = read.map_err(|source| StoreError::File { path, source })?;
            let rest = range.start + piece.len() as u64..range.end;
            Ok((!piece.is_empty()).then(|| (Bytes::from(piece), (file, rest))))
        }
    };
    futures::stream::try_unfold((file, range), read).boxed()
}

/// The same pieces; the last one only if the hash of all is right.
fn verified(pieces: Pieces<'static>, artifact: ArtifactRef) -> Pieces<'static> {
    let state = (pieces, Sha256::new(), None::<Bytes>, artifact);
    futures::stream::try_unfold(state, |(mut pieces, mut hasher, mut held, artifact)| async move {
        loop {
            match pieces.try_next().await? {
                Some(piece) => {
                    hasher.update(&piece);
                    if let Some(before) = held.replace(piece) {
                        return Ok(Some((before, (pieces, hasher, held, artifact))));
                    }
                }
                None => {
                    let found = ContentHash::from_hasher(hasher.clone());
                    if found != artifact.sha256 {
                        return Err(StoreError::Damaged {
                            key: artifact.key(),
                            expected: artifact.sha256,
                            found,
                        });
                    }
                    let ended = futures::stream::empty().boxed();
                    return Ok(held.take().map(|last| (last, (ended, hasher, None, artifact))));
                }
            }
        }
    })
    .boxed()
}
