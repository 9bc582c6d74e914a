//! A video sent along with its submission: written to a file as it comes, then stored under its hash.

use super::answer::accept;
use super::submit::sent_item;
use crate::access::Caller;
use crate::idempotency::{answer_once, read_key};
use crate::intake::{Options, Uploaded};
use crate::problem::{Problem, codes};
use crate::state::ApiState;
use crate::web::{Trace, read_json};
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jobs::SubmitOptions;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

/// Options are small.
const OPTIONS_BYTES_MAX: u64 = 64 << 10;
/// Longest name of a file, bytes: that of common file systems.
const NAME_BYTES_MAX: usize = 255;

/// What was sent, stored.
struct Sent {
    media: Uploaded,
    notes: Option<Uploaded>,
    options: SubmitOptions,
}

/// Submits a video sent along. Storing the same file twice stores it once, so an `Idempotency-Key` is looked at only now, when it
/// is known what the request contains.
pub async fn submit_files(
    state: ApiState,
    caller: Caller,
    trace: Trace,
    headers: &HeaderMap,
    parts: Multipart,
) -> Result<Response, Problem> {
    let key = read_key(headers, caller.key())?;
    let sent = receive(&state, parts).await?;
    let fingerprint = fingerprint(&sent);
    let item = sent_item(&state, &sent.media, sent.notes.as_ref(), &sent.options);
    match key {
        None => accept(&state, &caller, item, trace).await,
        Some(key) => {
            let (accepting, traced) = (state.clone(), Some(trace.clone()));
            let work = async move {
                accept(&accepting, &caller, item, trace)
                    .await
                    .unwrap_or_else(Problem::into_response)
            };
            answer_once(state, key, fingerprint, traced, work).await
        }
    }
}

async fn receive(state: &ApiState, mut parts: Multipart) -> Result<Sent, Problem> {
    let limits = state.settings.limits;
    let (mut media, mut notes, mut options) = (None, None, None);
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" if media.is_none() => media = Some(store(state, part, limits.upload_bytes_max).await?),
            "notes" if notes.is_none() => notes = Some(store(state, part, limits.notes_bytes_max).await?),
            "options" if options.is_none() => options = Some(read_options(part).await?),
            name => {
                let detail = format!("the part {name:?} is not wanted, or came twice; there are: file, notes, options");
                return Err(Problem::new(codes::INVALID_MULTIPART, detail));
            }
        }
    }
    let media = media.ok_or_else(|| Problem::new(codes::INVALID_MULTIPART, "the part file, with the video, is missing"))?;
    if media.size_bytes == 0 {
        return Err(Problem::new(codes::INVALID_MULTIPART, "the part file is empty"));
    }
    let options = options
        .unwrap_or_default()
        .check("/options", &state.settings.legal_basis)
        .map_err(Problem::invalid_body)?;
    Ok(Sent { media, notes, options })
}

/// Writes a part to a file of ours as it comes, and puts that into the store.
async fn store(state: &ApiState, mut part: Field<'_>, bytes_max: u64) -> Result<Uploaded, Problem> {
    let name: String = part
        .file_name()
        .and_then(|name| name.rsplit(['/', '\\']).next())
        .filter(|name| !name.is_empty() && name.len() <= NAME_BYTES_MAX)
        .unwrap_or("unnamed")
        .to_owned();
    let spool = state.new_spool_file().map_err(Problem::spool)?;
    let mut file = tokio::fs::File::from_std(spool.reopen().map_err(Problem::spool)?);
    let mut size_bytes = 0_u64;
    while let Some(piece) = part.chunk().await.map_err(broken)? {
        size_bytes += piece.len() as u64;
        if size_bytes > bytes_max {
            let detail = format!("{name} is longer than {bytes_max} bytes");
            return Err(Problem::new(codes::BODY_TOO_LARGE, detail));
        }
        file.write_all(&piece).await.map_err(Problem::spool)?;
    }
    file.flush().await.map_err(Problem::spool)?;
    let artifact = state.store.put_file(spool.path()).await?;
    Ok(Uploaded {
        sha256: artifact.sha256.to_string(),
        size_bytes: i64::try_from(artifact.size_bytes).unwrap_or(i64::MAX),
        name,
    })
}

async fn read_options(mut part: Field<'_>) -> Result<Options, Problem> {
    let mut text = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(broken)? {
        if (text.len() + piece.len()) as u64 > OPTIONS_BYTES_MAX {
            return Err(Problem::new(codes::BODY_TOO_LARGE, "the part options is too long"));
        }
        text.extend_from_slice(&piece);
    }
    read_json(&text)
}

fn broken(error: MultipartError) -> Problem {
    let code = match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => codes::BODY_TOO_LARGE,
        _ => codes::INVALID_MULTIPART,
    };
    Problem::new(code, error.body_text()).because(error)
}

/// Equal for equal content, whatever the boundary between its parts was.
fn fingerprint(sent: &Sent) -> [u8; 32] {
    let notes = sent.notes.as_ref().map(|notes| (&notes.sha256, &notes.name));
    let content = serde_json::json!(["multipart", sent.media.sha256, sent.media.name, notes, sent.options]);
    Sha256::digest(content.to_string()).into()
}
