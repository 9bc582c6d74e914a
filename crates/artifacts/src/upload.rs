//! Uploads that can be resumed: chunks are objects of their own until the file is whole.

use crate::put::Pieces;
use crate::{ArtifactRef, ArtifactStore, ContentHash, StoreError};
use bytes::Bytes;
use futures::stream::{StreamExt, TryStreamExt};
use jobs::UploadId;
use sha2::{Digest, Sha256};

/// Where chunks stand.
pub const UPLOADS_PREFIX: &str = "uploads";
/// A list of so many chunks still takes little memory; 64 GiB in chunks of 1 MiB.
const CHUNKS_MAX: usize = 1 << 16;

/// A part of an upload, as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
struct UploadChunk {
    /// Where in the file it begins.
    offset_bytes: u64,
    /// Its length.
    size_bytes: u64,
}

/// Why chunks do not make a file.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// Bytes are missing.
    #[error("the upload {upload} lacks the bytes from {from_bytes} to {to_bytes}")]
    Gap {
        /// Which upload.
        upload: UploadId,
        /// The first byte that is missing.
        from_bytes: u64,
        /// The first one that is there again, or the file's end.
        to_bytes: u64,
    },
    /// Two chunks claim the same bytes.
    #[error("in the upload {upload} two chunks have the byte {at_bytes}")]
    Overlap {
        /// Which upload.
        upload: UploadId,
        /// Where the second one begins.
        at_bytes: u64,
    },
    /// There is more than the file was said to have.
    #[error("the upload {upload} has {found_bytes} bytes; it was to have {size_bytes}")]
    TooLong {
        /// Which upload.
        upload: UploadId,
        /// As announced.
        size_bytes: u64,
        /// As received.
        found_bytes: u64,
    },
    /// There are more chunks than one file may be cut into.
    #[error("the upload {upload} came in more than {CHUNKS_MAX} chunks")]
    TooManyChunks {
        /// Which upload.
        upload: UploadId,
    },
    /// The file is not the one that was announced.
    #[error("the upload {upload} has the hash {found}; it was to have {expected}")]
    NotAsPromised {
        /// Which upload.
        upload: UploadId,
        /// As announced.
        expected: ContentHash,
        /// As received.
        found: ContentHash,
    },
    /// The store failed.
    #[error("the upload {upload} could not be put together")]
    Store {
        /// Which upload.
        upload: UploadId,
        /// How.
        source: StoreError,
    },
}

impl ArtifactStore {
    /// Stores a part of an upload. The same part again replaces itself.
    pub async fn put_chunk(&self, upload: UploadId, offset_bytes: u64, bytes: impl Into<Bytes>) -> Result<(), StoreError> {
        self.put_at(&chunk_key(upload, offset_bytes), bytes).await
    }

    /// Makes an artifact of an upload's chunks, streaming. Chunks stay until `discard_upload`: a crash before the catalog has
    /// recorded the artifact must not lose what was sent, so that this can be done again.
    pub async fn assemble(&self, upload: UploadId, size_bytes: u64, promised: Option<&ContentHash>) -> Result<ArtifactRef, AssembleError> {
        let failed = |source| AssembleError::Store { upload, source };
        let chunks = self.chunks(upload).await?;
        seamless(upload, &chunks, size_bytes)?;
        let sha256 = match promised {
            Some(promised) => promised.clone(),
            // The hash is the name, so it must be known before anything is sent.
            None => hash_of(self.chunk_pieces(upload, &chunks)).await.map_err(failed)?,
        };
        let artifact = ArtifactRef { sha256, size_bytes };
        match self.put_artifact(&artifact, || self.chunk_pieces(upload, &chunks)).await {
            Ok(()) => Ok(artifact),
            Err(StoreError::NotAsPromised { expected, found }) => Err(AssembleError::NotAsPromised { upload, expected, found }),
            Err(error) => Err(failed(error)),
        }
    }

    /// Deletes an upload's chunks: after its artifact was recorded, or when nobody will send the rest.
    pub async fn discard_upload(&self, upload: UploadId) -> Result<(), StoreError> {
        let mut chunks = self.list(&folder(upload));
        while let Some(chunk) = chunks.try_next().await? {
            self.delete(&chunk.key).await?;
        }
        Ok(())
    }

    /// The chunks of an upload, in order.
    async fn chunks(&self, upload: UploadId) -> Result<Vec<UploadChunk>, AssembleError> {
        let failed = |source| AssembleError::Store { upload, source };
        let mut chunks = Vec::new();
        let mut listed = self.list(&folder(upload));
        while let Some(object) = listed.try_next().await.map_err(failed)? {
            let offset = object.key.rsplit('/').next().and_then(|name| name.parse().ok());
            let offset_bytes = offset.ok_or_else(|| failed(StoreError::Key { key: object.key.clone() }))?;
            chunks.push(UploadChunk {
                offset_bytes,
                size_bytes: object.size_bytes,
            });
            if chunks.len() > CHUNKS_MAX {
                return Err(AssembleError::TooManyChunks { upload });
            }
        }
        chunks.sort_by_key(|chunk| chunk.offset_bytes);
        Ok(chunks)
    }

    fn chunk_pieces(&self, upload: UploadId, chunks: &[UploadChunk]) -> Pieces<'static> {
        let store = self.clone();
        futures::stream::iter(chunks.to_vec())
            .flat_map(move |chunk| store.read(chunk_key(upload, chunk.offset_bytes), 0..chunk.size_bytes, Some(chunk.size_bytes)))
            .boxed()
    }
}

/// Checks that every byte is there once.
fn seamless(upload: UploadId, chunks: &[UploadChunk], size_bytes: u64) -> Result<(), AssembleError> {
    let mut end = 0;
    // A chunk without bytes is in nobody's way.
    for chunk in chunks.iter().filter(|chunk| chunk.size_bytes > 0) {
        let at_bytes = chunk.offset_bytes;
        if at_bytes < end {
            return Err(AssembleError::Overlap { upload, at_bytes });
        }
        if at_bytes > end {
            return Err(AssembleError::Gap {
                upload,
                from_bytes: end,
                to_bytes: at_bytes,
            });
        }
        end = at_bytes.saturating_add(chunk.size_bytes);
    }
    if end > size_bytes {
        return Err(AssembleError::TooLong {
            upload,
            size_bytes,
            found_bytes: end,
        });
    }
    if end < size_bytes {
        return Err(AssembleError::Gap {
            upload,
            from_bytes: end,
            to_bytes: size_bytes,
        });
    }
    Ok(())
}

async fn hash_of(mut pieces: Pieces<'_>) -> Result<ContentHash, StoreError> {
    let mut hasher = Sha256::new();
    while let Some(piece) = pieces.try_next().await? {
        hasher.update(&piece);
    }
    Ok(ContentHash::from_hasher(hasher))
}

fn folder(upload: UploadId) -> String {
    format!("{UPLOADS_PREFIX}/{upload}")
}

/// Offsets have all digits, so that listings come in order.
fn chunk_key(upload: UploadId, offset_bytes: u64) -> String {
    format!("{}/{offset_bytes:020}", folder(upload))
}
