//! What is stored: finished stages under their hashes, and the file formats of results.
//!
//! Files appear whole or not at all. Knows nothing of how results come about.

mod hands_parquet;
mod stage_store;
mod whole_file;

pub use hands_parquet::{HandRow, write_hands};
pub use stage_store::{StageKey, StageStore, StoreError};
pub use whole_file::write_whole;
