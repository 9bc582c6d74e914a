//! How yt-dlp is asked. Politeness and safety are flags, and all of them stand here (platform.md 3.1 says why each).

use crate::fetch::FetchRequest;
use crate::yt_dlp::YtDlpConfig;
use crate::yt_dlp_report::{FILE_MARK, PROGRESS_MARK};
use std::ffi::OsString;
use std::ops::RangeInclusive;

/// What ffmpeg may read when yt-dlp has it fetch a section: streams of the web, in the containers that videos come in. Never a
/// local file, whatever a playlist says.
const SECTION_INPUT: &str = "ffmpeg_i:-protocol_whitelist http,https,httpproxy,tcp,tls,crypto \
    -format_whitelist mov,mp4,m4a,matroska,webm,mpegts,aac,mp3,hls";

/// Keeps second 0 at the start of the section: pictures from the key frame before it are kept in front of second 0, where the
/// container's edit list hides them.
const SECTION_OUTPUT: &str = "ffmpeg_o:-avoid_negative_ts disabled";

/// What yt-dlp tells about each file, as JSON.
const FACTS: &str = "%(.{id,title,uploader,channel,license,duration,filepath,ext,protocol,playlist_count})j";

/// Given to every run: nothing from the machine's configuration, nothing of its user, no code from elsewhere, one way out.
pub(crate) fn always(config: &YtDlpConfig, proxy: &str, generic_allowed: bool) -> Vec<OsString> {
    let mut extractors = config.extractors.clone();
    if generic_allowed {
        // Videos that stand in a page themselves have an extractor of their own.
        extractors.extend(["generic", "html5"].map(str::to_owned));
    }
    let mut all = words(&[
        "--ignore-config",
        "--no-plugin-dirs",
        "--no-exec",
        "--no-cookies-from-browser",
        "--no-cache-dir",
        "--no-remote-components",
        "--no-update",
        "--color=never",
        "--socket-timeout=20",
        "--extractor-retries=2",
    ]);
    all.push(format!("--proxy={proxy}").into());
    all.push(format!("--use-extractors={}", extractors.join(",")).into());
    all.push(format!("--sleep-requests={}", config.request_pause_secs).into());
    if !config.script_runtime.is_empty() {
        all.push("--no-js-runtimes".into());
        all.push(format!("--js-runtimes={}", config.script_runtime).into());
    }
    all
}

/// Fetches one video.
pub(crate) fn download(config: &YtDlpConfig, request: &FetchRequest<'_>) -> Vec<OsString> {
    let mut all = words(&[
        "--no-playlist",
        // A page can show several videos; the first is fetched, and how many there are is told.
        "--playlist-items=1",
        "--no-quiet",
        "--newline",
        "--progress-delta=0.5",
        "--restrict-filenames",
        "--trim-filenames=120",
        "--output=%(id)s.%(format_id)s.%(ext)s",
        "--no-mtime",
        // What yt-dlp would hand to ffmpeg afterwards is done by us, with ffmpeg confined to known containers.
        "--fixup=never",
        "--throttled-rate=100K",
        "--retries=5",
        "--fragment-retries=10",
        "--retry-sleep=http:exp=1:60",
        "--retry-sleep=fragment:exp=1:20",
        // Without it yt-dlp leaves holes and says nothing.
        "--abort-on-unavailable-fragments",
    ]);
    all.push(format!("--progress-template=download:{PROGRESS_MARK} %(progress)j").into());
    all.push(format!("--print=after_move:{FILE_MARK} {FACTS}").into());
    all.push(prefixed("--paths=home:", request.folder));
    all.push(format!("--format-sort=res:{},fps,vcodec:h264", config.height_max).into());
    all.push(format!("--max-filesize={}", config.bytes_max).into());
    // Two filters by two options, so that what it says tells which of them refused.
    all.push("--break-match-filters=!is_live".into());
    if request.section.is_none() {
        all.push(format!("--match-filters=duration<?{}", config.duration_secs_max).into());
    }
    all.push(format!("--sleep-interval={}", config.pause_secs_min).into());
    all.push(format!("--max-sleep-interval={}", config.pause_secs_max).into());
    if config.bytes_per_sec_max > 0 {
        all.push(format!("--limit-rate={}", config.bytes_per_sec_max).into());
    }
    all.extend(streams(config.height_max, request.section));
    all.extend(words(&["--", request.url]));
    all
}

/// Pictures that are cheap to decode, and the sound as it is: two files, since putting them together is our work. A section is
/// cut out of both at once, or they would begin at different times.
fn streams(height: u32, section: Option<(f64, f64)>) -> Vec<OsString> {
    let pictures = format!("bv*[height<=?{height}][fps<=?60][vcodec^=avc1]/bv*[height<=?{height}]/b[height<=?{height}]");
    let Some((start_secs, end_secs)) = section else {
        return vec![format!("--format={pictures},ba[acodec^=mp4a]/ba/b").into()];
    };
    let together = format!("bv*[height<=?{height}][vcodec^=avc1]+ba[acodec^=mp4a]/bv*[height<=?{height}]+ba/b[height<=?{height}]");
    let mut all = words(&[
        "--merge-output-format=mp4",
        "--downloader-args",
        SECTION_INPUT,
        "--downloader-args",
        SECTION_OUTPUT,
    ]);
    all.push(format!("--format={together}").into());
    all.push(format!("--download-sections=*{start_secs}-{end_secs}").into());
    all
}

/// Lists a playlist.
pub(crate) fn expand(request: &FetchRequest<'_>, videos: &RangeInclusive<usize>) -> Vec<OsString> {
    let mut all = words(&["--flat-playlist", "--lazy-playlist", "--dump-json"]);
    all.push(format!("--playlist-items={}:{}", videos.start(), videos.end()).into());
    all.extend(words(&["--", request.url]));
    all
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn prefixed(prefix: &str, path: &std::path::Path) -> OsString {
    let mut word = OsString::from(prefix);
    word.push(path);
    word
}
