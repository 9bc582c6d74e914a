//! Uploads that can be resumed: the length is announced first, bytes follow in as many requests as it takes, and each goes on
//! where the last one ended. (The protocol is the core of tus 1.0.0.)

mod append;
mod create;
mod show;
mod view;
mod writers;

pub use writers::Writers;

use crate::access::Caller;
use crate::intake::Uploaded;
use crate::problem::{Problem, codes};
use crate::state::ApiState;
use jobs::UploadId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoints.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(show::show, append::append))
}

/// A complete upload of the caller's, to be submitted.
pub async fn completed_upload(state: &ApiState, caller: &Caller, id: UploadId) -> Result<Uploaded, Problem> {
    let upload = state.catalog.upload(id).await?;
    caller.check_owner(upload.key)?;
    match upload.artifact_sha256 {
        Some(sha256) => Ok(Uploaded {
            sha256,
            size_bytes: upload.size_bytes,
            name: upload.name,
        }),
        None => {
            let detail = format!("{id} has received {} of {} bytes", upload.received_bytes, upload.size_bytes);
            Err(Problem::new(codes::UPLOAD_INCOMPLETE, detail))
        }
    }
}
