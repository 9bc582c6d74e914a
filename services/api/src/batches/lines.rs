//! The lines of a batch: from a list of addresses, or from NDJSON.

use crate::config::ApiConfig;
use crate::intake::{Choices, Options, Refusal, meaning, video_item};
use catalog::{RefusedItem, SubmittedItem};
use jobs::{Class, SubmitOptions};
use serde::Deserialize;

/// A refusal quotes this much of a line, characters.
const QUOTED_CHARS: usize = 80;

/// A line of NDJSON: an address, or an address and what is chosen for it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Address(String),
    Chosen(ChosenLine),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChosenLine {
    url: String,
    /// Instead of what was chosen for all.
    options: Option<Options>,
}

/// What becomes of lines.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Videos.
    pub items: Vec<SubmittedItem>,
    /// Rubbish.
    pub refused: Vec<RefusedItem>,
}

impl Sorted {
    fn add(&mut self, position: i64, result: Result<SubmittedItem, Refusal>) {
        match result {
            Ok(item) => self.items.push(item),
            Err(Refusal { code, message }) => self.refused.push(RefusedItem {
                position,
                code: code.to_owned(),
                message,
            }),
        }
    }
}

/// Sorts addresses.
pub fn sort_addresses(settings: &ApiConfig, addresses: &[String], options: &SubmitOptions) -> Sorted {
    let mut sorted = Sorted::default();
    for (position, address) in (0..).zip(addresses) {
        sorted.add(position, item(settings, position, address, options));
    }
    sorted
}

/// Sorts the lines of NDJSON. Empty ones do not count.
pub fn sort_ndjson(settings: &ApiConfig, text: &[u8], options: &SubmitOptions) -> Sorted {
    let mut sorted = Sorted::default();
    for (position, line) in (0..).zip(lines(text)) {
        sorted.add(position, ndjson_item(settings, position, line, options));
    }
    sorted
}

/// How many lines there are.
pub fn count_lines(text: &[u8]) -> usize {
    lines(text).count()
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
}

fn ndjson_item(settings: &ApiConfig, position: i64, line: &[u8], options: &SubmitOptions) -> Result<SubmittedItem, Refusal> {
    let refuse = |what: &str| Refusal {
        code: "malformed_line",
        message: format!(
            "{what}: {}",
            String::from_utf8_lossy(line).chars().take(QUOTED_CHARS).collect::<String>()
        ),
    };
    match serde_json::from_slice(line) {
        Ok(Line::Address(address)) => item(settings, position, &address, options),
        Ok(Line::Chosen(ChosenLine { url, options: None })) => item(settings, position, &url, options),
        Ok(Line::Chosen(ChosenLine { url, options: Some(own) })) => {
            let own = own.check("", &settings.legal_basis).map_err(|errors| {
                let details = errors.into_iter().map(|error| format!("{} {}", error.pointer, error.detail));
                Refusal {
                    code: "invalid_options",
                    message: details.collect::<Vec<_>>().join("; "),
                }
            })?;
            item(settings, position, &url, &own)
        }
        Err(error) if error.is_data() => Err(refuse("neither an address nor {\"url\", \"options\"}")),
        Err(_) => Err(refuse("not JSON")),
    }
}

fn item(settings: &ApiConfig, position: i64, address: &str, options: &SubmitOptions) -> Result<SubmittedItem, Refusal> {
    let choices = Choices {
        options,
        class: Class::Backfill,
        labelling_version: &settings.labelling_version,
    };
    video_item(position, &meaning(settings, address)?, None, &choices)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubbish_lines_are_refused_one_by_one() {
        let text = br#"
"https://youtu.be/dQw4w9WgXcQ"
{"url": "https://example.org/a.mp4", "options": {"overlay": true}}
{"url": "https://example.org/a.mp4", "options": {"fingering": "thumb"}}
{"address": "https://example.org/a.mp4"}
"file:///etc/passwd"
"https://www.youtube.com/playlist?list=PL1"
{]
"#;
        let sorted = sort_ndjson(&ApiConfig::default(), text, &SubmitOptions::default());
        let positions: Vec<i64> = sorted.items.iter().map(|item| item.position).collect();
        assert_eq!(positions, [0, 1]);
        let codes: Vec<(i64, &str)> = sorted.refused.iter().map(|item| (item.position, item.code.as_str())).collect();
        assert_eq!(
            codes,
            [
                (2, "invalid_options"),
                (3, "malformed_line"),
                (4, "local_path_not_allowed"),
                (5, "playlist_not_a_video"),
                (6, "malformed_line")
            ]
        );
        assert_eq!(count_lines(text), 7);
    }
}
