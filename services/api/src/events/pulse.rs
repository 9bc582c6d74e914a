//! Tells streams that something happened, with one question to the catalog for all of them together.

use catalog::{Catalog, CatalogError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How often the catalog is asked while anybody watches. A bar that moves four times a second looks smooth.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// The newest event, as last heard of.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    newest: i64,
    at: Option<Instant>,
}

impl Pulse {
    /// Waits until there is an event after this one. May tell too early, never too late.
    pub async fn wait_for_more(&self, after: i64, catalog: &dyn Catalog) -> Result<i64, CatalogError> {
        loop {
            let mut heard = self.0.lock().await;
            if heard.newest > after {
                return Ok(heard.newest);
            }
            // Others wait for the lock meanwhile and then see what this one heard.
            if let Some(rest) = heard.at.and_then(|at| ASK_EVERY.checked_sub(at.elapsed())) {
                tokio::time::sleep(rest).await;
            }
            heard.newest = heard.newest.max(catalog.newest_event().await?);
            heard.at = Some(Instant::now());
        }
    }
}
