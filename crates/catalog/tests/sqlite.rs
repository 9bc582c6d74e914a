//! The suite over SQLite.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_tells_every_story() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = catalog::SqliteCatalog::open(&folder.path().join("catalog.sqlite3"))
        .await
        .expect("a catalog");
    catalog::suite::exercise(&catalog).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_agrees_with_the_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = catalog::SqliteCatalog::open(&folder.path().join("catalog.sqlite3"))
        .await
        .expect("a catalog");
    for seed in 0..6 {
        catalog::suite::agree_with_model(&catalog, seed, 400).await;
    }
}
