//! A private web site on loopback, with everything a fetcher meets: pages, feeds, streams, files, and hosts that misbehave.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::StreamExt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Seconds of the clip. Its pictures brighten evenly from black to white, so that a picture tells its time.
pub const CLIP_SECS: f64 = 10.0;
/// Seconds a host asks to be left alone.
pub const RETRY_AFTER_SECS: u64 = 120;
/// What a broken answer sends before it breaks.
const BEGINNING_BYTES: usize = 20_000;

/// The site, gone with the test.
pub struct Site {
    address: SocketAddr,
    visits: Arc<Mutex<Vec<Visit>>>,
}

/// A request the site saw.
#[derive(Clone, Debug)]
pub struct Visit {
    pub path: String,
    pub headers: HeaderMap,
}

#[derive(Clone)]
struct Served {
    visits: Arc<Mutex<Vec<Visit>>>,
    /// Where the pages' own links lead.
    base: String,
    /// Where a redirect leads.
    elsewhere: String,
}

impl Site {
    /// A site whose redirects lead nowhere.
    pub async fn start() -> Site {
        Site::start_at(Ipv4Addr::LOCALHOST, "https://elsewhere.invalid").await
    }

    /// A site at an address of this machine, whose redirects and foreign links lead elsewhere.
    pub async fn start_at(address: Ipv4Addr, elsewhere: &str) -> Site {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let visits = Arc::new(Mutex::new(Vec::new()));
        let served = Served {
            visits: visits.clone(),
            base: format!("http://{address}"),
            elsewhere: elsewhere.to_owned(),
        };
        let app = Router::new()
            .route("/pages/{name}", get(page))
            .route("/media/{name}", get(media))
            .route("/broken/{name}", get(broken))
            .route("/status/{code}", get(status))
            .route("/status/{code}/file.mp4", get(status))
            .route("/redirect/{name}", get(redirect))
            .route("/hang", get(std::future::pending::<StatusCode>))
            .layer(axum::middleware::from_fn_with_state(served.clone(), note))
            .with_state(served);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Site { address, visits }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where it listens.
    pub fn ip(&self) -> IpAddr {
        self.address.ip()
    }

    /// The requests for a path so far.
    pub fn visits(&self, path: &str) -> Vec<Visit> {
        let visits = self.visits.lock().unwrap();
        visits.iter().filter(|visit| visit.path == path).cloned().collect()
    }

    /// All requests so far.
    pub fn visits_count(&self) -> usize {
        self.visits.lock().unwrap().len()
    }
}

async fn note(State(served): State<Served>, request: Request, next: axum::middleware::Next) -> Response {
    served.visits.lock().unwrap().push(Visit {
        path: request.uri().path().to_owned(),
        headers: request.headers().clone(),
    });
    next.run(request).await
}

async fn page(State(Served { base, elsewhere, .. }): State<Served>, UrlPath(name): UrlPath<String>) -> Response {
    let video = |source: &str| format!("<html><head><title>An etude</title></head><body><video src=\"{source}\"></video></body></html>");
    let (kind, text) = match name.as_str() {
        "video" => ("text/html", video(&format!("{base}/media/clip.mp4"))),
        "forbidden" => ("text/html", video(&format!("{base}/status/403"))),
        "foreign" => ("text/html", video(&format!("{elsewhere}/media/clip.mp4"))),
        "nothing" => ("text/html", "<html><body>Nothing to see.</body></html>".to_owned()),
        "feed.rss" => (
            "application/rss+xml",
            format!(
                "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Lab</title>\
                 <item><title>One</title><link>{base}/pages/video</link></item>\
                 <item><title>Two</title><link>{base}/media/clip.mp4</link></item>\
                 <item><title>Three</title><link>{base}/media/clip.mp4?take=3</link></item></channel></rss>"
            ),
        ),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

async fn media(UrlPath(name): UrlPath<String>, headers: HeaderMap) -> Response {
    match std::fs::read(media_folder().join(name)) {
        Ok(bytes) => ranged(&bytes, &headers),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The bytes asked for, as long as they are still those of the version asked for.
fn ranged(bytes: &[u8], headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", bytes.len());
    let same = headers.get(header::IF_RANGE).is_none_or(|asked| asked.as_bytes() == tag.as_bytes());
    let range = headers.get(header::RANGE).filter(|_| same).and_then(|range| range.to_str().ok());
    let (first, last) = range
        .and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
        .map_or((0, bytes.len() - 1), |(first, last)| {
            (first.parse().unwrap(), last.parse().unwrap_or(bytes.len() - 1).min(bytes.len() - 1))
        });
    let mut response = bytes[first..=last].to_vec().into_response();
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
    set.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    set.insert(header::ETAG, tag.parse().unwrap());
    if range.is_some() {
        let content_range = format!("bytes {first}-{last}/{}", bytes.len());
        set.insert(header::CONTENT_RANGE, content_range.parse().unwrap());
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// Answers that begin like the clip and then go wrong.
async fn broken(State(served): State<Served>, UrlPath(name): UrlPath<String>, headers: HeaderMap) -> Response {
    let clip = std::fs::read(media_folder().join("clip.mp4")).unwrap();
    let beginning = futures::stream::iter([Ok::<Bytes, std::io::Error>(clip[..BEGINNING_BYTES].to_vec().into())]);
    // What is there is sent before the connection breaks.
    let breaks = futures::stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("the host breaks off"))
    });
    let body = match name.as_str() {
        "stalls.mp4" => Body::from_stream(beginning.chain(futures::stream::pending())),
        "lies.mp4" => Body::from_stream(beginning.chain(breaks)),
        // Only the first request breaks off.
        _ if is_first(&served, &name) => Body::from_stream(beginning.chain(breaks)),
        _ => return ranged(&clip, &headers),
    };
    let tag = format!("\"{}\"", clip.len());
    let length = clip.len().to_string();
    let kind = "video/mp4".to_owned();
    (
        [(header::CONTENT_TYPE, kind), (header::CONTENT_LENGTH, length), (header::ETAG, tag)],
        body,
    )
        .into_response()
}

fn is_first(served: &Served, name: &str) -> bool {
    let visits = served.visits.lock().unwrap();
    visits.iter().filter(|visit| visit.path.ends_with(name)).count() == 1
}

async fn status(UrlPath(code): UrlPath<u16>) -> Response {
    let retry_after = [(header::RETRY_AFTER, RETRY_AFTER_SECS.to_string())];
    (StatusCode::from_u16(code).unwrap(), retry_after, "no").into_response()
}

async fn redirect(State(served): State<Served>, UrlPath(name): UrlPath<String>) -> Response {
    let to = match name.as_str() {
        "home.mp4" => format!("{}/media/clip.mp4", served.base),
        "round.mp4" => format!("{}/redirect/round.mp4", served.base),
        name => format!("{}/media/{name}", served.elsewhere),
    };
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

/// The clip, and the clip as a stream in pieces, made once.
pub fn media_folder() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(make_media).path()
}

/// The clip.
pub fn clip() -> PathBuf {
    media_folder().join("clip.mp4")
}

fn make_media() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let pictures = format!("color=black:s=320x180:r=30:d={CLIP_SECS},geq=lum='255*T/{CLIP_SECS}':cb=128:cr=128");
    let sound = format!("sine=440:d={CLIP_SECS}");
    // A key frame every two seconds, as sites have them.
    #[rustfmt::skip]
    ffmpeg(folder.path(), &["-f", "lavfi", "-i", &pictures, "-f", "lavfi", "-i", &sound, "-c:v", "libx264", "-g", "60",
        "-keyint_min", "60", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", "clip.mp4"]);
    ffmpeg(
        folder.path(),
        &[
            "-i",
            "clip.mp4",
            "-c",
            "copy",
            "-f",
            "hls",
            "-hls_time",
            "2",
            "-hls_playlist_type",
            "vod",
            "stream.m3u8",
        ],
    );
    folder
}

/// Runs ffmpeg quietly and gives what it writes to stdout.
pub fn ffmpeg(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    let done = command
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}
