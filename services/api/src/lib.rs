//! The REST API, and the duties that live beside it: relay, scheduler, rescuer, webhooks.
