//! Waiting for a condition.

use std::fmt::Display;
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// Stories notice within this time.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Looks again and again until it sees what the story waits for, and returns that. Panics after the limit and tells what was
/// waited for and what the last look saw instead (the `Err`).
pub async fn wait_until<T, S: Display>(limit: Duration, what: &str, mut look: impl AsyncFnMut() -> Result<T, S>) -> T {
    let begin = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let status = match look().await {
            Ok(seen) => return seen,
            Err(status) => status,
        };
        assert!(
            begin.elapsed() < limit,
            "after {limit:?} still waiting until {what}; last seen: {status}"
        );
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
