//! What an error of the database driver means.

use crate::CatalogError;

/// Names the step during which the driver failed, and tells trouble that passes from faults of ours.
pub(crate) fn during(step: &'static str) -> impl Fn(sqlx::Error) -> CatalogError {
    move |error| {
        let source = Box::new(error);
        if passes(&source) {
            CatalogError::Unavailable { step, source }
        } else {
            CatalogError::Fault { step, source }
        }
    }
}

/// A row does not hold what it should.
pub(crate) fn damaged(step: &'static str) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> CatalogError {
    move |source| CatalogError::Fault { step, source }
}

/// Whether the same step may succeed later: connections, restarts, deadlocks, a busy file.
/// Codes: PostgreSQL's appendix A (classes 08, 40, 53, 57), SQLite's result codes (5 busy, 6 locked, 13 full).
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.len() == 5 && ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class))
                || code
                    .parse::<i64>()
                    .is_ok_and(|code| code < 10_000 && matches!(code & 0xff, 5 | 6 | 13))
        }),
        _ => false,
    }
}
