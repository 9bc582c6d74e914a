//! `Idempotency-Key` as in draft-ietf-httpapi-idempotency-key-header: a request that may have been done is sent again, and is
//! answered as it was the first time.

use crate::access::Caller;
use crate::problem::{Problem, codes};
use crate::state::ApiState;
use crate::web::{Trace, media_type, read_whole};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use catalog::{Idempotent, StoredAnswer};
use jobs::KeyId;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest key, bytes. The draft's own examples have 36.
const KEY_BYTES_MAX: usize = 255;
/// Answers of ours are far shorter; one that is not is not kept.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// When to ask again for an answer that is on its way.
const IN_PROGRESS_RETRY: Duration = Duration::from_secs(1);
/// Headers that are part of an answer. The others belong to the connection or to the moment.
const KEPT_HEADERS: [HeaderName; 2] = [CONTENT_TYPE, LOCATION];

/// Answers POSTs with an `Idempotency-Key` once. Multipart bodies are too large to be held here: their handler calls
/// [`answer_once`] itself when it knows what they contain.
pub async fn idempotent(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    match key_of(&request) {
        Ok(Some(key)) if media_type(request.headers()) != "multipart/form-data" => {
            buffered(state, key, request, next).await.unwrap_or_else(Problem::into_response)
        }
        Ok(_) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn buffered(state: ApiState, key: IdempotencyKey, request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = read_whole(body, state.settings.limits.batch_bytes_max).await?;
    let fingerprint = request_fingerprint(&parts.method, &parts.uri.to_string(), &media_type(&parts.headers), &body);
    let trace = parts.extensions.get::<Trace>().cloned();
    let request = Request::from_parts(parts, Body::from(body));
    answer_once(state, key, fingerprint, trace, async move { next.run(request).await }).await
}

/// Equal for equal requests.
pub fn request_fingerprint(method: &Method, uri: &str, media_type: &str, body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [method.as_str().as_bytes(), uri.as_bytes(), media_type.as_bytes(), body] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Whose key it is, and the key.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    caller: Option<KeyId>,
    text: String,
}

/// The idempotency key of a request, if it has one.
fn key_of(request: &Request) -> Result<Option<IdempotencyKey>, Problem> {
    if request.method() != Method::POST {
        return Ok(None);
    }
    let caller = request.extensions().get::<Caller>().and_then(Caller::key);
    read_key(request.headers(), caller)
}

/// The idempotency key in these headers, if there is one.
pub fn read_key(headers: &HeaderMap, caller: Option<KeyId>) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(header) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = header.to_str().unwrap_or_default().trim();
    // The draft wants a quoted string; nearly everybody sends it bare.
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if text.is_empty() || text.len() > KEY_BYTES_MAX {
        let detail = format!("Idempotency-Key must be 1 to {KEY_BYTES_MAX} visible letters");
        return Err(Problem::new(codes::INVALID_HEADER, detail));
    }
    Ok(Some(IdempotencyKey {
        caller,
        text: text.to_owned(),
    }))
}

/// Answers, unless the same request was answered before. The work goes on if the caller hangs up: who asks again gets its answer.
pub async fn answer_once(
    state: ApiState,
    key: IdempotencyKey,
    request_sha256: [u8; 32],
    trace: Option<Trace>,
    work: impl Future<Output = Response> + Send + 'static,
) -> Result<Response, Problem> {
    match state.catalog.begin_idempotent(key.caller, &key.text, &request_sha256).await? {
        Idempotent::New => {}
        Idempotent::Answered(answer) => return Ok(replay(answer)),
        Idempotent::InProgress => {
            let problem = Problem::new(
                codes::IDEMPOTENCY_IN_PROGRESS,
                "the first request with this Idempotency-Key is being answered",
            );
            return Err(problem.retry_after(IN_PROGRESS_RETRY));
        }
        Idempotent::OtherRequest => {
            let detail = "this Idempotency-Key came before with another request; use a new key for a new request";
            return Err(Problem::new(codes::IDEMPOTENCY_KEY_REUSED, detail));
        }
    }
    let answering = tokio::spawn(async move {
        // A problem is kept with the trace of the request it is about.
        let response = match &trace {
            Some(trace) => crate::problem::finish(work.await, trace),
            None => work.await,
        };
        let (response, answer) = split(response).await;
        if let Err(error) = state.catalog.end_idempotent(key.caller, &key.text, answer.as_ref()).await {
            tracing::warn!(%error, "the answer to a request with an Idempotency-Key could not be kept");
        }
        response
    });
    answering.await.map_err(Problem::internal)
}

/// A response, and what is kept of it. Failures that may pass are not kept: the request may come again.
async fn split(response: Response) -> (Response, Option<StoredAnswer>) {
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    match read_whole(body, ANSWER_BYTES_MAX).await {
        Ok(body) => {
            let kept = KEPT_HEADERS.iter().filter_map(|name| {
                let value = parts.headers.get(name)?.to_str().ok()?;
                Some((name.as_str(), value))
            });
            let headers: BTreeMap<&str, &str> = kept.collect();
            let answer = StoredAnswer {
                status: status.as_u16(),
                headers: serde_json::json!(headers).to_string(),
                body: body.to_vec(),
            };
            (Response::from_parts(parts, Body::from(body)), Some(answer))
        }
        Err(problem) => (problem.into_response(), None),
    }
}

fn replay(answer: StoredAnswer) -> Response {
    let mut response = Body::from(answer.body).into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers: BTreeMap<String, String> = serde_json::from_str(&answer.headers).unwrap_or_default();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
        .headers_mut()
        .insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}
