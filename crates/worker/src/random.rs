//! Numbers that differ between workers, for jitter. Nothing secret hangs on them.

/// Between 0 and 1.
pub(crate) fn unit() -> f64 {
    const BITS: u32 = 52;
    // The lower half of a version 7 UUID is random but for its two highest bits.
    let random = uuid::Uuid::now_v7().as_u64_pair().1 & ((1 << BITS) - 1);
    random as f64 / (1_u64 << BITS) as f64
}

/// One time in `n`.
pub(crate) fn one_in(n: f64) -> bool {
    unit() * n < 1.0
}
