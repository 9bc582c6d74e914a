//! The dispatcher: delivers webhooks, signed as Standard Webhooks says (standardwebhooks.com), until they are taken or patience
//! ends.

use crate::state::ApiState;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use catalog::{CatalogError, Delivery, DeliveryResult};
use futures::{StreamExt, stream};
use hmac::{Hmac, KeyInit, Mac};
use jobs::EndpointId;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use sha2::Sha256;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use url::Url;

/// What a secret begins with.
const SECRET_PREFIX: &str = "whsec_";

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Messages taken at once, and sent at a time.
const BATCH: i64 = 32;
const AT_A_TIME: usize = 8;
/// How long an endpoint may take to answer (Standard Webhooks recommends 15 to 30 s).
const PATIENCE: Duration = Duration::from_secs(15);
/// Messages in hand are kept from other dispatchers for longer than all of them can take.
const HOLD: Duration = Duration::from_secs(120);

/// Waits after each failed try: Svix's ladder. After the last one a message is given up; it can be replayed.
const LADDER: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(10 * 3600),
];
/// An endpoint that took nothing for so long is switched off.
const DISABLE_AFTER: Duration = Duration::from_secs(5 * 24 * 3600);
/// "Gone": the endpoint's owner wants no more.
const GONE: u16 = 410;
/// What is kept of an error, characters.
const ERROR_CHARS_MAX: usize = 500;

/// A new secret: 32 random bytes, written as Standard Webhooks wants it.
pub fn new_secret() -> std::io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(format!("{SECRET_PREFIX}{}", BASE64_STANDARD.encode(bytes)))
}

/// Delivers until `shutdown` turns true.
pub async fn run(state: &ApiState, mut shutdown: watch::Receiver<bool>) {
    while !*shutdown.borrow() {
        let pause = match tick(state, bootstrap::clock::now()).await {
            Ok(BATCH..) => continue,
            Ok(_) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, "webhooks have to wait");
                LOOK_EVERY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = shutdown.wait_for(|stop| *stop) => {}
        }
    }
}

/// Delivers what is due, up to a batch of it. Returns how many were tried.
pub async fn tick(state: &ApiState, now: SystemTime) -> Result<i64, CatalogError> {
    let due = state.catalog.take_deliveries(BATCH, HOLD).await?;
    let tried = due.len();
    let results: Vec<Result<(), CatalogError>> = stream::iter(due)
        .map(|delivery| async move { deliver(state, &delivery, now).await })
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;
    results.into_iter().collect::<Result<(), CatalogError>>()?;
    Ok(i64::try_from(tried).unwrap_or(i64::MAX))
}

async fn deliver(state: &ApiState, delivery: &Delivery, now: SystemTime) -> Result<(), CatalogError> {
    let answer = send(state, delivery, now).await;
    let delivered = matches!(answer, Ok(status) if (200..300).contains(&status));
    let gone = answer == Ok(GONE);
    let disable_endpoint = gone || (!delivered && failed_for_days(state, delivery.endpoint, now).await?);
    let tries = usize::try_from(delivery.tries).unwrap_or(usize::MAX);
    let next = LADDER.get(tries).filter(|_| !delivered && !disable_endpoint);
    let result = DeliveryResult {
        status: answer.as_ref().ok().copied(),
        error: answer.err().map(|error| error.chars().take(ERROR_CHARS_MAX).collect()),
        retry_after_ms: next.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
        delivered,
        disable_endpoint,
    };
    let outcome = match &result {
        DeliveryResult { delivered: true, .. } => "delivered",
        DeliveryResult {
            disable_endpoint: true, ..
        } => "disabled",
        DeliveryResult { retry_after_ms: None, .. } => "given_up",
        _ => "failed",
    };
    metrics::counter!("webhook_tries_total", "outcome" => outcome).increment(1);
    tracing::debug!(endpoint.id = %delivery.endpoint, message.id = delivery.message_id, outcome, "a webhook was tried");
    match state.catalog.record_delivery(delivery.seq, &result).await {
        // Its endpoint was deleted meanwhile.
        Err(CatalogError::NotFound { .. }) => Ok(()),
        recorded => recorded,
    }
}

/// Sends a message. The status of the answer, or why there is none.
async fn send(state: &ApiState, delivery: &Delivery, now: SystemTime) -> Result<u16, String> {
    let url = Url::parse(&delivery.url).map_err(|error| error.to_string())?;
    let unix_secs = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let headers = headers(delivery, unix_secs).ok_or("the endpoint's secret cannot be used")?;
    let body = delivery.body.clone().into_bytes();
    let asked = state.guard.ask(Method::POST, &url, headers, body, PATIENCE).await;
    asked.map(|response| response.status().as_u16()).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        format!("{error}{}", cause.unwrap_or_default())
    })
}

fn headers(delivery: &Delivery, unix_secs: u64) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("webhook-id", HeaderValue::try_from(&delivery.message_id).ok()?);
    headers.insert("webhook-timestamp", HeaderValue::from(unix_secs));
    let signature = signature(&delivery.secret, &delivery.message_id, unix_secs, &delivery.body)?;
    headers.insert("webhook-signature", HeaderValue::try_from(signature).ok()?);
    Some(headers)
}

fn signature(secret: &str, message_id: &str, unix_secs: u64, body: &str) -> Option<String> {
    let key = BASE64_STANDARD.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{message_id}.{unix_secs}.{body}").as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

async fn failed_for_days(state: &ApiState, endpoint: EndpointId, now: SystemTime) -> Result<bool, CatalogError> {
    let endpoints = state.catalog.list_endpoints().await?;
    let since_ms = endpoints.iter().find(|one| one.id == endpoint).and_then(|one| one.failing_since_ms);
    let since = since_ms.map(|ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms.unsigned_abs()));
    Ok(since.is_some_and(|since| now.duration_since(since).is_ok_and(|failing| failing >= DISABLE_AFTER)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's own libraries.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn a_new_secret_can_sign() {
        assert!(signature(&new_secret().unwrap(), "msg_1", 1, "{}").is_some());
        assert_eq!(signature("rubbish", "msg_1", 1, "{}"), None);
    }
}
