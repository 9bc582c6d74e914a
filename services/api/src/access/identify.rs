//! Finds out who asks, before anything else is done for them.

use crate::access::{Caller, Decision, hash_of_secret};
use crate::problem::{Problem, codes};
use crate::state::ApiState;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

/// Lets through who has a key that is known and not over its rate.
pub async fn identify(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let caller = match caller(&state, request.headers(), peer).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let decision = decide(&state, &caller);
    request.extensions_mut().insert(caller);
    match decision {
        None => next.run(request).await,
        Some(decision) if decision.allowed => with_rate(next.run(request).await, &decision),
        Some(decision) => {
            let problem = Problem::new(
                codes::RATE_LIMITED,
                format!("the key may make {} requests in a minute", decision.per_minute),
            );
            with_rate(problem.retry_after(decision.wait).into_response(), &decision)
        }
    }
}

async fn caller(state: &ApiState, headers: &HeaderMap, peer: Option<IpAddr>) -> Result<Caller, Problem> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return loopback(state, headers, peer);
    };
    let secret = header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, secret)| hash_of_secret(secret.trim()))
        .ok_or_else(|| unauthenticated("send Authorization: Bearer tcc_..."))?;
    let key = state.catalog.find_key(&secret).await?;
    key.map(|key| Caller::Key(Arc::new(key)))
        .ok_or_else(|| unauthenticated("the key is unknown or revoked"))
}

/// In development, who sits at this machine needs no key. A web page open in their browser is not them: pages of other
/// origins are refused, and so are names that were made to point here.
fn loopback(state: &ApiState, headers: &HeaderMap, peer: Option<IpAddr>) -> Result<Caller, Problem> {
    if !state.settings.dev.open_to_loopback || !peer.is_some_and(|address| address.to_canonical().is_loopback()) {
        return Err(unauthenticated("send Authorization: Bearer tcc_..."));
    }
    if is_from_here(headers) {
        Ok(Caller::Loopback)
    } else {
        Err(Problem::new(
            codes::CROSS_ORIGIN,
            "without a key, requests must come from this machine and not from a page of another site",
        ))
    }
}

fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(HOST);
    let host_is_loopback = host.is_none_or(|host| {
        let name = host
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let name = name.map_or(host, |(name, _)| name);
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    });
    let origin_is_host = text(ORIGIN).is_none_or(|origin| origin.split_once("://").map(|(_, place)| place) == host);
    host_is_loopback && origin_is_host
}

fn decide(state: &ApiState, caller: &Caller) -> Option<Decision> {
    let Caller::Key(key) = caller else { return None };
    let per_minute = key.limits.requests_per_minute.unwrap_or(state.settings.limits.requests_per_minute);
    Some(state.rates.take(key.id, per_minute, Instant::now()))
}

/// Says how much is left, in the fields of draft-ietf-httpapi-ratelimit-headers.
fn with_rate(mut response: Response, decision: &Decision) -> Response {
    let fields = [
        ("ratelimit-policy", format!("\"requests\";q={};w=60", decision.per_minute)),
        (
            "ratelimit",
            format!("\"requests\";r={};t={}", decision.remaining, decision.full_in.as_secs()),
        ),
    ];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn unauthenticated(detail: &str) -> Problem {
    Problem::new(codes::UNAUTHENTICATED, detail).header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"toccata\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, origin: Option<&str>, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        assert_eq!(is_from_here(&headers), expected, "{host} {origin:?}");
    }

    #[test]
    fn pages_of_other_sites_are_not_from_here() {
        check("127.0.0.1:8080", None, true);
        check("localhost:8080", Some("http://localhost:8080"), true);
        check("[::1]:8080", Some("http://[::1]:8080"), true);
        check("127.0.0.1:8080", Some("https://evil.example"), false);
        check("127.0.0.1:8080", Some("null"), false);
        check("evil.example:8080", None, false);
        check("evil.example:8080", Some("http://evil.example:8080"), false);
    }
}
