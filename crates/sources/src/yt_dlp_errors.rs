//! What yt-dlp's words mean. It says in text alone why it failed, so the text is read in one place, by a table, and each row is
//! held against what yt-dlp really says (`fixtures/yt_dlp`).

use crate::{FetchError, FetchErrorClass};

use FetchErrorClass::{Deferred, Permanent, StaleUrl, Throttled, ToolBug, Transient};

/// The reason's name for an address that no site yt-dlp may be used for has.
pub(crate) const UNSUPPORTED_URL: &str = "unsupported_url";

/// A row: what is said (in lower case), what follows, and the reason's name.
type Row = (&'static str, FetchErrorClass, &'static str);

/// Errors; the first row that matches holds. Sites that want to be left alone come first: their words often also say that the
/// video is unavailable.
const ERRORS: &[Row] = &[
    // This machine.
    ("no space left on device", Transient, "disk_full"),
    ("file too large", Permanent, "too_large"),
    // Leave us alone.
    ("not a bot", Throttled, "bot_check"),
    ("requiring a captcha", Throttled, "bot_check"),
    ("isn't available, try again later", Throttled, "rate_limited"),
    ("rate-limited", Throttled, "rate_limited"),
    ("http error 429", Throttled, "too_many_requests"),
    // Not for us.
    ("confirm your age", Permanent, "video_age_restricted"),
    ("age-restricted", Permanent, "video_age_restricted"),
    ("join this channel", Permanent, "video_members_only"),
    ("members-only", Permanent, "video_members_only"),
    ("requires payment", Permanent, "video_paid"),
    ("music premium", Permanent, "video_paid"),
    ("drm protected", Permanent, "video_drm"),
    ("in your country", Permanent, "video_geo_blocked"),
    ("from your location", Permanent, "video_geo_blocked"),
    // Not yet.
    ("premieres in", Deferred, "video_not_yet"),
    ("premiere will begin", Deferred, "video_not_yet"),
    ("live event will begin", Deferred, "video_not_yet"),
    ("live event has ended", Deferred, "video_processing"),
    ("processing this video", Deferred, "video_processing"),
    // No more.
    ("private video", Permanent, "video_private"),
    ("video is private", Permanent, "video_private"),
    ("copyright", Permanent, "video_copyright"),
    ("has been terminated", Permanent, "video_gone"),
    ("removed by the uploader", Permanent, "video_gone"),
    ("video has been removed", Permanent, "video_gone"),
    ("video unavailable", Permanent, "video_gone"),
    ("video is unavailable", Permanent, "video_gone"),
    ("video is not available", Permanent, "video_gone"),
    ("does not exist", Permanent, "video_gone"),
    // Not a video.
    ("unsupported url", Permanent, UNSUPPORTED_URL),
    ("no suitable extractor", Permanent, UNSUPPORTED_URL),
    ("incomplete youtube id", Permanent, UNSUPPORTED_URL),
    ("is not a valid url", Permanent, "not_an_address"),
    ("no media found", Permanent, UNSUPPORTED_URL),
    ("there is no video", Permanent, UNSUPPORTED_URL),
    // The site changed and the tool did not. What an upgrade repairs must not end a job.
    ("requested format is not available", ToolBug, "formats_missing"),
    ("only images are available", ToolBug, "formats_missing"),
    ("no video formats found", ToolBug, "formats_missing"),
    ("n challenge", ToolBug, "site_changed"),
    ("nsig extraction failed", ToolBug, "site_changed"),
    ("unable to extract", ToolBug, "site_changed"),
    ("failed to parse json", ToolBug, "site_changed"),
    ("traceback (most recent call last)", ToolBug, "tool_crashed"),
    ("no such option", ToolBug, "tool_usage"),
    ("yt-dlp: error:", ToolBug, "tool_usage"),
    // The network.
    ("fragment not found", Transient, "network_failed"),
    ("not found, unable to continue", Transient, "network_failed"),
    ("http error 403", StaleUrl, "media_forbidden"),
    ("http error 401", Permanent, "video_needs_login"),
    ("http error 404", Permanent, "not_found"),
    ("http error 410", Permanent, "not_found"),
    ("http error 5", Transient, "host_failed"),
    ("failed to resolve", Transient, "host_not_found"),
    ("name resolution", Transient, "host_not_found"),
    ("name or service not known", Transient, "host_not_found"),
    ("timed out", Transient, "network_failed"),
    ("connection reset", Transient, "network_failed"),
    ("connection refused", Transient, "network_failed"),
    ("remote end closed", Transient, "network_failed"),
    ("tunnel connection failed", Transient, "network_failed"),
    ("network is unreachable", Transient, "network_failed"),
    ("bytes read", Transient, "network_failed"),
    ("did not get any data", Transient, "network_failed"),
    ("content too short", Transient, "network_failed"),
    // Many messages end with advice about cookies; it says something only where nothing else does.
    ("login required", Permanent, "video_needs_login"),
    ("registered users", Permanent, "video_needs_login"),
    ("use --cookies", Permanent, "video_needs_login"),
    ("please report this issue", ToolBug, "site_changed"),
];

/// What yt-dlp does not call an error: it says so, fetches nothing, and ends well. Titles stand in these lines too, so that only
/// whole phrases are taken.
const REMARKS: &[Row] = &[
    ("does not pass filter (!is_live)", Deferred, "video_not_yet"),
    ("does not pass filter (duration<?", Permanent, "too_long"),
    ("[download] file is larger than max-filesize", Permanent, "too_large"),
];

/// Longest message kept, characters.
const MESSAGE_CHARS_MAX: usize = 500;

/// Why a run brought nothing, from what it said on stderr and otherwise.
pub(crate) fn classify(stderr: &str, remarks: &str) -> FetchError {
    let errors: Vec<&str> = stderr.lines().filter(|line| !line.starts_with("WARNING:")).collect();
    let said = errors.join("\n");
    let found = matching(ERRORS, &said).or_else(|| matching(REMARKS, remarks));
    let (class, code) = found.unwrap_or((Transient, "tool_failed"));
    FetchError::new(class, code, message(&errors, remarks, code))
}

fn matching(rows: &[Row], said: &str) -> Option<(FetchErrorClass, &'static str)> {
    // The typographic apostrophe comes and goes between releases.
    let said = said.to_lowercase().replace('\u{2019}', "'");
    let row = rows.iter().find(|(words, ..)| said.contains(words))?;
    Some((row.1, row.2))
}

/// The line that says it: the last error, or else the last remark.
fn message(errors: &[&str], remarks: &str, code: &str) -> String {
    let error = errors.iter().rev().find(|line| line.starts_with("ERROR:")).or(errors.last());
    let line = error.copied().or_else(|| remarks.lines().rfind(|line| !line.is_empty()));
    let line = line
        .map(|line| line.trim_start_matches("ERROR:").trim())
        .filter(|line| !line.is_empty());
    line.unwrap_or(code).chars().take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// A fixture is named for what it means: `throttled.bot_check.2.txt`; what is said on stdout stands behind `stdout:`.
    fn fixtures() -> Vec<(String, String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/yt_dlp");
        let read = |entry: std::io::Result<std::fs::DirEntry>| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let (stderr, stdout) = text.split_once("stdout:\n").unwrap_or((&text, ""));
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, stderr.to_owned(), stdout.to_owned())
        };
        std::fs::read_dir(folder).unwrap().map(read).collect()
    }

    #[test]
    fn every_fixture_means_what_it_is_named_for() {
        for (name, stderr, stdout) in fixtures() {
            let mut parts = name.split('.');
            let (class, code) = (parts.next().unwrap(), parts.next().unwrap());
            let error = classify(&stderr, &stdout);
            let named = format!("{:?}", error.class).to_lowercase();
            assert_eq!((named.as_str(), error.code), (class, code), "{name}: {error}");
            assert!(!error.message.is_empty() && error.message.len() <= 4 * MESSAGE_CHARS_MAX, "{name}");
        }
    }

    #[test]
    fn every_row_has_a_fixture() {
        let all = fixtures();
        let mut without = BTreeSet::new();
        for (rows, text) in [
            (ERRORS, all.iter().map(|(_, stderr, _)| stderr).collect::<Vec<_>>()),
            (REMARKS, all.iter().map(|(_, _, stdout)| stdout).collect()),
        ] {
            for row in rows {
                // The row decides some fixture: without it, the fixture would mean something else or come from another row.
                let decides = |said: &&String| {
                    let said = said
                        .lines()
                        .filter(|line| !line.starts_with("WARNING:"))
                        .collect::<Vec<_>>()
                        .join("\n")
                        .to_lowercase()
                        .replace('\u{2019}', "'");
                    rows.iter().find(|(words, ..)| said.contains(words)) == Some(row)
                };
                if !text.iter().any(decides) {
                    without.insert(row.0);
                }
            }
        }
        assert!(without.is_empty(), "no fixture for {without:?}");
    }

    #[test]
    fn what_is_unknown_is_tried_again() {
        let error = classify("WARNING: something\nERROR: the moon is full", "");
        assert_eq!((error.class, error.code), (Transient, "tool_failed"));
        assert_eq!(error.message, "the moon is full");
        assert_eq!(classify("", "").message, "tool_failed");
    }
}
