//! Uploads in chunks.

use super::noise;
use crate::{ArtifactStore, AssembleError, ContentHash};
use futures::stream::TryStreamExt;
use jobs::UploadId;

const CHUNK_BYTES: usize = 3 << 20;
/// Four chunks, the last one shorter, and more than one request carries.
const FILE_BYTES: usize = (9 << 20) + 5;

pub(super) async fn exercise(store: &ArtifactStore) {
    for promised in [true, false] {
        chunks_become_the_file(store, promised).await;
    }
    holes_and_overlaps_are_told(store).await;
    another_file_than_promised_is_not_stored(store).await;
}

async fn chunks_become_the_file(store: &ArtifactStore, promised: bool) {
    let upload = UploadId::at(1, [promised.into(); 10]);
    let content = noise(FILE_BYTES);
    let hash = ContentHash::of(&content);
    let mut chunks: Vec<(usize, &[u8])> = content.chunks(CHUNK_BYTES).enumerate().collect();
    // They come in any order, some of them twice.
    chunks.reverse();
    chunks.push(chunks[1]);
    for (number, chunk) in chunks {
        store
            .put_chunk(upload, (number * CHUNK_BYTES) as u64, chunk.to_vec())
            .await
            .unwrap();
    }
    // Whoever died before the artifact was recorded does it again.
    for _ in 0..2 {
        let artifact = store.assemble(upload, FILE_BYTES as u64, promised.then_some(&hash)).await.unwrap();
        assert_eq!(artifact.sha256, hash);
        assert!(store.get_bytes(&artifact).await.unwrap() == content);
    }
    let others = UploadId::at(1, [9; 10]);
    store.put_chunk(others, 0, "another upload's").await.unwrap();
    store.discard_upload(upload).await.unwrap();
    let left: Vec<_> = store.list("uploads").try_collect().await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    store.discard_upload(others).await.unwrap();
}

async fn holes_and_overlaps_are_told(store: &ArtifactStore) {
    let upload = UploadId::at(2, [0; 10]);
    let assembled = async |size_bytes| store.assemble(upload, size_bytes, None).await.map(|artifact| artifact.size_bytes);
    assert_eq!(assembled(0).await.unwrap(), 0);
    assert!(matches!(
        assembled(1).await,
        Err(AssembleError::Gap {
            from_bytes: 0,
            to_bytes: 1,
            ..
        })
    ));
    store.put_chunk(upload, 0, "01234").await.unwrap();
    store.put_chunk(upload, 7, "789").await.unwrap();
    assert!(matches!(
        assembled(10).await,
        Err(AssembleError::Gap {
            from_bytes: 5,
            to_bytes: 7,
            ..
        })
    ));
    store.put_chunk(upload, 5, "567").await.unwrap();
    assert!(matches!(assembled(10).await, Err(AssembleError::Overlap { at_bytes: 7, .. })));
    store.put_chunk(upload, 5, "56").await.unwrap();
    assert!(matches!(assembled(9).await, Err(AssembleError::TooLong { found_bytes: 10, .. })));
    assert!(matches!(
        assembled(11).await,
        Err(AssembleError::Gap {
            from_bytes: 10,
            to_bytes: 11,
            ..
        })
    ));
    assert_eq!(assembled(10).await.unwrap(), 10);
    store.discard_upload(upload).await.unwrap();
}

async fn another_file_than_promised_is_not_stored(store: &ArtifactStore) {
    for size_bytes in [100, FILE_BYTES] {
        let upload = UploadId::at(3, [0; 10]);
        let promised = ContentHash::of(b"something else");
        store.put_chunk(upload, 0, noise(size_bytes)).await.unwrap();
        let assembled = store.assemble(upload, size_bytes as u64, Some(&promised)).await;
        assert!(matches!(assembled, Err(AssembleError::NotAsPromised { .. })), "{assembled:?}");
        assert_eq!(store.size_bytes(&promised.key()).await.unwrap(), None);
        store.discard_upload(upload).await.unwrap();
    }
}
