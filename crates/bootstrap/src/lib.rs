//! What every program does the same way: models, cache folder, tracing, clock, shutdown.
