//! How many requests a key may make: a bucket of a minute's requests that fills steadily.

use jobs::KeyId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// Buckets kept at most; full ones are forgotten first, which changes nothing for their keys.
const BUCKETS_MAX: usize = 10_000;

/// Counts requests by key, in this process only: two API processes together allow twice as many.
#[derive(Debug, Default)]
pub struct RateLimiter(Mutex<HashMap<KeyId, Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    seen: Instant,
}

/// Whether a request may be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// It may.
    pub allowed: bool,
    /// As many as the key may make in a minute.
    pub per_minute: i64,
    /// As many as it may make at once now.
    pub remaining: i64,
    /// Until the next may be made.
    pub wait: Duration,
    /// Until as many as ever may be made at once.
    pub full_in: Duration,
}

impl RateLimiter {
    /// Takes one request of a key that may make `per_minute`.
    pub fn take(&self, key: KeyId, per_minute: i64, now: Instant) -> Decision {
        let capacity = per_minute.max(1) as f64;
        let per_sec = capacity / MINUTE.as_secs_f64();
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, bucket| now.saturating_duration_since(bucket.seen) < MINUTE);
        }
        let bucket = buckets.entry(key).or_insert(Bucket {
            tokens: capacity,
            seen: now,
        });
        let filled = now.saturating_duration_since(bucket.seen).as_secs_f64() * per_sec;
        bucket.tokens = (bucket.tokens + filled).min(capacity);
        bucket.seen = now;
        let allowed = bucket.tokens >= 1.0;
        if allowed {
            bucket.tokens -= 1.0;
        }
        Decision {
            allowed,
            per_minute,
            remaining: bucket.tokens as i64,
            wait: Duration::from_secs_f64((1.0 - bucket.tokens).max(0.0) / per_sec),
            full_in: Duration::from_secs_f64((capacity - bucket.tokens) / per_sec),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_requests_may_come_at_once_and_then_one_by_one() {
        let (limiter, key, begin) = (RateLimiter::default(), KeyId::at(1, [0; 10]), Instant::now());
        for left in (0..6).rev() {
            let decision = limiter.take(key, 6, begin);
            assert!(decision.allowed);
            assert_eq!(decision.remaining, left);
        }
        let refused = limiter.take(key, 6, begin);
        assert!(!refused.allowed);
        assert_eq!(refused.wait, Duration::from_secs(10));
        assert!(limiter.take(key, 6, begin + Duration::from_secs(10)).allowed);
        assert!(!limiter.take(key, 6, begin + Duration::from_secs(11)).allowed);
        assert!(limiter.take(KeyId::at(2, [0; 10]), 6, begin).allowed, "another key has its own");
    }
}
