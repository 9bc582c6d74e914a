//! The real yt-dlp and our own fetcher, on a private web site that the guard's settings open.

mod site;

use bootstrap::models::ModelStore;
use site::{CLIP_SECS, RETRY_AFTER_SECS, Site, clip, ffmpeg};
use sources::fetch::{Entry, FetchConfig, FetchRequest, Fetched, expand, fetch};
use sources::guard::{Guard, GuardConfig};
use sources::{FetchError, FetchErrorClass};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// A fetcher for a test: no pauses, one try, the guard open for the site alone.
struct Fetcher {
    config: FetchConfig,
    guard: Guard,
    folder: TempDir,
}

impl Fetcher {
    fn for_site(site: &Site) -> Fetcher {
        Fetcher::with_guard(GuardConfig {
            opened_networks: vec![site.ip().into()],
            ..GuardConfig::default()
        })
    }

    fn with_guard(guard: GuardConfig) -> Fetcher {
        let mut config = FetchConfig::default();
        config.https.tries = 1;
        config.yt_dlp = config.yt_dlp.with_wheels(wheels());
        config.yt_dlp.request_pause_secs = 0;
        config.yt_dlp.pause_secs_min = 0;
        config.yt_dlp.pause_secs_max = 0;
        Fetcher {
            config,
            guard: Guard::new(guard),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        self.fetch_until(url, None, std::future::pending()).await
    }

    async fn fetch_until(
        &self,
        url: &str,
        section: Option<(f64, f64)>,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Fetched, FetchError> {
        let request = self.request(url, section);
        fetch(&request, &self.config, &self.guard, |_| {}, stop).await
    }

    fn request<'a>(&'a self, url: &'a str, section: Option<(f64, f64)>) -> FetchRequest<'a> {
        FetchRequest {
            url,
            section,
            folder: self.folder.path(),
        }
    }

    /// Processes that still run in the fetcher's folder.
    fn children(&self) -> usize {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let cwd = |process: std::fs::DirEntry| std::fs::read_link(process.path().join("cwd")).ok();
        processes.filter_map(cwd).filter(|cwd| cwd.starts_with(self.folder.path())).count()
    }
}

/// yt-dlp as the set-up installs it, fetched unless it is there.
fn wheels() -> &'static [PathBuf] {
    static WHEELS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    WHEELS.get_or_init(|| {
        let store = ModelStore::open().unwrap();
        let fetched = |package: &str| {
            bootstrap::models::fetch(&store, store.package(package)).unwrap();
            store.files(package).unwrap()
        };
        [fetched("yt-dlp"), fetched("yt-dlp-ejs")].concat()
    })
}

#[track_caller]
fn check_failed(result: Result<Fetched, FetchError>, class: FetchErrorClass, code: &str) -> FetchError {
    let error = result.unwrap_err();
    assert_eq!((error.class, error.code), (class, code), "{error}");
    error
}

/// Seconds of a file's stream of this kind (`v`, `a`).
fn stream_secs(path: &Path, kind: &str) -> f64 {
    let entries = "packet=pts_time";
    let done = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", kind, "-show_entries", entries, "-of", "csv=p=0"])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    let times: Vec<f64> = text.lines().filter_map(|line| line.trim_end_matches(',').parse().ok()).collect();
    let (first, last) = times.iter().fold((f64::MAX, f64::MIN), |(a, b), t| (a.min(*t), b.max(*t)));
    last - first
}

/// The brightness of the first picture shown from this second on.
fn brightness(path: &Path, at_secs: f64) -> u8 {
    let (path, at) = (path.to_str().unwrap(), at_secs.to_string());
    let filter = "crop=16:16:100:80,scale=1:1:flags=area,format=yuv420p,extractplanes=y";
    let picture = ffmpeg(
        Path::new("/"),
        &["-ss", &at, "-i", path, "-vf", filter, "-frames:v", "1", "-f", "rawvideo", "-"],
    );
    picture[0]
}

#[tokio::test]
async fn a_page_with_a_video_gives_its_video() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    let fetched = fetcher.fetch(&site.url("/pages/video")).await.unwrap();
    assert_eq!(std::fs::read(&fetched.path).unwrap(), std::fs::read(clip()).unwrap());
    assert_eq!(fetched.tool_version, "yt-dlp 2026.10.26");
    assert!(fetched.title.unwrap().contains("An etude"));
    assert_eq!(fetched.section_start_secs, None);
}

#[tokio::test]
async fn a_stream_in_pieces_becomes_one_file() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    let fetched = fetcher.fetch(&site.url("/media/stream.m3u8")).await.unwrap();
    assert_eq!(fetched.path.extension().unwrap(), "mp4");
    assert!((stream_secs(&fetched.path, "v") - CLIP_SECS).abs() < 0.1);
    assert!((stream_secs(&fetched.path, "a") - CLIP_SECS).abs() < 0.1);
    assert_eq!(fetched.duration_secs, Some(CLIP_SECS));
}

#[tokio::test]
async fn a_section_begins_where_it_says() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    // Between two key frames.
    let (start_secs, end_secs) = (3.3, 6.3);
    for path in ["/pages/video", "/media/stream.m3u8"] {
        let section = Some((start_secs, end_secs));
        let fetched = fetcher.fetch_until(&site.url(path), section, std::future::pending()).await.unwrap();
        let begins_secs = fetched.section_start_secs.unwrap();
        assert!((begins_secs - start_secs).abs() < 0.05, "{path}: {begins_secs}");
        for into_secs in [0.0, 1.0, 2.5] {
            let (shown, true_one) = (brightness(&fetched.path, into_secs), brightness(&clip(), begins_secs + into_secs));
            // A step of brightness is a frame of a thirtieth of a second.
            assert!(shown.abs_diff(true_one) <= 1, "{path} {into_secs}: {shown} {true_one}");
        }
        std::fs::remove_file(&fetched.path).unwrap();
    }
}

#[tokio::test]
async fn a_feed_lists_its_videos_as_far_as_wanted() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    let mut entries: Vec<Entry> = Vec::new();
    let url = site.url("/pages/feed.rss");
    let request = fetcher.request(&url, None);
    let hear = |entry| entries.push(entry);
    expand(&request, 1..=2, &fetcher.config, &fetcher.guard, hear, std::future::pending())
        .await
        .unwrap();
    let urls: Vec<&str> = entries.iter().map(|entry| entry.url.as_str()).collect();
    assert_eq!(urls, [site.url("/pages/video"), site.url("/media/clip.mp4")]);
    assert_eq!(entries[0].title.as_deref(), Some("One"));
    // Listing asks for no video.
    assert_eq!(site.visits("/media/clip.mp4").len(), 0);
}

#[tokio::test]
async fn a_file_that_breaks_off_goes_on_where_it_broke() {
    let site = Site::start().await;
    let mut fetcher = Fetcher::for_site(&site);
    fetcher.config.https.tries = 2;
    let fetched = fetcher.fetch(&site.url("/broken/once.mp4")).await.unwrap();
    assert_eq!(std::fs::read(&fetched.path).unwrap(), std::fs::read(clip()).unwrap());
    let visits = site.visits("/broken/once.mp4");
    assert_eq!(visits.len(), 2);
    assert!(visits[1].headers["range"].to_str().unwrap().starts_with("bytes="));
    assert!(visits[1].headers.contains_key("if-range"));
}

#[tokio::test]
async fn files_that_stall_or_lie_about_their_length_are_tried_again_later() {
    let site = Site::start().await;
    let mut fetcher = Fetcher::for_site(&site);
    check_failed(
        fetcher.fetch(&site.url("/broken/lies.mp4")).await,
        FetchErrorClass::Transient,
        "download_broke_off",
    );
    fetcher.config.https.wall_secs = 1;
    check_failed(
        fetcher.fetch(&site.url("/broken/stalls.mp4")).await,
        FetchErrorClass::Transient,
        "download_broke_off",
    );
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_before_it_comes() {
    let site = Site::start().await;
    let mut fetcher = Fetcher::for_site(&site);
    let most = std::fs::metadata(clip()).unwrap().len() - 1;
    fetcher.config.https.bytes_max = most;
    fetcher.config.yt_dlp.bytes_max = most;
    for path in ["/media/clip.mp4", "/pages/video"] {
        check_failed(fetcher.fetch(&site.url(path)).await, FetchErrorClass::Permanent, "too_large");
    }
}

#[tokio::test]
async fn a_site_that_sends_more_than_it_says_is_cut_off() {
    let site = Site::start().await;
    let mut fetcher = Fetcher::for_site(&site);
    // The pieces of a stream are not announced; what they come to is counted on the way.
    fetcher.config.yt_dlp.bytes_max = 20_000;
    check_failed(
        fetcher.fetch(&site.url("/media/stream.m3u8")).await,
        FetchErrorClass::Permanent,
        "too_large",
    );
    assert_eq!(fetcher.children(), 0);
}

#[tokio::test]
async fn a_page_s_host_is_understood() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    for (status, class, code) in [
        (404, FetchErrorClass::Permanent, "not_found"),
        (429, FetchErrorClass::Throttled, "too_many_requests"),
        (503, FetchErrorClass::Transient, "host_failed"),
    ] {
        check_failed(fetcher.fetch(&site.url(&format!("/status/{status}"))).await, class, code);
    }
}

#[tokio::test]
async fn a_file_s_host_says_how_long_it_wants_to_be_left_alone() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    for (status, class, code) in [
        (404, FetchErrorClass::Permanent, "not_found"),
        (403, FetchErrorClass::Permanent, "forbidden"),
        (429, FetchErrorClass::Throttled, "too_many_requests"),
        (500, FetchErrorClass::Transient, "host_failed"),
    ] {
        let error = check_failed(fetcher.fetch(&site.url(&format!("/status/{status}/file.mp4"))).await, class, code);
        assert_eq!(error.retry_after, Some(Duration::from_secs(RETRY_AFTER_SECS)), "{status}");
    }
}

#[tokio::test]
async fn a_stream_that_is_forbidden_is_asked_for_anew_once() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    let result = fetcher.fetch(&site.url("/pages/forbidden")).await;
    check_failed(result, FetchErrorClass::Throttled, "media_forbidden");
    assert_eq!(site.visits("/pages/forbidden").len(), 2);
}

#[tokio::test]
async fn a_page_without_a_video_is_not_a_video() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    check_failed(
        fetcher.fetch(&site.url("/pages/nothing")).await,
        FetchErrorClass::Permanent,
        "not_a_video",
    );
}

#[tokio::test]
async fn what_is_not_opened_is_not_asked() {
    let site = Site::start().await;
    let closed = Fetcher::with_guard(GuardConfig::default());
    let by_name = site.url("/pages/video").replace("127.0.0.1", "localhost");
    for url in [site.url("/pages/video"), site.url("/media/clip.mp4"), by_name] {
        check_failed(closed.fetch(&url).await, FetchErrorClass::Permanent, "address_not_allowed");
    }
    assert_eq!(site.visits_count(), 0);
}

#[tokio::test]
async fn neither_a_redirect_nor_a_page_leads_to_what_is_not_opened() {
    // Another address of this machine stands for the operator's own network.
    let inner = Site::start_at(Ipv4Addr::new(127, 0, 0, 2), "").await;
    let site = Site::start_at(Ipv4Addr::LOCALHOST, &inner.url("")).await;
    let fetcher = Fetcher::for_site(&site);
    for path in ["/redirect/clip.mp4", "/redirect/page", "/pages/foreign"] {
        check_failed(
            fetcher.fetch(&site.url(path)).await,
            FetchErrorClass::Permanent,
            "address_not_allowed",
        );
    }
    assert_eq!(inner.visits_count(), 0);
    // Redirects within what is opened are followed, but not round and round.
    assert!(fetcher.fetch(&site.url("/redirect/home.mp4")).await.is_ok());
    check_failed(
        fetcher.fetch(&site.url("/redirect/round.mp4")).await,
        FetchErrorClass::Permanent,
        "too_many_redirects",
    );
}

#[tokio::test]
async fn a_tool_that_hangs_is_ended_and_leaves_nothing_behind() {
    let site = Site::start().await;
    let mut fetcher = Fetcher::for_site(&site);
    fetcher.config.yt_dlp.confinement.wall_secs = 5;
    check_failed(
        fetcher.fetch(&site.url("/hang")).await,
        FetchErrorClass::Transient,
        "tool_timed_out",
    );
    assert_eq!(fetcher.children(), 0);
}

#[tokio::test]
async fn a_fetch_is_stopped_in_the_middle() {
    let site = Site::start().await;
    let fetcher = Fetcher::for_site(&site);
    let asked = async {
        while site.visits("/hang").is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(fetcher.children() > 0);
    };
    let result = fetcher.fetch_until(&site.url("/hang"), None, asked).await;
    check_failed(result, FetchErrorClass::Stopped, "stopped");
    assert_eq!(fetcher.children(), 0);
}
