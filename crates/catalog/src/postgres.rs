//! The catalog in PostgreSQL.

use crate::CatalogError;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::time::Duration;

pub(crate) type Db = sqlx::Postgres;
pub(crate) type Row = sqlx::postgres::PgRow;

macro_rules! sql {
    ($name:literal) => {{
        static TEXT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
            crate::dialect::POSTGRES.write(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/", $name, ".sql")))
        });
        TEXT.as_str()
    }};
}

#[expect(clippy::duplicate_mod, reason = "the steps are written once and compiled for each database")]
#[path = "steps/mod.rs"]
mod steps;

/// How long a step waits for a connection before the catalog counts as unavailable.
const CONNECTION_WAIT: Duration = Duration::from_secs(10);

/// The catalog in PostgreSQL 15 or newer.
#[derive(Clone, Debug)]
pub struct PostgresCatalog {
    pub(crate) pool: PgPool,
}

pub(crate) use PostgresCatalog as Store;

impl PostgresCatalog {
    /// Connects and brings the schema up to date.
    pub async fn open(url: &str, connections_max: u32) -> Result<PostgresCatalog, CatalogError> {
        let catalog = PostgresCatalog::connect(url, connections_max)?;
        crate::migrations::postgres()
            .run(&catalog.pool)
            .await
            .map_err(crate::migrations::failed)?;
        Ok(catalog)
    }

    /// Connects when first used; the schema must be there already.
    pub fn connect(url: &str, connections_max: u32) -> Result<PostgresCatalog, CatalogError> {
        let options: PgConnectOptions = url.parse().map_err(crate::sqlx_failure::during("connect"))?;
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(CONNECTION_WAIT)
            // Compiling a statement takes longer than any of ours.
            .connect_lazy_with(options.options([("jit", "off")]));
        Ok(PostgresCatalog { pool })
    }

    pub(crate) async fn begin(&self, step: &'static str) -> Result<sqlx::Transaction<'static, Db>, CatalogError> {
        self.pool.begin().await.map_err(crate::sqlx_failure::during(step))
    }
}
