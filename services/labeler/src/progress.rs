//! What people are told while they wait.

use serde::{Deserialize, Serialize};

/// A stage of labelling, in the order they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Bringing the video from the web.
    Fetch,
    /// Finding the keys.
    Keyboard,
    /// Hearing or reading the notes.
    Notes,
    /// Following the hands.
    Hands,
    /// Fitting sound to pictures.
    Align,
    /// Choosing fingers.
    Fingering,
    /// Drawing the overlay video.
    Overlay,
}

impl Stage {
    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Fetch => "fetch",
            Stage::Keyboard => "keyboard",
            Stage::Notes => "notes",
            Stage::Hands => "hands",
            Stage::Align => "align",
            Stage::Fingering => "fingering",
            Stage::Overlay => "overlay",
        }
    }
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// A stage begins.
    Begun(Stage),
    /// Part of a stage is done: 0 to 1.
    Advanced(Stage, f64),
    /// A stage is done: what came out, and whether it was kept from an earlier run.
    Done {
        /// Which.
        stage: Stage,
        /// In a few words.
        found: String,
        /// Nothing had to be computed.
        kept: bool,
    },
}

/// Hears progress and knows whether to stop.
pub trait Listener {
    /// Something happened.
    fn hear(&mut self, progress: Progress);
    /// Whether somebody asked to stop.
    fn stop_requested(&self) -> bool;
}
