//! A video given as an address: fetched as the service fetches it, by the guard's rules, and kept until it is labelled.

use crate::failure::{Failure, fault};
use crate::terminal::Terminal;
use bootstrap::shutdown::Shutdown;
use labeler::config::LabelerConfig;
use labeler::error::with_causes;
use labeler::progress::{Listener, Progress, Stage};
use labeler::request::Limits;
use labeling::performance::Origin;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sources::fetch::{FetchConfig, FetchRequest};
use sources::guard::Guard;
use sources::identity::{Identity, IdentityKind, identify};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, UNIX_EPOCH};

/// A video that was fetched.
pub struct WebVideo {
    /// Its file.
    pub path: PathBuf,
    /// Where it came from.
    pub origin: Origin,
    folder: PathBuf,
}

/// Videos being fetched are kept here, inside the folder of results.
const FOLDER: &str = ".video";
/// Says that a video has arrived, and which file it is.
const ARRIVED_FILE: &str = "arrived.json";
/// How often a fetch asks whether to stop.
const STOP_POLL: Duration = Duration::from_millis(100);

/// What [`ARRIVED_FILE`] holds.
#[derive(Serialize, Deserialize)]
struct Arrived {
    file_name: String,
    origin: Origin,
}

/// The address an input is, if it is none of this machine's files.
pub fn address(input: &Path) -> Option<&str> {
    input.to_str().filter(|text| text.contains("://") && !input.exists())
}

/// Fetches a video into a folder of its own within `out`. What an earlier run brought there is used; what it began goes on.
pub fn fetch(address: &str, out: &Path, limits: &Limits, terminal: &mut Terminal, shutdown: &Shutdown) -> Result<WebVideo, Failure> {
    let identity = video(address)?;
    let config: LabelerConfig = bootstrap::config::load(None).map_err(|error| Failure::Usage(with_causes(&error)))?;
    let folder = out.join(FOLDER).join(name_of(&identity));
    terminal.hear(Progress::Begun(Stage::Fetch));
    let (video, kept) = match arrived(&folder) {
        Some(video) => (video, true),
        None => {
            std::fs::create_dir_all(&folder).map_err(fault)?;
            let fetched = download(&identity, &folder, config, limits, terminal, shutdown);
            (fetched.inspect_err(|_| remove_if_empty(&folder))?, false)
        }
    };
    terminal.hear(Progress::Done {
        stage: Stage::Fetch,
        found: describe(&video.origin),
        kept,
    });
    Ok(video)
}

impl WebVideo {
    /// Deletes the video's file: its labels are what is kept.
    pub fn delete(self) -> std::io::Result<()> {
        std::fs::remove_dir_all(&self.folder)?;
        remove_if_empty(&self.folder);
        Ok(())
    }
}

fn video(address: &str) -> Result<Identity, Failure> {
    let identity = identify(address).map_err(|error| Failure::Usage(error.to_string()))?;
    let instead = match identity.kind {
        IdentityKind::Video => return Ok(identity),
        IdentityKind::Playlist => "is a playlist or a channel: label its videos one by one, or give it to a service with `toccata submit`",
        IdentityKind::Bucket => "is in a bucket, which only a service may read: give it to one with `toccata submit`",
    };
    Err(Failure::Usage(format!("{address} {instead}")))
}

/// One video has one folder, however its address is written.
fn name_of(identity: &Identity) -> String {
    let digest = Sha256::digest(identity.canonical.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn arrived(folder: &Path) -> Option<WebVideo> {
    let text = std::fs::read(folder.join(ARRIVED_FILE)).ok()?;
    let arrived: Arrived = serde_json::from_slice(&text).ok()?;
    let path = folder.join(arrived.file_name);
    path.is_file().then(|| WebVideo {
        path,
        origin: arrived.origin,
        folder: folder.to_owned(),
    })
}

fn download(
    identity: &Identity,
    folder: &Path,
    config: LabelerConfig,
    limits: &Limits,
    terminal: &mut Terminal,
    shutdown: &Shutdown,
) -> Result<WebVideo, Failure> {
    // Confined children work in the folder, and need its whole name.
    let folder = folder.canonicalize().map_err(fault)?;
    let fetch_config = bounded(config.fetch, limits);
    let guard = Guard::new(config.guard);
    let request = FetchRequest {
        url: &identity.url,
        section: None,
        folder: &folder,
    };
    let terminal = Mutex::new(terminal);
    let progress = |part| {
        if let Ok(mut terminal) = terminal.lock() {
            terminal.hear(Progress::Advanced(Stage::Fetch, part));
        }
    };
    let stop = async {
        while !shutdown.requested() {
            tokio::time::sleep(STOP_POLL).await;
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(fault)?;
    let fetched = runtime.block_on(sources::fetch::fetch(&request, &fetch_config, &guard, progress, stop))?;
    let retrieved = bootstrap::clock::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let origin = Origin {
        url: identity.url.clone(),
        title: fetched.title,
        uploader: fetched.uploader,
        licence: fetched.licence,
        retrieved_ms: i64::try_from(retrieved.as_millis()).unwrap_or(i64::MAX),
        tool_version: fetched.tool_version,
    };
    remember(fetched.path, origin, folder)
}

/// What is too large to be labelled need not come.
fn bounded(config: FetchConfig, limits: &Limits) -> FetchConfig {
    let mut config = config;
    config.https.bytes_max = config.https.bytes_max.min(limits.bytes_max);
    config.yt_dlp.bytes_max = config.yt_dlp.bytes_max.min(limits.bytes_max);
    config.yt_dlp.duration_secs_max = config.yt_dlp.duration_secs_max.min(limits.secs_max.ceil() as u32);
    config.yt_dlp = labeler::service::with_installed_yt_dlp(config.yt_dlp);
    config
}

fn remember(path: PathBuf, origin: Origin, folder: PathBuf) -> Result<WebVideo, Failure> {
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let arrived = Arrived {
        file_name,
        origin: origin.clone(),
    };
    let text = serde_json::to_vec_pretty(&arrived).map_err(fault)?;
    artifacts::write_whole(&folder.join(ARRIVED_FILE), &text).map_err(fault)?;
    Ok(WebVideo { path, origin, folder })
}

/// A folder without a file is no use to the next run. `folder` is within ours, which is within the folder of results.
fn remove_if_empty(folder: &Path) {
    for folder in folder.ancestors().take(2) {
        // Fails where something is in it, as it should.
        let _ = std::fs::remove_dir(folder);
    }
}

fn describe(origin: &Origin) -> String {
    let title = origin.title.as_deref().unwrap_or(&origin.url);
    let by = origin
        .uploader
        .as_deref()
        .map(|uploader| format!(" by {uploader}"))
        .unwrap_or_default();
    format!("{title}{by}, with {}", origin.tool_version)
}
