//! Stories about the API: a private SQLite catalog, a folder, and a broker within the process, asked through the router.

mod access;
mod artifacts;
mod batches;
mod dashboard;
mod events;
mod idempotency;
mod jobs;
mod openapi;
mod operation;
mod serving;
mod sources;
mod sweep;
mod uploads;
mod videos;
mod webhooks;
mod world;
