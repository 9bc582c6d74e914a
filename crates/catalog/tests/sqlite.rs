//! The suite over SQLite.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::path::{Path, PathBuf};

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

/// Each migration runs over rows that the programs before it could have written.
#[tokio::test]
async fn sqlite_migrations_run_over_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("catalog.sqlite3");
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path).create_if_missing(true))
        .await
        .expect("a file");
    for name in migration_names("sqlite") {
        for text in [format!("sqlite/{name}"), format!("sqlite/rows/{name}")] {
            let text = std::fs::read_to_string(migrations().join(text)).expect("a migration");
            sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&pool).await.expect("it runs");
        }
    }
    let catalog = catalog::SqliteCatalog::connect(&path);
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
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}
