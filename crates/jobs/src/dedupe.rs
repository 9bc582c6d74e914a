//! When two submissions are the same work.

use crate::options::SubmitOptions;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Names the labelling pipeline as it is now. Raised when labels get better, so that what is submitted again is labelled again.
pub const LABELLING_VERSION: &str = "1";

/// A name that is equal for equal work: the same video, the same part of it, everything chosen that changes labels, and the same
/// labelling pipeline. What only describes the video, or how urgent it is, does not count.
pub fn dedupe_key(canonical: &str, options: &SubmitOptions, notes_sha256: Option<&str>, labelling_version: &str) -> String {
    let section = options.section.map(|section| [section.start_secs, section.end_secs]);
    // What is heard does not matter where notes are given, nor where they begin where none are.
    let (transcriber, offset_secs) = match notes_sha256 {
        Some(_) => (None, Some(options.notes_offset_secs.unwrap_or(0.0))),
        None => (Some(options.transcriber.as_deref().unwrap_or("transkun")), None),
    };
    let work = json!({
        "canonical": canonical,
        "section": section,
        "transcriber": transcriber,
        "fingering": options.fingering.as_deref().unwrap_or("along-keyboard"),
        "notes": notes_sha256,
        "notes_offset_secs": offset_secs,
        "overlay": options.overlay,
        "version": labelling_version,
    });
    let hash: String = Sha256::digest(work.to_string()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("label:{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, Section};

    fn key(options: &SubmitOptions, notes: Option<&str>) -> String {
        dedupe_key("youtube:dQw4w9WgXcQ", options, notes, "1")
    }

    #[test]
    fn what_changes_no_label_changes_no_key() {
        let plain = SubmitOptions::default();
        let described = SubmitOptions {
            priority: Some(Class::Interactive),
            licence: Some("CC BY".to_owned()),
            transcriber: Some("transkun".to_owned()),
            notes_offset_secs: Some(3.0),
            ..SubmitOptions::default()
        };
        assert_eq!(key(&plain, None), key(&described, None));
    }

    #[test]
    fn what_changes_labels_changes_the_key() {
        let plain = SubmitOptions::default();
        let section = Some(Section {
            start_secs: 0.0,
            end_secs: 10.0,
        });
        let mut keys = vec![
            key(&plain, None),
            key(&plain, Some("aa")),
            key(&SubmitOptions { section, ..plain.clone() }, None),
            key(
                &SubmitOptions {
                    overlay: true,
                    ..plain.clone()
                },
                None,
            ),
            key(
                &SubmitOptions {
                    fingering: Some("paper".to_owned()),
                    ..plain.clone()
                },
                None,
            ),
            key(
                &SubmitOptions {
                    transcriber: Some("basic-pitch".to_owned()),
                    ..plain.clone()
                },
                None,
            ),
            key(
                &SubmitOptions {
                    notes_offset_secs: Some(1.0),
                    ..plain.clone()
                },
                Some("aa"),
            ),
            dedupe_key("youtube:dQw4w9WgXcQ", &plain, None, "2"),
            dedupe_key("youtube:AAAAAAAAAAA", &plain, None, "1"),
        ];
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 9);
    }
}
