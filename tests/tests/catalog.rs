//! The catalog's suite over PostgreSQL. The crate itself tells it over SQLite.

use catalog::PostgresCatalog;
use std::path::{Path, PathBuf};
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

/// Each migration runs over rows that the programs before it could have written.
#[tokio::test]
async fn postgres_migrations_run_over_rows() {
    let url = Postgres::shared().await.new_database().await;
    let pool = sqlx::PgPool::connect(&url).await.expect("the database");
    for name in migration_names("postgres") {
        for text in [format!("postgres/{name}"), format!("postgres/rows/{name}")] {
            let text = std::fs::read_to_string(migrations().join(text)).expect("a migration");
            sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&pool).await.expect("it runs");
        }
    }
    let catalog = PostgresCatalog::connect(&url, CONNECTIONS_MAX).expect("a catalog");
    catalog::suite::read_migrated_rows(&catalog).await;
}

/// In their order.
fn migration_names(database: &str) -> Vec<String> {
    let entries = std::fs::read_dir(migrations().join(database)).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"));
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".sql")).collect();
    names.sort();
    names
}

fn migrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")
}
