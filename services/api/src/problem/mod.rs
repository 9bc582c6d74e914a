//! The one place where errors become answers: `application/problem+json` as in RFC 9457, with stable codes.

pub mod codes;

use crate::intake::Refusal;
use crate::web::Trace;
use artifacts::StoreError;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use catalog::CatalogError;
pub use codes::Code;
use serde::Serialize;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// The media type of problems.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What the `type` of a problem begins with; the code follows. A name, not an address: it never moves.
const TYPE_PREFIX: &str = "urn:toccata:problem:";

/// When to ask again while the catalog or the store cannot be reached: longer than a failover of a second or two, and soon
/// enough that a client's own patience lasts.
const UNAVAILABLE_RETRY: Duration = Duration::from_secs(5);
/// When to ask again with too many unfinished jobs: jobs take minutes.
const QUOTA_RETRY: Duration = Duration::from_secs(60);

/// A request that is not done, and why. Nothing of it was.
#[derive(Clone, Debug)]
pub struct Problem(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    headers: HeaderMap,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// What is wrong with one value of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is in the body, as a JSON pointer (RFC 6901), or the name of a query parameter.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// A problem as in RFC 9457.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Names the kind of problem: `urn:toccata:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    type_uri: String,
    /// The same for every problem of this kind.
    title: &'a str,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What programs match on. Stable.
    code: &'a str,
    /// What is wrong here, and what to do.
    detail: &'a str,
    /// Single values that are wrong.
    errors: &'a [FieldError],
    /// To find the request in logs and traces.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    trace_id: &'a str,
}

impl FieldError {
    /// What is wrong with the value at a JSON pointer.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> FieldError {
        FieldError {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }
}

impl Problem {
    /// A problem of this kind.
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem(Arc::new(Inner {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            headers: HeaderMap::new(),
            cause: None,
        }))
    }

    /// There is no such thing.
    pub fn not_found(what: impl std::fmt::Display) -> Problem {
        Problem::new(codes::NOT_FOUND, format!("there is no {what}"))
    }

    /// Values of the body that cannot be used.
    pub fn invalid_body(errors: Vec<FieldError>) -> Problem {
        let detail = errors
            .iter()
            .map(|error| format!("{}: {}", error.pointer, error.detail))
            .collect::<Vec<_>>()
            .join("; ");
        Problem::new(codes::INVALID_BODY, detail).with(|inner| inner.errors = errors)
    }

    /// An address that is not accepted.
    pub fn refused(pointer: &str, refusal: Refusal) -> Problem {
        let Refusal { code, message } = refusal;
        let code = Code {
            name: code,
            ..codes::SOURCE_REFUSED
        };
        Problem::new(code, message.clone()).with(|inner| inner.errors = vec![FieldError::at(pointer, message)])
    }

    /// A file of ours, on its way into the store, cannot be written.
    pub fn spool(error: std::io::Error) -> Problem {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => full().because(error),
            _ => Problem::internal(error),
        }
    }

    /// A query parameter that cannot be used.
    pub fn invalid_query(name: &str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        Problem::new(codes::INVALID_QUERY, format!("{name}: {detail}")).with(|inner| inner.errors = vec![FieldError::at(name, detail)])
    }

    /// A fault of ours.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
        Problem::new(
            codes::INTERNAL,
            "the request could not be answered; the fault is in our log under its trace_id",
        )
        .because(cause)
    }

    /// The error behind it, for our log only.
    pub fn because(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
        let cause = Arc::from(cause.into());
        self.with(|inner| inner.cause = Some(cause))
    }

    /// Says when to ask again.
    pub fn retry_after(self, wait: Duration) -> Problem {
        self.header(RETRY_AFTER, HeaderValue::from(retry_after_secs(wait)))
    }

    /// Adds a header to the answer.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Problem {
        self.with(|inner| {
            inner.headers.insert(name, value);
        })
    }

    /// What kind it is.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What is wrong here.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Problem {
        change(Arc::make_mut(&mut self.0));
        self
    }

    fn body(&self, trace_id: &str) -> Vec<u8> {
        let body = ProblemBody {
            type_uri: format!("{TYPE_PREFIX}{}", self.0.code.name),
            title: self.0.code.title,
            status: self.0.code.status,
            code: self.0.code.name,
            detail: &self.0.detail,
            errors: &self.0.errors,
            trace_id,
        };
        serde_json::to_vec(&body).unwrap_or_else(|_| unreachable!("a struct of text and numbers is always JSON"))
    }
}

/// Whole seconds, at least one: `Retry-After: 0` would make clients spin.
pub fn retry_after_secs(wait: Duration) -> u64 {
    wait.as_secs_f64().ceil().max(1.0) as u64
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.body("").into_response();
        *response.status_mut() = StatusCode::from_u16(self.0.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().extend(self.0.headers.clone());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the trace id into a problem, and faults into the log, once, with all their causes.
pub fn finish(mut response: Response, trace: &Trace) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    if problem.0.code.status >= 500 {
        let cause = problem
            .0
            .cause
            .as_ref()
            .map(|cause| with_causes(cause.as_ref()))
            .unwrap_or_default();
        tracing::error!(code = problem.0.code.name, cause, "a request could not be answered");
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    Response::from_parts(parts, axum::body::Body::from(problem.body(&trace.trace_id)))
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Problem {
        match &error {
            CatalogError::NotFound { what } => Problem::not_found(what),
            CatalogError::Conflict { code, what } => Problem::new(
                Code {
                    name: code,
                    ..codes::CONFLICT
                },
                what,
            ),
            CatalogError::QuotaExceeded { .. } => Problem::new(codes::QUOTA_EXCEEDED, error.to_string()).retry_after(QUOTA_RETRY),
            CatalogError::Unavailable { .. } => {
                Problem::new(codes::CATALOG_UNAVAILABLE, "the database cannot be reached; nothing was done")
                    .because(error)
                    .retry_after(UNAVAILABLE_RETRY)
            }
            CatalogError::Fault { .. } | CatalogError::LeaseLost { .. } => Problem::internal(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Full { .. } => full().because(error),
            StoreError::File { source, .. } => Problem::spool(source),
            StoreError::Unavailable { .. } | StoreError::Truncated { .. } => {
                Problem::new(codes::STORE_UNAVAILABLE, "the artifact store cannot be reached; nothing was done")
                    .because(error)
                    .retry_after(UNAVAILABLE_RETRY)
            }
            _ => Problem::internal(error),
        }
    }
}

fn full() -> Problem {
    Problem::new(codes::STORE_FULL, "there is no room for the file; nothing was kept").retry_after(QUOTA_RETRY)
}

/// The path exists, but not with this method.
pub async fn no_such_method() -> Problem {
    Problem::new(codes::METHOD_NOT_ALLOWED, "the Allow header names the methods of this path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreachable_catalog_asks_for_patience() {
        let problem = Problem::from(CatalogError::Unavailable {
            step: "list jobs",
            source: "connection refused".into(),
        });
        let response = problem.into_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[RETRY_AFTER], "5");
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
    }

    #[test]
    fn patience_is_never_zero() {
        assert_eq!(retry_after_secs(Duration::ZERO), 1);
        assert_eq!(retry_after_secs(Duration::from_millis(1500)), 2);
    }
}
