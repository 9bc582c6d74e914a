//! Runs any handler under a lease, and the duties that keep jobs moving: relay, scheduler, rescuer.
//!
//! Knows neither pianos nor HTTP. What a job is about is the handler's business; when its result counts is the catalog's.

mod context;
mod driver;
mod handler;
mod lease_keeper;
mod queues;
mod random;
pub mod relay;
pub mod rescuer;
pub mod scheduler;
mod slot;
mod stage_clock;
mod stopping;
mod trace;

pub use context::{JobContext, StopReason};
pub use driver::{Driver, DriverSettings};
pub use handler::{Handler, Interrupted};
pub use lease_keeper::ConnectCatalog;
pub use queues::{every_queue, queue_name, queues_for};
