//! Whether the program stops.

use tokio::sync::watch;

/// Whether `shutdown` is true. A sender that is gone means the same: nobody could say it any more.
pub(crate) fn stopping(shutdown: &watch::Receiver<bool>) -> bool {
    *shutdown.borrow() || shutdown.has_changed().is_err()
}
