//! What yt-dlp says while it works: progress, files, entries of a list; and remarks, where the reasons hide that it does not call
//! errors.

use crate::fetch::Entry;
use serde::Deserialize;
use std::path::PathBuf;

/// Begins a line about progress.
pub(crate) const PROGRESS_MARK: &str = "toccata-progress";
/// Begins a line about a file that is whole.
pub(crate) const FILE_MARK: &str = "toccata-file";

/// The end of the remarks that is kept, bytes.
const REMARKS_BYTES_MAX: usize = 16 << 10;
/// Of the whole, what the first file (the pictures) makes up; the sound is small.
const FIRST_FILE_SHARE: f64 = 0.9;

/// What a run has told so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Whole files, each once.
    pub(crate) files: Vec<File>,
    /// Videos on the page; 0 unless it is a list.
    pub(crate) videos_on_page: u64,
    /// The end of everything else it said.
    pub(crate) remarks: String,
}

/// What one line said.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// How far it is, 0 to 1.
    Progress(f64),
    /// Anything else.
    Other,
}

/// A file, and what its site says about the video.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) filepath: PathBuf,
    #[serde(flatten)]
    facts: Facts,
    #[serde(default)]
    protocol: String,
    playlist_count: Option<u64>,
}

/// What a site says about a video.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Facts {
    pub(crate) title: Option<String>,
    pub(crate) uploader: Option<String>,
    channel: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) duration: Option<f64>,
}

#[derive(Deserialize)]
struct Progress {
    downloaded_bytes: Option<f64>,
    total_bytes: Option<f64>,
    total_bytes_estimate: Option<f64>,
}

impl Report {
    /// Takes in a line.
    pub(crate) fn hear(&mut self, line: &str) -> Said {
        if let Some(progress) = line.strip_prefix(PROGRESS_MARK) {
            return self.progress(progress).map_or(Said::Other, Said::Progress);
        }
        match line.strip_prefix(FILE_MARK).map(serde_json::from_str::<File>) {
            Some(Ok(file)) => self.file(file),
            _ => self.remark(line),
        }
        Said::Other
    }

    /// What is known about the video.
    pub(crate) fn facts(&self) -> Facts {
        let facts = self.files.first().map(|file| file.facts.clone()).unwrap_or_default();
        Facts {
            uploader: facts.uploader.or(facts.channel.clone()),
            ..facts
        }
    }

    fn progress(&self, json: &str) -> Option<f64> {
        let progress: Progress = serde_json::from_str(json).ok()?;
        let total = progress
            .total_bytes
            .or(progress.total_bytes_estimate)
            .filter(|total| *total > 0.0)?;
        let fraction = (progress.downloaded_bytes? / total).clamp(0.0, 1.0);
        Some(match self.files.len() {
            0 => fraction * FIRST_FILE_SHARE,
            _ => FIRST_FILE_SHARE + fraction * (1.0 - FIRST_FILE_SHARE),
        })
    }

    /// One file serves as pictures and sound where a site has only that; yt-dlp then tells of it twice.
    fn file(&mut self, file: File) {
        self.videos_on_page = self.videos_on_page.max(file.playlist_count.unwrap_or(0));
        if self.files.iter().all(|known| known.filepath != file.filepath) {
            self.files.push(file);
        }
    }

    fn remark(&mut self, line: &str) {
        self.remarks.push_str(line);
        self.remarks.push('\n');
        let mut cut = self.remarks.len().saturating_sub(REMARKS_BYTES_MAX);
        while !self.remarks.is_char_boundary(cut) {
            cut += 1;
        }
        self.remarks.drain(..cut);
    }
}

impl File {
    /// Fetched in one piece, as its site keeps it; not put together from the pieces of a stream.
    pub(crate) fn is_plain_file(&self) -> bool {
        matches!(self.protocol.as_str(), "http" | "https")
    }
}

/// An entry of a list, as yt-dlp dumps it.
#[derive(Deserialize)]
pub(crate) struct Listed {
    #[serde(rename = "_type")]
    kind: Option<String>,
    url: Option<String>,
    webpage_url: Option<String>,
    title: Option<String>,
}

impl Listed {
    /// Its page. Where yt-dlp has resolved a video already, `url` is a stream, and the page stands beside it.
    pub(crate) fn entry(self) -> Option<Entry> {
        let is_link = self.kind.as_deref().is_some_and(|kind| kind.starts_with("url"));
        let url = if is_link { self.url } else { self.webpage_url };
        Some(Entry {
            url: url?,
            title: self.title,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_with_two_streams_is_heard() {
        let mut report = Report::default();
        for (line, said) in [
            ("[youtube] abc: Downloading webpage", Said::Other),
            (
                "toccata-progress {\"downloaded_bytes\": 50, \"total_bytes\": 100, \"total_bytes_estimate\": null}",
                Said::Progress(0.45),
            ),
            (
                "toccata-file {\"filepath\": \"/w/a.137.mp4\", \"title\": \"Etude\", \"channel\": \"Somebody\", \"protocol\": \"https\", \"duration\": 61}",
                Said::Other,
            ),
            (
                "toccata-progress {\"downloaded_bytes\": 10, \"total_bytes_estimate\": 10.0}",
                Said::Progress(1.0),
            ),
            ("toccata-progress {\"downloaded_bytes\": 10}", Said::Other),
            (
                "toccata-file {\"filepath\": \"/w/a.140.m4a\", \"protocol\": \"https\"}",
                Said::Other,
            ),
            (
                "toccata-file {\"filepath\": \"/w/a.140.m4a\", \"protocol\": \"https\"}",
                Said::Other,
            ),
        ] {
            assert_eq!(report.hear(line), said, "{line}");
        }
        assert_eq!(report.files.len(), 2);
        assert_eq!(report.remarks, "[youtube] abc: Downloading webpage\n");
        let facts = report.facts();
        assert_eq!(
            (facts.title.as_deref(), facts.uploader.as_deref(), facts.duration),
            (Some("Etude"), Some("Somebody"), Some(61.0))
        );
    }

    #[test]
    fn remarks_do_not_grow_without_end() {
        let mut report = Report::default();
        for _ in 0..10_000 {
            let _ = report.hear("ünïcödé and on and on");
        }
        assert!(report.remarks.len() <= REMARKS_BYTES_MAX && report.remarks.ends_with("and on\n"));
    }

    #[test]
    fn entries_are_pages() {
        let entry = |json| serde_json::from_str::<Listed>(json).unwrap().entry();
        let link = entry(r#"{"_type": "url_transparent", "url": "https://a.example/1", "title": "One", "webpage_url": "x"}"#);
        assert_eq!(link.unwrap().url, "https://a.example/1");
        let video = entry(r#"{"url": "https://cdn.example/1.mp4", "webpage_url": "https://a.example/1", "title": null}"#);
        assert_eq!(video.unwrap().url, "https://a.example/1");
        assert_eq!(entry(r#"{"_type": "url"}"#), None);
    }
}
