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
