//! The pages people watch: `services/dashboard`, built to static files that this program carries within itself.

mod files;

use crate::problem::{Problem, codes};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use files::{File, file};
use tower_http::compression::CompressionLayer;

/// Nothing from elsewhere and nothing inline. Media and pictures may come from memory: with a key they are fetched by the page, since
/// links cannot send one.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; \
     font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Every page of the dashboard is this one, whose script looks at the address.
const PAGE: &str = "index.html";

/// Paths of the API, where programs ask: a page is never the answer there.
const OF_PROGRAMS: [&str; 6] = ["v1", "docs", "openapi.json", "metrics", "healthz", "readyz"];

/// The dashboard as a service: packed on the way, for scripts are text and lines can be long.
pub fn pages() -> Router {
    Router::new().fallback(page_or_file).layer(CompressionLayer::new())
}

/// Answers what no endpoint does: with a file of the dashboard, with its page where somebody wants one to read, or with a problem.
async fn page_or_file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let (first, _) = path.split_once('/').unwrap_or((path, ""));
    if !matches!(*request.method(), Method::GET | Method::HEAD) || OF_PROGRAMS.contains(&first) {
        return no_such_path().into_response();
    }
    if let Some(found) = file(path) {
        return answer(&found, request.headers());
    }
    if !path.is_empty() && !wants_a_page(request.headers()) {
        return no_such_path().into_response();
    }
    match file(PAGE) {
        Some(page) => answer(&page, request.headers()),
        None => Problem::new(
            codes::NOT_FOUND,
            "this program was built without the dashboard: run `make build`. The API's documentation is at /docs/",
        )
        .into_response(),
    }
}

fn no_such_path() -> Problem {
    Problem::not_found("page with this path")
}

/// Browsers name HTML among what they take; programs and scripts do not.
fn wants_a_page(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}

fn answer(file: &File, headers: &HeaderMap) -> Response {
    let known = headers.get(IF_NONE_MATCH).is_some_and(|tag| tag == file.tag);
    let (status, body) = if known {
        (StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        (StatusCode::OK, Body::from(file.bytes.clone()))
    };
    // Names under assets/ change with their content; the page that names them is asked for anew each time.
    let keep = if file.is_named_by_content {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = (status, body).into_response();
    let fields = [
        (CONTENT_TYPE, HeaderValue::from_static(file.media_type)),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static(keep)),
        (ETAG, file.tag.clone()),
    ];
    response.headers_mut().extend(fields);
    response
}
