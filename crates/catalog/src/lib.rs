//! What is known: sources, jobs, batches, artifacts, keys, in PostgreSQL or SQLite.
