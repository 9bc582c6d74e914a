//! Goal: the service as its users run it loses nothing and does nothing twice, whatever happens to its processes and servers.
//! Method: the real programs as processes of their own, with a PostgreSQL, a RabbitMQ and an S3 server for each story; faults come
//! from outside: signals, servers that stop, a store that fails. Each story ends with the same look at what can be seen: every job
//! ended exactly once, and its files are those of the one attempt that was committed.
//!
//! The programs are those of the same build: run with `cargo test --workspace`. The models must be installed (`make test`).

mod cancelled;
mod clip;
mod cluster;
mod disk_full;
mod fetched;
mod labelled;
mod process;
mod servers;
mod soak;
mod workers_lost;
