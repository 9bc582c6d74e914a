//! Fetches one video, by the right tool for its address.

use crate::guard::{Guard, GuardError};
use crate::https;
use crate::identity::{self, IdentityKind};
use crate::{FetchError, FetchErrorClass};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use url::Url;

/// How videos are fetched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchConfig {
    /// Files that are fetched directly.
    pub https: https::HttpsConfig,
}

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
    let identity =
        identity::identify(request.url).map_err(|error| FetchError::new(FetchErrorClass::Permanent, error.code(), error.to_string()))?;
    if identity.kind != IdentityKind::Video {
        let message = format!("{} is not one video", request.url);
        return Err(FetchError::new(FetchErrorClass::Permanent, "not_a_video", message));
    }
    let url =
        Url::parse(&identity.url).map_err(|error| FetchError::new(FetchErrorClass::Permanent, "not_an_address", error.to_string()))?;
    guard.vet(&url).await.map_err(refused)?;
    https::download(&url, request.folder, &config.https, guard, progress, stop).await
}

/// Lists the videos of a playlist, channel or feed, from the `first` to the `last`, as they are found.
pub async fn expand(
    request: &FetchRequest<'_>,
    _videos: std::ops::RangeInclusive<usize>,
    _config: &FetchConfig,
    guard: &Guard,
    _hear: impl FnMut(Entry) + Send,
    _stop: impl Future<Output = ()> + Send,
) -> Result<(), FetchError> {
    let url = Url::parse(request.url).map_err(|error| FetchError::new(FetchErrorClass::Permanent, "not_an_address", error.to_string()))?;
    guard.vet(&url).await.map_err(refused)?;
    Err(FetchError::new(
        FetchErrorClass::ToolBug,
        "tool_missing",
        "playlists are listed by yt-dlp, which is not set up",
    ))
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
