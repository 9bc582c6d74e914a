//! Leases: a worker owns a job for a while, and proves it with a fence.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a lease lasts, by the catalog's clock. A dead worker's job is free again after this.
pub const LEASE: Duration = Duration::from_secs(30);

/// How often a worker extends its lease. Each extension also says whether somebody cancelled the job, so this bounds how
/// long a cancellation takes to be heard; several may fail before the lease is lost.
pub const EXTEND_EVERY: Duration = Duration::from_secs(4);

/// A worker whose extensions were not confirmed for this long stops its side effects: five seconds before another worker
/// may begin.
pub const SELF_FENCE_AFTER: Duration = Duration::from_secs(25);

/// Counts the leases of a job. Whoever commits shows the fence of its lease; after another lease it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fence(pub i64);
