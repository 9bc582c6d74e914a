//! What people choose when they submit, as it comes, and as it is checked.

use crate::problem::FieldError;
use jobs::{Class, Section, SubmitOptions};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Longest video the labeler takes, and so the largest time that makes sense, seconds.
const SECS_MAX: f64 = 4.0 * 3600.0;
/// Licences and legal bases are names or sentences, bytes.
const SENTENCE_BYTES_MAX: usize = 500;
/// Metadata is for finding things again; larger things belong elsewhere.
const METADATA_ENTRIES_MAX: usize = 50;
const METADATA_NAME_BYTES_MAX: usize = 100;
const METADATA_VALUE_BYTES_MAX: usize = 1000;

/// What transcribers there are.
const TRANSCRIBERS: [&str; 2] = ["transkun", "basic-pitch"];
/// What rules of fingering there are.
const FINGERINGS: [&str; 2] = ["along-keyboard", "paper"];

/// What is chosen for a video or a batch. All of it is optional.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Label only this part.
    section: Option<SectionOption>,
    /// How urgent; single videos are `normal`, batches `backfill` unless said otherwise.
    #[schema(schema_with = crate::schema::optional_class)]
    priority: Option<Class>,
    /// Train a policy on the result.
    #[serde(default)]
    train: bool,
    /// What hears the notes: `transkun` or `basic-pitch`.
    #[schema(pattern = "^(transkun|basic-pitch)$")]
    transcriber: Option<String>,
    /// How fingers are chosen: `along-keyboard` or `paper`.
    #[schema(pattern = "^(along-keyboard|paper)$")]
    fingering: Option<String>,
    /// Where the notes given with the video start in it: video time = note time + this.
    #[schema(minimum = -14400, maximum = 14400)]
    notes_offset_secs: Option<f64>,
    /// Whether to draw the overlay video.
    #[serde(default)]
    overlay: bool,
    /// The licence of the recording, as its owner states it.
    #[schema(max_length = 500)]
    licence: Option<String>,
    /// Why the operator may process it: own content, permission, licence, research exception, public domain.
    #[schema(max_length = 500)]
    legal_basis: Option<String>,
    /// Anything the submitter wants to find again: up to 50 entries of text.
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// A part of a video.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Section)]
pub struct SectionOption {
    /// First second.
    #[schema(minimum = 0, maximum = 14400)]
    start_secs: f64,
    /// Last second; after the first.
    #[schema(minimum = 0, maximum = 14400)]
    end_secs: f64,
}

impl Options {
    /// The same, if all of it makes sense. `pointer` is where it stands in the body; `legal_basis` holds where none is stated.
    pub fn check(self, pointer: &str, legal_basis: &str) -> Result<SubmitOptions, Vec<FieldError>> {
        let faults = self.faults();
        if !faults.is_empty() {
            let at = |(place, detail): (&str, String)| FieldError::at(format!("{pointer}/{place}"), detail);
            return Err(faults.into_iter().map(at).collect());
        }
        let default_basis = Some(legal_basis.to_owned()).filter(|basis| !basis.is_empty());
        Ok(SubmitOptions {
            section: self.section.map(|section| Section {
                start_secs: section.start_secs,
                end_secs: section.end_secs,
            }),
            priority: self.priority,
            train: self.train,
            transcriber: self.transcriber,
            fingering: self.fingering,
            notes_offset_secs: self.notes_offset_secs,
            overlay: self.overlay,
            licence: self.licence,
            legal_basis: self.legal_basis.or(default_basis),
            metadata: self.metadata,
        })
    }

    fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let is_time = |secs: f64| (0.0..=SECS_MAX).contains(&secs);
        if let Some(SectionOption { start_secs, end_secs }) = self.section
            && !(is_time(start_secs) && is_time(end_secs) && start_secs < end_secs)
        {
            faults.push(("section", format!("must begin before it ends, both from 0 to {SECS_MAX} seconds")));
        }
        if self.notes_offset_secs.is_some_and(|secs| !is_time(secs.abs())) {
            faults.push(("notes_offset_secs", format!("must be at most {SECS_MAX} seconds either way")));
        }
        for (place, chosen, known) in [
            ("transcriber", &self.transcriber, TRANSCRIBERS),
            ("fingering", &self.fingering, FINGERINGS),
        ] {
            if chosen.as_deref().is_some_and(|name| !known.contains(&name)) {
                faults.push((place, format!("must be {}", known.join(" or "))));
            }
        }
        for (place, text) in [("licence", &self.licence), ("legal_basis", &self.legal_basis)] {
            if text.as_ref().is_some_and(|text| text.len() > SENTENCE_BYTES_MAX) {
                faults.push((place, format!("must be at most {SENTENCE_BYTES_MAX} bytes")));
            }
        }
        let fits = |(name, value): (&String, &String)| name.len() <= METADATA_NAME_BYTES_MAX && value.len() <= METADATA_VALUE_BYTES_MAX;
        if self.metadata.len() > METADATA_ENTRIES_MAX || !self.metadata.iter().all(fits) {
            let detail = format!(
                "must be at most {METADATA_ENTRIES_MAX} entries with names of {METADATA_NAME_BYTES_MAX} and values of {METADATA_VALUE_BYTES_MAX} bytes"
            );
            faults.push(("metadata", detail));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(options: &str, expected: &[&str]) {
        let options: Options = serde_json::from_str(options).unwrap();
        let faults = options.check("/options", "").err().unwrap_or_default();
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, expected);
    }

    #[test]
    fn choices_that_make_no_sense_are_pointed_at() {
        check("{}", &[]);
        check(r#"{"section": {"start_secs": 10, "end_secs": 20}, "transcriber": "transkun"}"#, &[]);
        check(r#"{"section": {"start_secs": 20, "end_secs": 10}}"#, &["/options/section"]);
        check(r#"{"section": {"start_secs": -1, "end_secs": 10}}"#, &["/options/section"]);
        check(
            r#"{"transcriber": "ear", "fingering": "thumb", "notes_offset_secs": 1e9}"#,
            &["/options/notes_offset_secs", "/options/transcriber", "/options/fingering"],
        );
    }

    #[test]
    fn the_operators_legal_basis_holds_where_none_is_stated() {
        let stated = Options {
            legal_basis: Some("own content".to_owned()),
            ..Options::default()
        };
        assert_eq!(stated.check("", "permission").unwrap().legal_basis.unwrap(), "own content");
        assert_eq!(
            Options::default().check("", "permission").unwrap().legal_basis.unwrap(),
            "permission"
        );
        assert_eq!(Options::default().check("", "").unwrap().legal_basis, None);
    }
}
