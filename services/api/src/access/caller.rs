//! Who asks.

use crate::access::Scope;
use crate::problem::{Problem, codes};
use catalog::ApiKey;
use jobs::KeyId;
use std::sync::Arc;

/// Who asks: a key, or somebody at this very machine while it is open to them.
#[derive(Clone, Debug)]
pub enum Caller {
    /// An API key.
    Key(Arc<ApiKey>),
    /// Somebody at this machine, without a key; may do everything.
    Loopback,
}

impl Caller {
    /// The key, if it is one.
    pub fn key(&self) -> Option<KeyId> {
        match self {
            Caller::Key(key) => Some(key.id),
            Caller::Loopback => None,
        }
    }

    /// As many unfinished jobs as it may have.
    pub fn active_jobs_max(&self) -> Option<i64> {
        match self {
            Caller::Key(key) => key.limits.active_jobs_max,
            Caller::Loopback => None,
        }
    }

    /// Whether it may do this. Administrators may do everything.
    pub fn may(&self, scope: Scope) -> bool {
        match self {
            Caller::Key(key) => [scope, Scope::Admin]
                .iter()
                .any(|scope| key.scopes.iter().any(|held| held == scope.name())),
            Caller::Loopback => true,
        }
    }

    /// Refuses to change what another key made, unless the caller is an administrator.
    pub fn check_owner(&self, owner: Option<KeyId>) -> Result<(), Problem> {
        if self.may(Scope::Admin) || (owner.is_some() && owner == self.key()) {
            Ok(())
        } else {
            Err(Problem::new(
                codes::FORBIDDEN,
                "another key made this; changing it needs the scope admin",
            ))
        }
    }
}
