//! Runs any handler under a lease, and the duties that keep jobs moving: relay, scheduler, rescuer.
