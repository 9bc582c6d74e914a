//! Doorbells that say a job may be ready: over RabbitMQ or within one process.
