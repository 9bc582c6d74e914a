//! Makes a webhook.

use super::view::WebhookView;
use crate::access::Submitter;
use crate::duties::webhooks::new_secret;
use crate::problem::{FieldError, Problem};
use crate::state::ApiState;
use crate::web::JsonBody;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use catalog::NewEndpoint;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// What may be told of: the ends of jobs and batches.
pub const EVENTS: [&str; 4] = ["job.completed", "job.cancelled", "job.discarded", "batch.finished"];

/// Longest address, bytes: what browsers and proxies take.
const URL_BYTES_MAX: usize = 2000;

/// A webhook to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// Where to.
    #[schema(max_length = 2000, format = "uri")]
    url: String,
    /// Which events: `job.completed`, `job.cancelled`, `job.discarded`, `batch.finished`; all unless given.
    #[serde(default)]
    events: Vec<String>,
}

/// A webhook that was made.
#[derive(Serialize, ToSchema)]
pub struct CreatedWebhook {
    /// The webhook.
    #[serde(flatten)]
    webhook: WebhookView,
    /// Checks the signatures of what is sent (Standard Webhooks). Shown this once.
    secret: String,
}

/// Makes a webhook: somewhere that is told when jobs and batches end, signed as Standard Webhooks says.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", operation_id = "create_webhook", request_body = CreateWebhook,
    responses((status = 201, description = "The webhook and its secret", body = CreatedWebhook)))]
pub async fn create(
    Submitter(caller): Submitter,
    State(state): State<ApiState>,
    JsonBody(wanted): JsonBody<CreateWebhook>,
) -> Result<(StatusCode, Json<CreatedWebhook>), Problem> {
    let errors = faults(&wanted);
    if !errors.is_empty() {
        return Err(Problem::invalid_body(errors));
    }
    vet(&state, &wanted.url).await?;
    let secret = new_secret().map_err(Problem::internal)?;
    let new = NewEndpoint {
        key: caller.key(),
        url: wanted.url,
        secret: secret.clone(),
        event_names: wanted.events,
    };
    let webhook = state.catalog.create_endpoint(&new).await?.into();
    Ok((StatusCode::CREATED, Json(CreatedWebhook { webhook, secret })))
}

fn faults(wanted: &CreateWebhook) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if wanted.url.len() > URL_BYTES_MAX {
        errors.push(FieldError::at("/url", format!("must be at most {URL_BYTES_MAX} bytes")));
    }
    for (index, event) in wanted.events.iter().enumerate() {
        if !EVENTS.contains(&event.as_str()) {
            errors.push(FieldError::at(
                format!("/events/{index}"),
                format!("must be one of {}", EVENTS.join(", ")),
            ));
        }
    }
    errors
}

/// Refuses addresses nothing will ever be sent to. They are looked at again whenever something is sent: what a name stands for may
/// change, and a name that cannot be found now may be found later.
async fn vet(state: &ApiState, address: &str) -> Result<(), Problem> {
    let refuse = |detail: String| Problem::invalid_body(vec![FieldError::at("/url", detail)]);
    let url = Url::parse(address)
        .ok()
        .filter(|url| url.has_host() && matches!(url.scheme(), "https" | "http"))
        .ok_or_else(|| refuse("must be an https:// address".to_owned()))?;
    match state.guard.vet(&url).await {
        Err(error) if error.is_refusal() => Err(refuse(error.to_string())),
        Ok(_) | Err(_) => Ok(()),
    }
}
