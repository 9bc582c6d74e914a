//! The catalog in an SQLite file, for one machine.

use crate::CatalogError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

pub(crate) type Db = sqlx::Sqlite;
pub(crate) type Row = sqlx::sqlite::SqliteRow;

macro_rules! sql {
    ($name:literal) => {{
        static TEXT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
            crate::dialect::SQLITE.write(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/", $name, ".sql")))
        });
        TEXT.as_str()
    }};
}

#[expect(clippy::duplicate_mod, reason = "the steps are written once and compiled for each database")]
#[path = "steps/mod.rs"]
mod steps;

/// How long a writer waits for another one. Steps take milliseconds.
const BUSY_WAIT: Duration = Duration::from_secs(10);
/// Readers do not block each other or the writer (write-ahead log).
const CONNECTIONS_MAX: u32 = 8;

/// The catalog in an SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteCatalog {
    pub(crate) pool: SqlitePool,
}

pub(crate) use SqliteCatalog as Store;

impl SqliteCatalog {
    /// Opens or makes the file and brings its schema up to date.
    pub async fn open(path: &Path) -> Result<SqliteCatalog, CatalogError> {
        let catalog = SqliteCatalog::connect(path);
        crate::migrations::sqlite()
            .run(&catalog.pool)
            .await
            .map_err(crate::migrations::failed)?;
        Ok(catalog)
    }

    /// Opens the file when first used; the schema must be there already.
    pub fn connect(path: &Path) -> SqliteCatalog {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A power cut may lose the last commits but not damage the file; on one machine the jobs go with them.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY_WAIT);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(BUSY_WAIT)
            .connect_lazy_with(options);
        SqliteCatalog { pool }
    }

    /// Begins to write at once: a transaction that reads first and writes later may find the file taken.
    pub(crate) async fn begin(&self, step: &'static str) -> Result<sqlx::Transaction<'static, Db>, CatalogError> {
        self.pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(crate::sqlx_failure::during(step))
    }
}
