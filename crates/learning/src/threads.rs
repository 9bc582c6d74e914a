//! The threads that an update may use.

use std::num::NonZeroUsize;

/// A fixed number of threads. What is computed does not depend on how many there are.
#[derive(Debug)]
pub struct Threads {
    pool: rayon::ThreadPool,
}

/// Threads that could not be started.
#[derive(Debug, thiserror::Error)]
#[error("could not start {count} threads for learning")]
pub struct ThreadsError {
    count: NonZeroUsize,
    source: rayon::ThreadPoolBuildError,
}

impl Threads {
    /// Starts threads.
    pub fn new(count: NonZeroUsize) -> Result<Threads, ThreadsError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count.get());
        let pool = pool.thread_name(|number| format!("learning-{number}")).build();
        let pool = pool.map_err(|source| ThreadsError { count, source })?;
        Ok(Threads { pool })
    }

    pub(crate) fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }
}
