//! Opens the catalog an operator names.

use crate::{Catalog, CatalogError, PostgresCatalog, SqliteCatalog};
use std::path::Path;
use std::sync::Arc;

/// Opens the catalog and brings its schema up to date. `url` is `postgres://...` or `sqlite:FILE`.
pub async fn open(url: &str, connections_max: u32) -> Result<Arc<dyn Catalog>, CatalogError> {
    match sqlite_file(url)? {
        Some(file) => Ok(Arc::new(SqliteCatalog::open(file).await?)),
        None => Ok(Arc::new(PostgresCatalog::open(url, connections_max).await?)),
    }
}

/// The same catalog again, for another thread's runtime; its schema must be there. Connects when first used.
pub fn connect(url: &str, connections_max: u32) -> Result<Arc<dyn Catalog>, CatalogError> {
    match sqlite_file(url)? {
        Some(file) => Ok(Arc::new(SqliteCatalog::connect(file))),
        None => Ok(Arc::new(PostgresCatalog::connect(url, connections_max)?)),
    }
}

fn sqlite_file(url: &str) -> Result<Option<&Path>, CatalogError> {
    if let Some(file) = url.strip_prefix("sqlite:") {
        return Ok(Some(Path::new(file)));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(None);
    }
    Err(CatalogError::Conflict {
        code: "catalog_url",
        what: "the catalog is named by postgres://... or sqlite:FILE".to_owned(),
    })
}
