//! What is stored: artifacts under the hashes of their bytes, finished stages under the hashes of what went into them, and the
//! file formats of results.
//!
//! Objects and files appear whole or not at all. Knows nothing of how results come about, nor of the catalog that says which
//! artifacts count.

mod artifact_store;
mod content_hash;
mod failure;
mod get;
mod hands_parquet;
mod probe;
mod put;
mod stage_store;
mod store_config;
mod store_error;
pub mod suite;
mod sweep;
mod unfinished_file;
mod upload;

pub use artifact_store::{ArtifactStore, StoredObject};
pub use content_hash::{ArtifactRef, ContentHash, NotAHash};
pub use failure::{failure_of_disk, failure_of_store, is_disk_full};
pub use hands_parquet::{HandRow, ReadHandsError, read_hands, write_hands};
pub use probe::{ConditionalPut, Support, check_at_start, probe_conditional_put};
pub use stage_store::{KeepStageError, STAGES_PREFIX, StageKey, StageStore};
pub use store_config::StoreConfig;
pub use store_error::{Operation, StoreError};
pub use sweep::{SweepError, Swept};
pub use unfinished_file::{UnfinishedFile, write_whole};
pub use upload::{AssembleError, UPLOADS_PREFIX};
