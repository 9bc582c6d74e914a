//! What people choose when they submit.

use crate::kind::Class;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of a video, seconds from its start.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// First second.
    pub start_secs: f64,
    /// Last second.
    pub end_secs: f64,
}

/// What people choose when they submit a video or a batch. All of it is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SubmitOptions {
    /// Label only this part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Section>,
    /// How urgent; single videos are `normal`, batches `backfill` unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Class>,
    /// Train a policy on the result.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub train: bool,
    /// What hears the notes: `transkun` or `basic-pitch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcriber: Option<String>,
    /// How fingers are chosen: `along-keyboard` or `paper`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingering: Option<String>,
    /// Where the notes given with the video start in it: video time = note time + this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes_offset_secs: Option<f64>,
    /// Whether to draw the overlay video.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub overlay: bool,
    /// The licence of the recording, as its owner states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Why the operator may process it: own content, permission, licence, research exception, public domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// Anything the submitter wants to find again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}
