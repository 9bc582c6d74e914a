//! Follows a request: its trace context (W3C), its span, its metrics, and the trace id in its problem.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

/// Where a request belongs among all others.
#[derive(Clone, Debug)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// W3C trace context of this request, for what it starts.
    pub traceparent: String,
}

impl Trace {
    /// The caller's trace, or a new one.
    fn of(headers: &HeaderMap) -> Trace {
        let given = headers
            .get("traceparent")
            .and_then(|value| value.to_str().ok())
            .and_then(trace_id_of);
        let trace_id = given.unwrap_or_else(|| Uuid::now_v7().simple().to_string());
        // The last eight bytes of a version 7 UUID are random but for two bits.
        let span = Uuid::now_v7().simple().to_string()[16..].to_owned();
        Trace {
            traceparent: format!("00-{trace_id}-{span}-01"),
            trace_id,
        }
    }
}

/// The trace id of a `traceparent` header of version 00; anything else is as good as none.
fn trace_id_of(traceparent: &str) -> Option<String> {
    let parts: Vec<&str> = traceparent.split('-').collect();
    let [version, trace_id, span_id, flags] = parts[..] else {
        return None;
    };
    let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let valid = version == "00" && is_hex(trace_id, 32) && is_hex(span_id, 16) && is_hex(flags, 2);
    (valid && trace_id.bytes().any(|digit| digit != b'0')).then(|| trace_id.to_owned())
}

/// Follows each request through all that is inside.
pub async fn follow(mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let trace = Trace::of(request.headers());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let method = request.method().as_str().to_owned();
    request.extensions_mut().insert(trace.clone());
    let span = tracing::info_span!("request", http.method = method, http.route = route, trace_id = trace.trace_id);
    let response = next.run(request).instrument(span.clone()).await;
    let mut response = span.in_scope(|| crate::problem::finish(response, &trace));
    crate::metrics::request_answered(&method, &route, response.status().as_u16(), begun.elapsed());
    if let Ok(value) = HeaderValue::from_str(&trace.trace_id) {
        response.headers_mut().insert("trace-id", value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(traceparent: &str, expected: Option<&str>) {
        assert_eq!(trace_id_of(traceparent).as_deref(), expected, "{traceparent}");
    }

    #[test]
    fn the_callers_trace_goes_on() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        check(&format!("00-{id}-b7ad6b7169203331-01"), Some(id));
        check(&format!("00-{id}-b7ad6b7169203331"), None);
        check(&format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)), None);
        check("rubbish", None);
    }

    #[test]
    fn a_new_trace_is_well_formed() {
        let trace = Trace::of(&HeaderMap::new());
        assert_eq!(trace_id_of(&trace.traceparent), Some(trace.trace_id));
    }
}
