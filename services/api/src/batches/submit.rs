//! Submits many videos at once.

use super::lines::{Sorted, count_lines, sort_addresses, sort_ndjson};
use super::view::BatchView;
use crate::access::{Caller, Submitter};
use crate::intake::{Choices, Meaning, Options, meaning, playlist_item};
use crate::problem::{FieldError, Problem, codes};
use crate::state::ApiState;
use crate::web::{Params, Trace, media_type, read_json, read_whole};
use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use bytes::Bytes;
use catalog::{BatchTarget, NewBatch, Submission};
use jobs::{BatchId, Class, SubmitOptions};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The media type of lists with one JSON value a line.
const NDJSON: &str = "application/x-ndjson";
/// Longest name of a batch, bytes.
const NAME_BYTES_MAX: usize = 200;

/// Many videos: a playlist or channel, or a list of addresses.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitBatch {
    /// A playlist, channel or feed; its videos are listed and join the batch.
    url: Option<String>,
    /// Addresses of videos.
    urls: Option<Vec<String>>,
    /// What people call it.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// What is chosen for all of them.
    #[serde(default)]
    options: Options,
}

/// What holds for all lines of an NDJSON body.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ForAllLines {
    /// What people call the batch (NDJSON bodies only).
    #[param(max_length = 200)]
    name: Option<String>,
    /// What is chosen for all lines that choose nothing themselves: JSON of Options (NDJSON bodies only).
    options: Option<String>,
}

/// A batch that was accepted.
#[derive(Serialize, ToSchema)]
pub struct BatchAccepted {
    /// The batch.
    #[serde(flatten)]
    batch: BatchView,
    /// Videos somebody had submitted before: the batch shares their jobs.
    joined: usize,
}

/// What was asked for, whatever form it came in.
struct Wanted {
    what: What,
    name: Option<String>,
    options: SubmitOptions,
}

enum What {
    Playlist(::sources::identity::Identity),
    Addresses(Vec<String>),
    Lines(Bytes),
}

/// Submits a playlist, a channel, a list, or up to 100,000 lines of NDJSON: each an address, or `{"url", "options"}`. Lines that are
/// no videos become refusals of the batch.
#[utoipa::path(post, path = "/v1/batches", tag = "batches", operation_id = "submit_batch", params(ForAllLines),
    request_body(content((SubmitBatch = "application/json"), (String = "application/x-ndjson"))),
    responses((status = 202, description = "The batch", body = BatchAccepted, headers(("Location" = String)))))]
pub async fn submit(
    Submitter(caller): Submitter,
    State(state): State<ApiState>,
    Extension(trace): Extension<Trace>,
    Params(for_all): Params<ForAllLines>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let settings = &state.settings;
    let wanted = match media_type(&headers).as_str() {
        "application/json" => read_batch(&state, &read_whole(body, settings.limits.batch_bytes_max).await?)?,
        NDJSON => read_lines(&state, for_all, read_whole(body, settings.limits.batch_bytes_max).await?)?,
        _ => {
            let detail = format!("send application/json or {NDJSON}");
            return Err(Problem::new(codes::UNSUPPORTED_MEDIA_TYPE, detail));
        }
    };
    let id = BatchId::from_uuid(Uuid::now_v7());
    let submission = submission(&state, &caller, id, wanted, trace).await?;
    let accepted = state.catalog.accept(&submission).await?;
    crate::metrics::accepted(&submission, &accepted);
    state.work_arrived.notify_one();
    let answer = BatchAccepted {
        batch: state.catalog.batch(id).await?.into(),
        joined: accepted.items.iter().filter(|item| item.joined).count(),
    };
    Ok((StatusCode::ACCEPTED, [(LOCATION, format!("/v1/batches/{id}"))], Json(answer)))
}

fn read_batch(state: &ApiState, body: &[u8]) -> Result<Wanted, Problem> {
    let wanted: SubmitBatch = read_json(body)?;
    let options = wanted
        .options
        .check("/options", &state.settings.legal_basis)
        .map_err(Problem::invalid_body)?;
    let what = match (wanted.url, wanted.urls) {
        (Some(url), None) => What::Playlist(playlist(state, &url)?),
        (None, Some(urls)) if !urls.is_empty() => {
            check_count(state, urls.len())?;
            What::Addresses(urls)
        }
        (None, Some(_)) => return Err(Problem::invalid_body(vec![FieldError::at("/urls", "must not be empty")])),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::invalid_body(vec![FieldError::at("", "needs either url or urls")]));
        }
    };
    Ok(Wanted {
        what,
        name: checked_name(wanted.name).map_err(|detail| Problem::invalid_body(vec![FieldError::at("/name", detail)]))?,
        options,
    })
}

fn playlist(state: &ApiState, url: &str) -> Result<::sources::identity::Identity, Problem> {
    match meaning(&state.settings, url).map_err(|refusal| Problem::refused("/url", refusal))? {
        // Most sites do not say in an address whether it is a list: the one who submits it as one says so.
        Meaning::Playlist(identity) | Meaning::Video(identity) => Ok(identity),
        Meaning::Bucket(_) | Meaning::Path(_) => Err(Problem::invalid_body(vec![FieldError::at(
            "/url",
            "must be a playlist or channel; one video is submitted to /v1/videos, several as urls",
        )])),
    }
}

fn read_lines(state: &ApiState, for_all: ForAllLines, body: Bytes) -> Result<Wanted, Problem> {
    check_count(state, count_lines(&body))?;
    let options: Options = match &for_all.options {
        Some(text) => read_json(text.as_bytes()).map_err(|problem| Problem::invalid_query("options", problem.detail()))?,
        None => Options::default(),
    };
    let in_query = |errors: Vec<FieldError>| {
        let details = errors.into_iter().map(|error| format!("{}: {}", error.pointer, error.detail));
        Problem::invalid_query("options", details.collect::<Vec<_>>().join("; "))
    };
    Ok(Wanted {
        what: What::Lines(body),
        name: checked_name(for_all.name).map_err(|detail| Problem::invalid_query("name", detail))?,
        options: options.check("", &state.settings.legal_basis).map_err(in_query)?,
    })
}

fn check_count(state: &ApiState, count: usize) -> Result<(), Problem> {
    let most = state.settings.limits.batch_lines_max;
    match count {
        0 => Err(Problem::invalid_body(vec![FieldError::at("", "a batch needs at least one line")])),
        count if count > most => Err(Problem::new(
            codes::BODY_TOO_LARGE,
            format!("the batch has {count} lines; at most {most} are taken: submit several batches"),
        )),
        _ => Ok(()),
    }
}

fn checked_name(name: Option<String>) -> Result<Option<String>, String> {
    match name {
        Some(name) if name.len() > NAME_BYTES_MAX => Err(format!("must be at most {NAME_BYTES_MAX} bytes")),
        name => Ok(name),
    }
}

async fn submission(state: &ApiState, caller: &Caller, id: BatchId, wanted: Wanted, trace: Trace) -> Result<Submission, Problem> {
    let Wanted { what, name, options } = wanted;
    let batch = NewBatch {
        id,
        name,
        url: match &what {
            What::Playlist(playlist) => Some(playlist.url.clone()),
            What::Addresses(_) | What::Lines(_) => None,
        },
        options: serde_json::to_string(&options).map_err(Problem::internal)?,
    };
    let sorting = state.clone();
    // A hundred thousand addresses take a second to read: not on a thread that answers others.
    let sorted = tokio::task::spawn_blocking(move || sort(&sorting, id, &what, &options))
        .await
        .map_err(Problem::internal)?;
    Ok(Submission {
        key: caller.key(),
        batch: BatchTarget::New(batch),
        items: sorted.items,
        refused: sorted.refused,
        traceparent: Some(trace.traceparent),
        active_jobs_max: caller.active_jobs_max(),
    })
}

fn sort(state: &ApiState, id: BatchId, what: &What, options: &SubmitOptions) -> Sorted {
    match what {
        What::Addresses(addresses) => sort_addresses(&state.settings, addresses, options),
        What::Lines(text) => sort_ndjson(&state.settings, text, options),
        What::Playlist(playlist) => {
            let choices = Choices {
                options,
                class: Class::Backfill,
                labelling_version: &state.settings.labelling_version,
            };
            Sorted {
                items: vec![playlist_item(0, playlist, id, &choices)],
                refused: vec![],
            }
        }
    }
}
