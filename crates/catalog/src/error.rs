//! How a step in the catalog fails.

/// Why a step was not done. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The lease was lost: somebody else may be doing the job, and this worker's result is not wanted.
    #[error("the lease of {job} with fence {fence} is lost")]
    LeaseLost {
        /// The job.
        job: jobs::JobId,
        /// The fence that is no longer valid.
        fence: i64,
    },
    /// There is no such thing.
    #[error("there is no {what}")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// The step does not fit the state something is in.
    #[error("{what}")]
    Conflict {
        /// Stable name of the reason: `job_not_cancellable`.
        code: &'static str,
        /// What is in the way.
        what: String,
    },
    /// The key has as many unfinished jobs as it may have.
    #[error("the key has {active} unfinished jobs of at most {limit}")]
    QuotaExceeded {
        /// Unfinished jobs, counted up to just above the limit.
        active: i64,
        /// As many as it may have.
        limit: i64,
    },
    /// The database cannot be reached or is overloaded; the same step may succeed later.
    #[error("the catalog cannot be reached while it should {step}")]
    Unavailable {
        /// What was being done.
        step: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A fault of ours: a statement or a row is not as it should be.
    #[error("the catalog failed to {step}")]
    Fault {
        /// What was being done.
        step: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl CatalogError {
    /// Whether the same step may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self, CatalogError::Unavailable { .. })
    }
}
