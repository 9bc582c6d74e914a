//! The artifact store in a folder.

use artifacts::{ArtifactStore, StoreConfig, suite};

#[tokio::test]
async fn a_folder_does_what_every_store_must() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::folder(&folder.path().join("made/when/opened"));
    suite::exercise(&ArtifactStore::open(&config).unwrap()).await;
}
