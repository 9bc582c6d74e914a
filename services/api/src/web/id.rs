//! The id in a path.

use crate::problem::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use std::fmt::Display;
use std::str::FromStr;

/// The `{id}` of a path. Text that is no id of the kind names nothing, so the answer is 404.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr<Err: Display>> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id<T>, Problem> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|error| Problem::not_found("such thing").because(error))?;
        let text = params.iter().find(|(name, _)| *name == "id").map_or("", |(_, value)| value);
        text.parse()
            .map(Id)
            .map_err(|error| Problem::not_found(format!("such thing: {error}")))
    }
}
