//! Fetches one video, by the right tool for its address.

use crate::guard::{Guard, GuardError, Vetted};
use crate::https;
use crate::identity::{self, Identity, IdentityKind};
use crate::yt_dlp::{self, YtDlpConfig};
use crate::yt_dlp_errors::UNSUPPORTED_URL;
use crate::{FetchError, FetchErrorClass};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::pin::pin;
use url::Url;

/// How videos are fetched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchConfig {
    /// Files that are fetched directly.
    pub https: https::HttpsConfig,
    /// Videos of sites that have to be understood, and playlists.
    pub yt_dlp: YtDlpConfig,
}

/// Files that are fetched directly without asking yt-dlp, by the end of their address.
const MEDIA_EXTENSIONS: &[&str] = &["mp4", "m4v", "mov", "webm", "mkv", "avi", "mpg", "mpeg"];

/// What to fetch.
#[derive(Clone, Copy, Debug)]
pub struct FetchRequest<'a> {
    /// The video's address.
    pub url: &'a str,
    /// Only this part: first and last second.
    pub section: Option<(f64, f64)>,
    /// Where the file goes, and where the tools keep their temporary files. What is left there from an earlier try is used.
    pub folder: &'a Path,
}

/// A fetched video.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetched {
    /// Its file, in the request's folder.
    pub path: PathBuf,
    /// What fetched it, with its version.
    pub tool_version: String,
    /// As its site states it.
    pub title: Option<String>,
    /// Its channel or owner.
    pub uploader: Option<String>,
    /// As its site states it.
    pub licence: Option<String>,
    /// Of the whole video.
    pub duration_secs: Option<f64>,
    /// Second of the original at which the file begins, if only a part was fetched.
    pub section_start_secs: Option<f64>,
}

/// A video in a playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its address.
    pub url: String,
    /// Its title, if the list says.
    pub title: Option<String>,
}

/// Fetches a video. `progress` is told 0 to 1 where the length is known.
pub async fn fetch(
    request: &FetchRequest<'_>,
    config: &FetchConfig,
    guard: &Guard,
    progress: impl Fn(f64) + Send + Sync,
    stop: impl Future<Output = ()> + Send,
) -> Result<Fetched, FetchError> {
    let mut stop = pin!(stop);
    let identity = identified(request)?;
    if identity.kind != IdentityKind::Video {
        let message = format!("{} is not one video", request.url);
        return Err(FetchError::new(FetchErrorClass::Permanent, "not_a_video", message));
    }
    let (url, vetted) = vetted(&identity, guard).await?;
    let request = FetchRequest {
        url: &identity.url,
        ..*request
    };
    if !is_media_file(&url) {
        let by_tool = yt_dlp::download(&request, &config.yt_dlp, guard, vetted.is_opened(), &progress, stop.as_mut()).await;
        match by_tool {
            // No site that yt-dlp may be used for; a plain file can still be there.
            Err(error) if error.code == UNSUPPORTED_URL => {}
            result => return result,
        }
    }
    https::download(&url, request.folder, &config.https, guard, progress, stop).await
}

/// Lists the videos of a playlist, channel or feed, from the first to the last that is wanted, as they are found.
pub async fn expand(
    request: &FetchRequest<'_>,
    videos: RangeInclusive<usize>,
    config: &FetchConfig,
    guard: &Guard,
    hear: impl FnMut(Entry) + Send,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), FetchError> {
    let identity = identified(request)?;
    let (_, vetted) = vetted(&identity, guard).await?;
    let request = FetchRequest {
        url: &identity.url,
        ..*request
    };
    yt_dlp::expand(&request, videos, &config.yt_dlp, guard, vetted.is_opened(), hear, stop).await
}

fn identified(request: &FetchRequest<'_>) -> Result<Identity, FetchError> {
    identity::identify(request.url).map_err(|error| FetchError::new(FetchErrorClass::Permanent, error.code(), error.to_string()))
}

async fn vetted(identity: &Identity, guard: &Guard) -> Result<(Url, Vetted), FetchError> {
    let url =
        Url::parse(&identity.url).map_err(|error| FetchError::new(FetchErrorClass::Permanent, "not_an_address", error.to_string()))?;
    let vetted = guard.vet(&url).await.map_err(refused)?;
    Ok((url, vetted))
}

fn is_media_file(url: &Url) -> bool {
    let extension = url.path().rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| MEDIA_EXTENSIONS.contains(&extension.as_str()))
}

/// What the guard's error means for a fetch.
pub fn refused(error: GuardError) -> FetchError {
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        message += &format!(": {error}");
        cause = error.source();
    }
    let (class, code) = match error {
        GuardError::Unresolved { .. } => (FetchErrorClass::Transient, "host_not_found"),
        GuardError::Request { .. } => (FetchErrorClass::Transient, "network_failed"),
        GuardError::Redirects { .. } => (FetchErrorClass::Permanent, "too_many_redirects"),
        GuardError::Scheme { .. } | GuardError::Port { .. } | GuardError::Private { .. } => {
            (FetchErrorClass::Permanent, "address_not_allowed")
        }
    };
    FetchError::new(class, code, message)
}
