//! Query parameters.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;

/// The parameters of a query. Unknown ones are refused by types that deny unknown fields.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Params<T>, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Params).map_err(|error| {
            let name = error.path().to_string();
            Problem::invalid_query(if name == "." { "query" } else { &name }, error.inner().to_string())
        })
    }
}

/// Reads one parameter.
pub fn parse_param<T: FromStr<Err: Display>>(name: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(|text| {
        text.parse()
            .map_err(|error: T::Err| Problem::invalid_query(name, error.to_string()))
    })
    .transpose()
}

/// Reads names with commas between them.
pub fn parse_names<T: FromStr<Err: Display>>(name: &str, text: Option<&str>) -> Result<Vec<T>, Problem> {
    let names = text.into_iter().flat_map(|text| text.split(','));
    names
        .map(|one| one.parse().map_err(|error: T::Err| Problem::invalid_query(name, error.to_string())))
        .collect()
}
