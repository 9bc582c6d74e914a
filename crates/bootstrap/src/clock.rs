//! The system clock, read here and handed down.

use std::time::SystemTime;

/// Now.
#[expect(clippy::disallowed_methods, reason = "this crate is where the clock is read")]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// Processor time of this process so far, all its threads, seconds.
pub fn process_cpu_secs() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}
