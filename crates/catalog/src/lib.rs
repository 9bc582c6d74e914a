//! What is known: sources, jobs, batches, artifacts, keys; in PostgreSQL or SQLite.
//!
//! The catalog is the truth and everything else a hint. Each method of [`Catalog`] is one business step in one transaction.
//! Knows nothing of pianos, brokers, HTTP, or where objects are kept.

mod access;
mod dialect;
mod error;
mod jobs_read;
mod migrations;
mod open;
mod outcome;
mod postgres;
mod serving;
mod sqlite;
mod sqlx_failure;
mod submission;
pub mod suite;
mod the_catalog;

pub use access::{ApiKey, Idempotent, KeyLimits, NewApiKey, StoredAnswer};
pub use error::CatalogError;
pub use jobs_read::{
    Attempt, Batch, BatchCounts, BatchItem, Event, EventFilter, Job, JobFilter, Performance, PerformanceFilter, Source, Usage, UsageBy,
};
pub use open::{connect, open};
pub use outcome::{Artifact, Cost, HeldJob, HostTurn, LeaseRequest, Leased, NewPerformance, Outcome, Renewal, SourceFacts, Worker};
pub use postgres::PostgresCatalog;
pub use serving::{Bell, Delivery, DeliveryResult, Endpoint, NewEndpoint, QueueFact, Rescued, Upload};
pub use sqlite::SqliteCatalog;
pub use submission::{Accepted, AcceptedItem, BatchTarget, NewBatch, RefusedItem, Submission, SubmittedItem};
pub use the_catalog::Catalog;
