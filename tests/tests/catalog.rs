//! The catalog's suite over PostgreSQL. The crate itself tells it over SQLite.

use catalog::PostgresCatalog;
use tests::harness::Postgres;

/// As a small server would have.
const CONNECTIONS_MAX: u32 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_tells_every_story() {
    let url = Postgres::shared().await.new_database().await;
    let catalog = PostgresCatalog::open(&url, CONNECTIONS_MAX).await.expect("a catalog");
    catalog::suite::exercise(&catalog).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_agrees_with_the_model() {
    let url = Postgres::shared().await.new_database().await;
    let catalog = PostgresCatalog::open(&url, CONNECTIONS_MAX).await.expect("a catalog");
    for seed in 0..4 {
        catalog::suite::agree_with_model(&catalog, seed, 400).await;
    }
}
