//! What goes on beside answering requests, besides the duties every catalog needs (those are the `worker` crate's).

pub mod sweep;
pub mod webhooks;
