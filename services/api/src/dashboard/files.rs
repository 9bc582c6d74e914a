//! The files Vite built, carried within the program.

use axum::http::HeaderValue;
use rust_embed::RustEmbed;
use std::borrow::Cow;

/// Absent while the dashboard was not built, so that the API can be built and tested without Node.
#[derive(RustEmbed)]
#[folder = "../dashboard/dist"]
#[allow_missing = true]
struct Built;

/// A file of the dashboard.
pub(super) struct File {
    /// What it holds.
    pub bytes: Cow<'static, [u8]>,
    /// What it is.
    pub media_type: &'static str,
    /// Names its content.
    pub tag: HeaderValue,
    /// Whether its name does too.
    pub is_named_by_content: bool,
}

/// The file with this path, which begins without a slash.
pub(super) fn file(path: &str) -> Option<File> {
    let found = Built::get(path)?;
    let hash: String = found.metadata.sha256_hash()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(File {
        bytes: found.data,
        media_type: media_type(path),
        tag: HeaderValue::from_str(&format!("\"{hash}\"")).ok()?,
        is_named_by_content: path.starts_with("assets/"),
    })
}

/// What Vite writes, and no more.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
