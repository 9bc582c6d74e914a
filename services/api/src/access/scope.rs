//! What a key may do. A handler says what it needs by the type it takes.

use crate::access::Caller;
use crate::problem::{Problem, codes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// One thing a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Submit, cancel and retry.
    Submit,
    /// Look at everything.
    Read,
    /// Everything, also to what others made.
    Admin,
}

/// All of them.
pub const SCOPES: [Scope; 3] = [Scope::Submit, Scope::Read, Scope::Admin];

impl Scope {
    /// The stable name: `submit`.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Submit => "submit",
            Scope::Read => "read",
            Scope::Admin => "admin",
        }
    }
}

macro_rules! proof {
    ($(#[$doc:meta])* $name:ident, $scope:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Caller);

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<$name, Problem> {
                caller_with(parts, $scope).map($name)
            }
        }
    };
}
proof!(
    /// Somebody who may submit.
    Submitter,
    Scope::Submit
);
proof!(
    /// Somebody who may look.
    Reader,
    Scope::Read
);
proof!(
    /// Somebody who may do everything.
    Admin,
    Scope::Admin
);

fn caller_with(parts: &Parts, scope: Scope) -> Result<Caller, Problem> {
    let caller = parts
        .extensions
        .get::<Caller>()
        .ok_or_else(|| Problem::internal("a handler that needs a caller stands outside the routes that have one"))?;
    if caller.may(scope) {
        Ok(caller.clone())
    } else {
        Err(Problem::new(codes::FORBIDDEN, format!("the key lacks the scope {}", scope.name())))
    }
}
