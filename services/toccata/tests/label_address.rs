//! A video on a private web site is fetched and labelled. The guard is opened for loopback by settings, as an operator would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// Opens loopback, and takes out the pauses that are for other people's hosts.
const OPENED: &[(&str, &str)] = &[
    ("TOCCATA__GUARD__OPENED_NETWORKS", "['127.0.0.1/32']"),
    ("TOCCATA__FETCH__HTTPS__TRIES", "1"),
    ("TOCCATA__FETCH__YT_DLP__REQUEST_PAUSE_SECS", "0"),
    ("TOCCATA__FETCH__YT_DLP__PAUSE_SECS_MIN", "0"),
    ("TOCCATA__FETCH__YT_DLP__PAUSE_SECS_MAX", "0"),
];

const TAG: &str = "\"first\"";

/// A request the site saw.
#[derive(Clone, Debug)]
struct Asked {
    path: String,
    /// Where the range it asked for begins.
    first_byte: Option<u64>,
}

/// A site with a video, a page that shows it, and the same video behind a connection that breaks the first time.
struct Site {
    url: String,
    requests: Arc<Mutex<Vec<Asked>>>,
    folder: TempDir,
}

impl Site {
    fn start() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let score = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/demo/minuet_in_g.pig.txt");
        let clip = folder.path().join("clip.mp4");
        let rendered = toccata(&[], &["synthesize", text(&score), "--out", text(&clip), "--seed", "3"]);
        assert!(rendered.status.success(), "{}", said(&rendered));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = Site {
            url: format!("http://{}", listener.local_addr().unwrap()),
            requests: Arc::default(),
            folder,
        };
        let requests = Arc::clone(&site.requests);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (requests, clip) = (Arc::clone(&requests), clip.clone());
                // Whoever hangs up is no concern of the site's.
                std::thread::spawn(move || answer(connection, &clip, &requests).ok());
            }
        });
        site
    }

    fn label(&self, environment: &[(&str, &str)], path: &str, options: &[&str]) -> Output {
        let (url, out) = (format!("{}{path}", self.url), self.out());
        toccata(environment, &[&["label", &url, "--out", text(&out)], options].concat())
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("labels")
    }

    /// The origin recorded with the labels.
    fn origin(&self) -> serde_json::Value {
        let performance = std::fs::read(self.out().join("performance.json")).unwrap();
        let performance: serde_json::Value = serde_json::from_slice(&performance).unwrap();
        assert!(performance["notes"].as_array().unwrap().len() > 40, "{performance}");
        performance["source"]["origin"].clone()
    }

    fn requests(&self) -> Vec<Asked> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(mut connection: TcpStream, clip: &Path, requests: &Mutex<Vec<Asked>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let mut first_byte = None;
    for line in lines {
        let line = line?.to_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            first_byte = range.trim_end_matches('-').parse::<u64>().ok();
        }
        if line.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let before = {
        let mut requests = requests.lock().unwrap();
        requests.push(Asked {
            path: path.clone(),
            first_byte,
        });
        requests.iter().filter(|asked| asked.path == path).count() - 1
    };
    if path == "/page" {
        let page = "<html><head><title>A minuet</title></head><body><video src=\"/clip.mp4\"></video></body></html>";
        return write!(
            connection,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
            page.len()
        );
    }
    if !path.ends_with("clip.mp4") {
        return write!(
            connection,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    let mut bytes = Vec::new();
    std::fs::File::open(clip)?.read_to_end(&mut bytes)?;
    let whole = bytes.len();
    let status = match first_byte {
        None => "200 OK".to_owned(),
        Some(first) => format!("206 Partial Content\r\nContent-Range: bytes {first}-{}/{whole}", whole - 1),
    };
    let rest = &bytes[whole.min(first_byte.unwrap_or(0) as usize)..];
    write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: video/mp4\r\nETag: {TAG}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        rest.len()
    )?;
    let breaks = path.starts_with("/breaks/") && before == 0;
    connection.write_all(if breaks { &rest[..rest.len() / 2] } else { rest })
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn toccata(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toccata"))
        .args(arguments)
        .env_remove("TOCCATA_CONFIG")
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn an_address_is_labelled_and_where_it_came_from_is_recorded() {
    let site = Site::start();
    // The connection breaks in the middle: what has arrived is kept,
    let broken = site.label(OPENED, "/breaks/clip.mp4", &[]);
    assert_eq!(broken.status.code(), Some(1), "{}", said(&broken));
    assert!(said(&broken).contains("download_broke_off"), "{}", said(&broken));
    assert!(!site.out().join("performance.json").exists());
    // and the next run goes on behind it.
    let labelled = site.label(OPENED, "/breaks/clip.mp4", &["--keep-video"]);
    assert!(labelled.status.success(), "{}", said(&labelled));
    assert!(
        site.requests()[1].first_byte.is_some_and(|first| first > 0),
        "{:?}",
        site.requests()
    );
    let origin = site.origin();
    assert_eq!(origin["url"], format!("{}/breaks/clip.mp4", site.url));
    assert_eq!(origin["title"], "clip.mp4");
    assert!(origin["uploader"].is_null() && origin["licence"].is_null(), "{origin}");
    assert!(origin["tool_version"].as_str().unwrap().starts_with("toccata "), "{origin}");
    assert!(origin["retrieved_ms"].as_i64().unwrap() > 1_700_000_000_000, "{origin}");
    // A video that was kept is not fetched again; labelled once more, it is deleted.
    let again = site.label(OPENED, "/breaks/clip.mp4", &["--fingering", "paper"]);
    assert!(again.status.success(), "{}", said(&again));
    let kept = |stage: &str| said(&again).lines().any(|line| line.starts_with(stage) && line.ends_with("(kept)"));
    assert!(kept("fetch") && kept("hands"), "{}", said(&again));
    assert_eq!(site.requests().len(), 2);
    assert!(!site.out().join(".video").exists());
    assert_eq!(site.origin(), origin);
}

#[test]
fn a_page_gives_its_video_through_yt_dlp() {
    let store = bootstrap::models::ModelStore::open().unwrap();
    for package in ["yt-dlp", "yt-dlp-ejs"] {
        bootstrap::models::fetch(&store, store.package(package)).unwrap();
    }
    let site = Site::start();
    let labelled = site.label(OPENED, "/page", &["--json"]);
    assert!(labelled.status.success(), "{}", said(&labelled));
    let origin = site.origin();
    assert_eq!(origin["url"], format!("{}/page", site.url));
    assert!(origin["title"].as_str().unwrap().contains("A minuet"), "{origin}");
    assert!(origin["tool_version"].as_str().unwrap().starts_with("yt-dlp "), "{origin}");
}

#[test]
fn an_address_that_gives_no_video_is_refused_by_name() {
    let site = Site::start();
    let check = |environment: &[(&str, &str)], path: &str, code: &str| {
        let refused = site.label(environment, path, &["--json"]);
        assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
        let printed: serde_json::Value = serde_json::from_slice(&refused.stdout).unwrap();
        assert_eq!(printed["refusal"]["code"], code, "{printed}");
        assert!(printed["refusal"]["hint"].as_str().unwrap().len() > 10, "{printed}");
        assert!(!site.out().join(".video").exists());
    };
    // Nobody opened loopback: nothing is asked.
    check(&[], "/clip.mp4", "address_not_allowed");
    assert!(site.requests().is_empty());
    check(OPENED, "/nothing.mp4", "not_found");
    // What is no address of one video is a mistake in typing.
    for wrong in [
        "ftp://host.example/clip.mp4",
        "s3://bucket/clip.mp4",
        "https://www.youtube.com/playlist?list=PL0",
    ] {
        let out = site.out();
        let usage = toccata(OPENED, &["label", wrong, "--out", text(&out)]);
        assert_eq!(usage.status.code(), Some(2), "{wrong}: {}", said(&usage));
    }
}
