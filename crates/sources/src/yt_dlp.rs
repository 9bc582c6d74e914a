//! Fetches videos and lists playlists with yt-dlp, a confined child whose only way to the network is the guarded way out.
//! yt-dlp has to follow its sites every few weeks, so the program is a setting, and its version is recorded with each video.

use crate::confined::{self, ConfinedError, Confinement, Ended, Program};
use crate::egress::Egress;
use crate::fetch::{Entry, FetchRequest, Fetched};
use crate::guard::Guard;
use crate::yt_dlp_errors as errors;
use crate::yt_dlp_report::{Listed, Report, Said};
use crate::{FetchError, FetchErrorClass, remux, yt_dlp_arguments as arguments};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

/// How yt-dlp is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct YtDlpConfig {
    /// The program and its first arguments. An operator upgrades yt-dlp by naming another one.
    pub program: Vec<String>,
    /// Its environment, besides a search path, a plain locale and a home folder.
    pub environment: BTreeMap<String, String>,
    /// What it may use up.
    pub confinement: Confinement,
    /// Largest file, bytes. All that one fetch brings may be twice as much, for a second stream and repeated pieces.
    pub bytes_max: u64,
    /// Longest video, seconds.
    pub duration_secs_max: u32,
    /// Tallest picture, pixels. Hands are found in pictures of 720 lines, and larger ones only cost time.
    pub height_max: u32,
    /// Speed, bytes a second; 0 for no limit.
    pub bytes_per_sec_max: u64,
    /// Seconds between two requests for metadata.
    pub request_pause_secs: u32,
    /// Fewest seconds before a stream is fetched.
    pub pause_secs_min: u32,
    /// Most seconds before a stream is fetched.
    pub pause_secs_max: u32,
    /// Names or patterns of the sites that it may be used for, as its `--use-extractors` takes them. `generic`, which fetches any
    /// page, is added by itself for hosts that the guard's settings open, and only for them.
    pub extractors: Vec<String>,
    /// What runs YouTube's scripts: `node:/usr/bin/node`. Empty for what yt-dlp finds by itself (deno).
    pub script_runtime: String,
}

impl Default for YtDlpConfig {
    /// The politeness of platform.md 3.1: a request a second, 5 to 15 seconds before each stream, 4 MB/s.
    fn default() -> YtDlpConfig {
        YtDlpConfig {
            program: ["python3", "-m", "yt_dlp"].map(str::to_owned).into(),
            environment: BTreeMap::new(),
            confinement: Confinement::default(),
            bytes_max: 2 << 30,
            duration_secs_max: 7200,
            height_max: 720,
            bytes_per_sec_max: 4_000_000,
            request_pause_secs: 1,
            pause_secs_min: 5,
            pause_secs_max: 15,
            extractors: ["youtube.*", "vimeo.*", "dailymotion.*", "archive.org", "bilibili.*", "peertube.*"]
                .map(str::to_owned)
                .into(),
            script_runtime: String::new(),
        }
    }
}

impl YtDlpConfig {
    /// Runs yt-dlp straight out of these Python wheels, unless the operator's settings name a place for Python to look already.
    pub fn with_wheels(mut self, wheels: &[PathBuf]) -> YtDlpConfig {
        let places: Vec<String> = wheels.iter().map(|wheel| wheel.display().to_string()).collect();
        self.environment.entry("PYTHONPATH".to_owned()).or_insert_with(|| places.join(":"));
        self
    }
}

/// Fetches one video: the smaller pictures and the sound as they are, in one file. `generic_allowed` lets it take a video out
/// of any page, for sites within a laboratory.
pub async fn download(
    request: &FetchRequest<'_>,
    config: &YtDlpConfig,
    guard: &Guard,
    generic_allowed: bool,
    progress: impl Fn(f64) + Send + Sync,
    stop: impl Future<Output = ()> + Send,
) -> Result<Fetched, FetchError> {
    let mut stop = pin!(stop);
    let tool = Tool::start(config, guard, request.folder, generic_allowed).await?;
    let version = tool.version(stop.as_mut()).await?;
    let first = tool.video(request, &progress, stop.as_mut()).await;
    let report = match first {
        // The address of the stream has gone stale: yt-dlp asks the site for it anew, once.
        Err(error) if error.class == FetchErrorClass::StaleUrl => match tool.video(request, &progress, stop.as_mut()).await {
            Err(again) if again.class == FetchErrorClass::StaleUrl => Err(FetchError {
                class: FetchErrorClass::Throttled,
                ..again
            }),
            result => result,
        },
        result => result,
    }?;
    let paths: Vec<&Path> = report.files.iter().map(|file| file.filepath.as_path()).collect();
    let section = request.section.map(|(start_secs, _)| start_secs);
    let path = match paths.as_slice() {
        // A section has been cut to its times; being written again would lose them.
        [one] if section.is_some() || report.files[0].is_plain_file() => (*one).to_owned(),
        files => remux::into_one_file(files, request.folder, &config.confinement, stop.as_mut()).await?,
    };
    let section_start_secs = match section {
        Some(start_secs) => Some(start_secs + remux::first_second(&path, request.folder, &config.confinement, stop.as_mut()).await?),
        None => None,
    };
    let facts = report.facts();
    Ok(Fetched {
        path,
        tool_version: format!("yt-dlp {version}"),
        title: facts.title,
        uploader: facts.uploader,
        licence: facts.license,
        duration_secs: facts.duration,
        section_start_secs,
    })
}

/// Lists the videos of a playlist, channel or feed, from the first to the last that is wanted, each as soon as it is known,
/// asking for none of them.
pub async fn expand(
    request: &FetchRequest<'_>,
    videos: RangeInclusive<usize>,
    config: &YtDlpConfig,
    guard: &Guard,
    generic_allowed: bool,
    mut on_entry: impl FnMut(Entry) + Send,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), FetchError> {
    let tool = Tool::start(config, guard, request.folder, generic_allowed).await?;
    let hear = |line: &str| {
        if let Some(entry) = serde_json::from_str::<Listed>(line).ok().and_then(Listed::entry) {
            on_entry(entry);
        }
    };
    let ended = tool.run(&arguments::expand(request, &videos), hear, stop).await?;
    if ended.status.success() {
        return Ok(());
    }
    Err(tool.failed(&ended, ""))
}

/// yt-dlp, ready to be run.
struct Tool<'a> {
    config: &'a YtDlpConfig,
    command: Vec<OsString>,
    environment: Vec<(String, OsString)>,
    folder: &'a Path,
    generic_allowed: bool,
    egress: Egress,
}

impl<'a> Tool<'a> {
    async fn start(config: &'a YtDlpConfig, guard: &Guard, folder: &'a Path, generic_allowed: bool) -> Result<Tool<'a>, FetchError> {
        let egress = Egress::open(guard.clone(), config.bytes_max.saturating_mul(2))
            .await
            .map_err(|error| {
                let message = format!("the way out for yt-dlp cannot be opened: {error}");
                FetchError::new(FetchErrorClass::Transient, "worker_failed", message)
            })?;
        let given = config.environment.iter().map(|(name, value)| (name.clone(), value.into()));
        // Python must not take modules from the folder that videos are put into.
        let ours = [("PYTHONSAFEPATH", "1"), ("PYTHONNOUSERSITE", "1"), ("PYTHONDONTWRITEBYTECODE", "1")];
        Ok(Tool {
            config,
            command: config.program.iter().map(OsString::from).collect(),
            environment: given.chain(ours.map(|(name, value)| (name.to_owned(), value.into()))).collect(),
            folder,
            generic_allowed,
            egress,
        })
    }

    async fn version(&self, stop: impl Future<Output = ()> + Send) -> Result<String, FetchError> {
        let mut version = String::new();
        let hear = |line: &str| version.push_str(line);
        let ended = self
            .run_plainly(&["--ignore-config".into(), "--version".into()], hear, stop)
            .await?;
        if ended.status.success() && !version.is_empty() {
            return Ok(version);
        }
        let message = format!("yt-dlp does not run ({}): {}", self.config.program.join(" "), ended.stderr);
        Err(FetchError::new(FetchErrorClass::ToolBug, "tool_missing", message))
    }

    async fn video(
        &self,
        request: &FetchRequest<'_>,
        progress: &(impl Fn(f64) + Sync),
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Report, FetchError> {
        let mut report = Report::default();
        let hear = |line: &str| {
            if let Said::Progress(fraction) = report.hear(line) {
                progress(fraction);
            }
        };
        let ended = self.run(&arguments::download(self.config, request), hear, stop).await?;
        if !ended.status.success() || report.files.is_empty() {
            return Err(self.failed(&ended, &report.remarks));
        }
        if report.videos_on_page > 1 {
            let message = format!("{} shows {} videos; submit it as a playlist", request.url, report.videos_on_page);
            return Err(FetchError::new(FetchErrorClass::Permanent, "several_videos", message));
        }
        Ok(report)
    }

    /// Runs yt-dlp on an address.
    async fn run(
        &self,
        arguments: &[OsString],
        hear: impl FnMut(&str) + Send,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Ended, FetchError> {
        let mut all = arguments::always(self.config, &self.egress.proxy(), self.generic_allowed);
        all.extend_from_slice(arguments);
        let overflowed = AtomicBool::new(false);
        let stop = async {
            tokio::select! {
                () = stop => {}
                () = self.egress.overflowed() => overflowed.store(true, Ordering::Relaxed),
            }
        };
        let ended = self.run_plainly(&all, hear, stop).await;
        match self.egress.refusal().filter(|_| overflowed.load(Ordering::Relaxed)) {
            Some(refusal) => Err(refusal),
            None => ended,
        }
    }

    async fn run_plainly(
        &self,
        arguments: &[OsString],
        hear: impl FnMut(&str) + Send,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Ended, FetchError> {
        let program = Program {
            command: &self.command,
            environment: &self.environment,
            folder: self.folder,
        };
        confined::run(&program, arguments, &self.config.confinement, hear, stop)
            .await
            .map_err(|error| of_child(&error))
    }

    /// Why yt-dlp brought nothing. What the way out refused comes first: yt-dlp sees only a connection that failed.
    fn failed(&self, ended: &Ended, remarks: &str) -> FetchError {
        self.egress.refusal().unwrap_or_else(|| errors::classify(&ended.stderr, remarks))
    }
}

/// What a child that did not end by itself means for a fetch.
pub(crate) fn of_child(error: &ConfinedError) -> FetchError {
    match error {
        ConfinedError::Stopped { .. } => FetchError::stopped(),
        ConfinedError::TimedOut { .. } => FetchError::new(FetchErrorClass::Transient, "tool_timed_out", error.to_string()),
        ConfinedError::Start { source, .. } | ConfinedError::Output { source, .. } => {
            let message = format!("{error}: {source}");
            FetchError::new(FetchErrorClass::Transient, "worker_failed", message)
        }
    }
}
