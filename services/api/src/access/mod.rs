//! Who asks, what they may do, and how much of it.

mod caller;
mod identify;
mod rate;
mod scope;
mod secret;

pub use caller::Caller;
pub use identify::identify;
pub use rate::{Decision, RateLimiter};
pub use scope::{Admin, Reader, SCOPES, Scope, Submitter};
pub use secret::{KeySecret, hash_of_secret};
