//! What every artifact store must do, as stories that any of them can be put through: a folder in this crate's tests, an S3
//! server in those of the whole.

mod objects;
mod stages;
mod sweeping;
mod uploads;

use crate::ArtifactStore;
use std::time::{Duration, Instant};

/// Runs every story on the store, which must be used by nobody else meanwhile. Panics where one fails. Needs a runtime with
/// threads of its own.
pub async fn exercise(store: &ArtifactStore) {
    objects::exercise(store).await;
    uploads::exercise(store).await;
    stages::exercise(store).await;
    sweeping::exercise(store).await;
}

/// Looks until it sees something, for ten seconds.
async fn wait_for<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "still waiting until {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Bytes without a pattern, always the same.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(|_| next()).collect()
}
