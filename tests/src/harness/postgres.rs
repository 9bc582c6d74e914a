//! A private PostgreSQL.

use super::folder::Folder;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// A PostgreSQL server on loopback with its own data folder.
pub struct Postgres {
    folder: Folder,
    url: String,
    databases: AtomicU32,
}

impl Postgres {
    /// The one of this test binary: not to be stopped.
    pub async fn shared() -> &'static Postgres {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(Postgres::own).await
    }

    /// One of the story's own.
    pub async fn own() -> Postgres {
        let folder = Folder::new();
        let url = folder.call("start", "postgres").await;
        Postgres {
            folder,
            url,
            databases: AtomicU32::new(0),
        }
    }

    /// Makes an empty database and returns its URL.
    pub async fn new_database(&self) -> String {
        let name = format!("story_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url).await.expect("the private PostgreSQL answers");
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .expect("a new database");
        let server = self.url.trim_end_matches("/postgres");
        format!("{server}/{name}")
    }

    /// Ends it in order; clients lose their connections.
    pub async fn stop(&self) {
        self.folder.call("stop", "postgres").await;
    }

    /// Ends it as a crash would. What it confirmed is there after the next start.
    pub async fn kill(&self) {
        self.folder.call("kill", "postgres").await;
    }

    /// Starts it again, on the same port and data.
    pub async fn start(&self) {
        self.folder.call("start", "postgres").await;
    }
}
