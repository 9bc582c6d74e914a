//! Submits a video.

use super::answer::{JobAccepted, accept};
use super::multipart::submit_files;
use crate::access::{Caller, Submitter};
use crate::intake::{Choices, Notes, Options, Uploaded, meaning, upload_item, video_item};
use crate::problem::{FieldError, Problem, codes};
use crate::state::ApiState;
use crate::uploads::completed_upload;
use crate::web::{JsonBody, Trace, media_type};
use axum::extract::{Extension, FromRequest, Multipart, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use catalog::SubmittedItem;
use jobs::{Class, SubmitOptions, UploadId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A video: its address, or an upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitVideo {
    /// Where it is.
    url: Option<String>,
    /// Or a completed upload.
    #[schema(value_type = Option<String>, pattern = "^upload_[0-9a-f]{32}$")]
    upload: Option<UploadId>,
    /// A completed upload with its notes: MIDI, PIG, or text with tabs.
    #[schema(value_type = Option<String>, pattern = "^upload_[0-9a-f]{32}$")]
    notes_upload: Option<UploadId>,
    /// What is chosen.
    #[serde(default)]
    options: Options,
}

/// A video sent along.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the parts, which are read as a stream")]
pub struct SubmitVideoFile {
    /// The video.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Its notes: MIDI, PIG, or text with tabs.
    #[schema(value_type = Option<String>, format = Binary)]
    notes: Option<Vec<u8>>,
    /// What is chosen: JSON of Options.
    options: Option<String>,
}

/// Submits a video by its address, as an upload, or sent along. The same work submitted twice is done once: the second submission
/// joins the first, is answered with 200, and what it chose besides (such as training) does not count.
#[utoipa::path(post, path = "/v1/videos", tag = "videos", operation_id = "submit_video",
    request_body(content((SubmitVideo = "application/json"), (SubmitVideoFile = "multipart/form-data"))),
    responses((status = 202, description = "The job", body = JobAccepted, headers(("Location" = String))),
        (status = 200, description = "The job of somebody who submitted the same before", body = JobAccepted, headers(("Location" = String)))))]
pub async fn submit(
    Submitter(caller): Submitter,
    State(state): State<ApiState>,
    Extension(trace): Extension<Trace>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    match media_type(&headers).as_str() {
        "application/json" => {
            let JsonBody(wanted) = JsonBody::from_request(request, &state).await?;
            let item = item(&state, &caller, wanted).await?;
            accept(&state, &caller, item, trace).await
        }
        "multipart/form-data" => {
            let parts = Multipart::from_request(request, &state)
                .await
                .map_err(|error| Problem::new(codes::INVALID_MULTIPART, error.body_text()))?;
            submit_files(state, caller, trace, &headers, parts).await
        }
        _ => Err(Problem::new(
            codes::UNSUPPORTED_MEDIA_TYPE,
            "send application/json or multipart/form-data",
        )),
    }
}

async fn item(state: &ApiState, caller: &Caller, wanted: SubmitVideo) -> Result<SubmittedItem, Problem> {
    let settings = &state.settings;
    let options = wanted
        .options
        .check("/options", &settings.legal_basis)
        .map_err(Problem::invalid_body)?;
    let notes = match wanted.notes_upload {
        Some(id) => Some(completed_upload(state, caller, id).await?),
        None => None,
    };
    let choices = choices(state, &options);
    match (wanted.url, wanted.upload) {
        (Some(url), None) => meaning(settings, &url)
            .and_then(|meaning| video_item(0, &meaning, notes.as_ref(), &choices))
            .map_err(|refusal| Problem::refused("/url", refusal)),
        (None, Some(upload)) => Ok(upload_item(
            0,
            &completed_upload(state, caller, upload).await?,
            notes.as_ref(),
            &choices,
        )),
        (Some(_), Some(_)) | (None, None) => Err(Problem::invalid_body(vec![FieldError::at("", "needs either url or upload")])),
    }
}

/// A video that was sent along.
pub(super) fn sent_item(state: &ApiState, media: &Uploaded, notes: Option<&Notes>, options: &SubmitOptions) -> SubmittedItem {
    upload_item(0, media, notes, &choices(state, options))
}

fn choices<'a>(state: &'a ApiState, options: &'a SubmitOptions) -> Choices<'a> {
    Choices {
        options,
        class: Class::Normal,
        labelling_version: &state.settings.labelling_version,
    }
}
