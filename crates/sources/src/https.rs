//! Fetches a file directly. What has arrived stays in the folder, and the next try goes on behind it if the server agrees that
//! the file is still the same.

use crate::fetch::{Fetched, refused};
use crate::guard::Guard;
use crate::{FetchError, FetchErrorClass};
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;
use url::Url;

/// Limits of direct fetching.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpsConfig {
    /// Largest file, bytes.
    pub bytes_max: u64,
    /// Seconds for the whole file.
    pub wall_secs: u64,
    /// Tries within one attempt at the job; each goes on where the one before broke off.
    pub tries: u32,
}

impl Default for HttpsConfig {
    /// As much as the labeler takes; three hours; four tries.
    fn default() -> HttpsConfig {
        HttpsConfig {
            bytes_max: 16 << 30,
            wall_secs: 3 * 3600,
            tries: 4,
        }
    }
}

/// What is not a media file, besides all text.
const NOT_MEDIA: &[&str] = &[
    "application/json",
    "application/xhtml+xml",
    "application/xml",
    "application/pdf",
    "application/vnd.apple.mpegurl",
    "application/x-mpegurl",
    "application/dash+xml",
];

/// Between tries.
const PAUSE: Duration = Duration::from_secs(2);

/// Fetches a file into a folder.
pub async fn download(
    url: &Url,
    folder: &Path,
    config: &HttpsConfig,
    guard: &Guard,
    progress: impl Fn(f64) + Send + Sync,
    stop: impl Future<Output = ()> + Send,
) -> Result<Fetched, FetchError> {
    let transfer = Transfer {
        url,
        part: folder.join("download.part"),
        tag: folder.join("download.etag"),
        config,
        guard,
    };
    let whole = async {
        let mut tries = 1;
        loop {
            match transfer.go_on(&progress).await {
                Err(error) if error.class == FetchErrorClass::Transient && tries < config.tries => {
                    tracing::warn!(%error, tries, "a download broke off and goes on");
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                result => return result,
            }
        }
    };
    tokio::select! {
        done = whole => done?,
        () = stop => return Err(FetchError::stopped()),
    }
    let name = file_name(url);
    let path = folder.join(&name);
    tokio::fs::rename(&transfer.part, &path).await.map_err(|error| disk(&error))?;
    Ok(Fetched {
        path,
        tool_version: concat!("toccata ", env!("CARGO_PKG_VERSION")).to_owned(),
        title: Some(name),
        uploader: None,
        licence: None,
        duration_secs: None,
        section_start_secs: None,
    })
}

struct Transfer<'a> {
    url: &'a Url,
    part: PathBuf,
    tag: PathBuf,
    config: &'a HttpsConfig,
    guard: &'a Guard,
}

impl Transfer<'_> {
    /// One request, going on behind what is there.
    async fn go_on(&self, progress: &(impl Fn(f64) + Sync)) -> Result<(), FetchError> {
        let there = tokio::fs::metadata(&self.part).await.map_or(0, |metadata| metadata.len());
        let headers = self.headers(there).await;
        let patience = Duration::from_secs(self.config.wall_secs);
        let response = self
            .guard
            .ask(Method::GET, self.url, headers, Vec::new(), patience)
            .await
            .map_err(refused)?;
        let offset = match response.status() {
            StatusCode::OK => 0,
            StatusCode::PARTIAL_CONTENT if continues_at(&response, there) => there,
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => return self.begin_again().await,
            status => return Err(of_status(self.url, status, response.headers())),
        };
        self.receive(response, offset, progress).await
    }

    /// Asks for the rest, if there is a part whose version is known.
    async fn headers(&self, there: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let tag = tokio::fs::read(&self.tag)
            .await
            .ok()
            .and_then(|tag| HeaderValue::from_bytes(&tag).ok());
        if let (1.., Some(tag)) = (there, tag)
            && let Ok(range) = HeaderValue::from_str(&format!("bytes={there}-"))
        {
            headers.insert(RANGE, range);
            headers.insert(IF_RANGE, tag);
        }
        headers
    }

    async fn begin_again(&self) -> Result<(), FetchError> {
        let _ = tokio::fs::remove_file(&self.part).await;
        let _ = tokio::fs::remove_file(&self.tag).await;
        let message = format!("{} does not go on where it broke off; it is fetched from the beginning", self.url);
        Err(FetchError::new(FetchErrorClass::Transient, "resume_refused", message))
    }

    async fn receive(&self, mut response: Response, offset: u64, progress: &impl Fn(f64)) -> Result<(), FetchError> {
        self.check_kind(response.headers())?;
        let total = response.content_length().map(|rest| offset + rest);
        self.check_size(total.unwrap_or(0))?;
        // Only a strong tag says that a later part belongs to the same bytes.
        let tag = response.headers().get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
        match tag {
            Some(tag) => tokio::fs::write(&self.tag, tag.as_bytes()).await.map_err(|error| disk(&error))?,
            None => drop(tokio::fs::remove_file(&self.tag).await),
        }
        let mut file = self.open(offset).await.map_err(|error| disk(&error))?;
        let mut received = offset;
        loop {
            let chunk = response.chunk().await.map_err(|error| {
                let message = format!("{} broke off after {received} bytes: {}", self.url, with_cause(&error));
                FetchError::new(FetchErrorClass::Transient, "download_broke_off", message)
            });
            let Some(chunk) = (match chunk {
                Ok(chunk) => chunk,
                Err(error) => {
                    file.flush().await.map_err(|error| disk(&error))?;
                    return Err(error);
                }
            }) else {
                break;
            };
            received += chunk.len() as u64;
            self.check_size(received)?;
            file.write_all(&chunk).await.map_err(|error| disk(&error))?;
            if let Some(total) = total.filter(|total| *total > 0) {
                progress(received as f64 / total as f64);
            }
        }
        file.flush().await.map_err(|error| disk(&error))?;
        match total {
            Some(total) if received != total => {
                let message = format!("{} promised {total} bytes and sent {received}", self.url);
                Err(FetchError::new(FetchErrorClass::Transient, "length_wrong", message))
            }
            _ if received == 0 => {
                let message = format!("{} sent nothing", self.url);
                Err(FetchError::new(FetchErrorClass::Permanent, "empty_file", message))
            }
            _ => Ok(()),
        }
    }

    /// A page where a file was expected: a login, an apology, or simply no address of a video.
    fn check_kind(&self, headers: &HeaderMap) -> Result<(), FetchError> {
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !kind.starts_with("text/") && !NOT_MEDIA.contains(&kind.as_str()) {
            return Ok(());
        }
        let message = format!(
            "{} is answered with {kind}, not with a video, and no site yt-dlp is used for has it",
            self.url
        );
        Err(FetchError::new(FetchErrorClass::Permanent, "not_a_video", message))
    }

    fn check_size(&self, bytes: u64) -> Result<(), FetchError> {
        if bytes <= self.config.bytes_max {
            return Ok(());
        }
        let message = format!("{} has more than {} bytes", self.url, self.config.bytes_max);
        Err(FetchError::new(FetchErrorClass::Permanent, "too_large", message))
    }

    async fn open(&self, offset: u64) -> std::io::Result<File> {
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&self.part).await?;
        file.set_len(offset).await?;
        let mut file = file;
        tokio::io::AsyncSeekExt::seek(&mut file, std::io::SeekFrom::Start(offset)).await?;
        Ok(file)
    }
}

/// Whether a partial answer begins where our part ends.
fn continues_at(response: &Response, there: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {there}-")))
}

fn of_status(url: &Url, status: StatusCode, headers: &HeaderMap) -> FetchError {
    let (class, code) = match status.as_u16() {
        404 | 410 => (FetchErrorClass::Permanent, "not_found"),
        401 | 403 => (FetchErrorClass::Permanent, "forbidden"),
        429 => (FetchErrorClass::Throttled, "too_many_requests"),
        503 if headers.contains_key(RETRY_AFTER) => (FetchErrorClass::Throttled, "host_busy"),
        408 | 425 | 500..=599 => (FetchErrorClass::Transient, "host_failed"),
        _ => (FetchErrorClass::Permanent, "host_refused"),
    };
    FetchError {
        class,
        code,
        message: format!("{url} was answered with {status}"),
        retry_after: retry_after(headers),
    }
}

/// Seconds to wait; dates are not understood and the class's own patience applies.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    // A host that asks for more than a day is asked again after a day.
    Some(Duration::from_secs(seconds).min(Duration::from_secs(24 * 3600)))
}

/// The last part of the address, if it is an ordinary name.
fn file_name(url: &Url) -> String {
    let last = url
        .path_segments()
        .and_then(|mut segments| segments.next_back())
        .unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_.".contains(*c))
        .take(100)
        .collect();
    let plain = plain.trim_start_matches('.');
    if plain.is_empty() { "video".to_owned() } else { plain.to_owned() }
}

fn disk(error: &std::io::Error) -> FetchError {
    let code = if error.kind() == std::io::ErrorKind::StorageFull {
        "disk_full"
    } else {
        "disk_failed"
    };
    FetchError::new(
        FetchErrorClass::Transient,
        code,
        format!("the worker's disk cannot be used: {error}"),
    )
}

fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", with_cause(cause)),
        None => error.to_string(),
    }
}
