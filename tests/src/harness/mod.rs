//! What stories stand on: real private servers that end with the test, and waiting for a condition.
//!
//! Starting RabbitMQ takes 4 to 50 s, PostgreSQL 0.1 s. `shared()` servers are started once for a test binary and are for
//! stories that leave them running, each in its own database or with its own queue prefix; a story that stops or wipes a server
//! takes its `own()`. Stories stand in few binaries for that reason.

mod fault_layer;
mod faults;
mod folder;
mod postgres;
mod rabbitmq;
mod s3;
mod wait;

pub use faults::{Calls, Fault, FaultRule, Faults};
pub use postgres::Postgres;
pub use rabbitmq::RabbitMq;
pub use s3::S3;
pub use wait::wait_until;
