//! The system clock, read here and handed down.

use std::time::SystemTime;

/// Now.
#[expect(clippy::disallowed_methods, reason = "this crate is where the clock is read")]
pub fn now() -> SystemTime {
    SystemTime::now()
}
